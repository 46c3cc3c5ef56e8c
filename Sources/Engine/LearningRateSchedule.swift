/// How the learning rate goes from step to step, after a warm-up if there is one.
public enum LearningRateSchedule: String, Codable, Sendable, CaseIterable {
  /// It stays as it is.
  case constant
  /// It falls to zero along half a turn of a cosine: Loshchilov and Hutter, "SGDR: stochastic gradient
  /// descent with warm restarts", 2016, equation 5, without restarts.
  case cosine
  /// It is multiplied by a factor after some epochs.
  case step
  /// It is multiplied by a factor whenever the validation loss has not become less for some epochs: see
  /// ``Plateau``.
  case plateau
}

extension LearningRateSchedule: SettingValue {}

/// The numbers of the epochs, in order, after which a learning rate is multiplied.
public struct Milestones: Equatable, Sendable {
  /// The numbers, each greater than the one before, the first greater than zero.
  public let epochs: [Int]

  /// The milestones after these epochs; nil where a number is not greater than the one before, or than zero.
  public init?(_ epochs: [Int]) {
    guard zip([0] + epochs, epochs).allSatisfy({ $0 < $1 }) else { return nil }
    self.epochs = epochs
  }

  /// No milestone.
  public init() { epochs = [] }

  /// Reads numbers with commas between them, as in `1,4,13`; nil where the text is anything else.
  package init?(_ text: String) {
    let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    let epochs = numbers.compactMap(\.self)
    guard epochs.count == numbers.count else { return nil }
    self.init(epochs)
  }
}

extension Milestones: SettingValue {
  /// The numbers with commas between them; nil where there are none.
  package var shown: String? {
    epochs.isEmpty ? nil : epochs.map(String.init).joined(separator: ",")
  }
}

extension Milestones: Codable {
  /// Decodes a number, or a text.
  public init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    let text = try (try? value.decode(Int.self)).map(String.init) ?? value.decode(String.self)
    guard let milestones = Self(text) else {
      throw DecodingError.dataCorruptedError(
        in: value, debugDescription: "'\(text)' are no epochs in order")
    }
    self = milestones
  }

  /// Encodes a number, where it is one, or a text.
  public func encode(to encoder: any Encoder) throws {
    var value = encoder.singleValueContainer()
    if epochs.count == 1 { try value.encode(epochs[0]) } else { try value.encode(shown ?? "") }
  }
}
