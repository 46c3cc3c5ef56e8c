/// The number of units in each of a model's hidden layers, from the image inwards.
///
///     let widths: LayerWidths = [200, 100]
///     "\(widths)"  // 200,100
public struct LayerWidths: Hashable, Sendable {
  /// The numbers.
  public let all: [Int]

  /// Layers of `widths`, of which there is one at least.
  public init(_ widths: [Int]) {
    precondition(!widths.isEmpty, "a model has a hidden layer")
    all = widths
  }

  /// The widths that `text` lists, with commas between them; nil where it lists none.
  public init?(_ text: String) {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    guard !parts.isEmpty, parts.allSatisfy({ $0 != nil }) else { return nil }
    self.init(parts.compactMap(\.self))
  }

  /// The largest.
  public var largest: Int { all.max()! }
}

extension LayerWidths: ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral {
  /// One layer.
  public init(integerLiteral width: Int) { self.init([width]) }

  /// Several layers.
  public init(arrayLiteral widths: Int...) { self.init(widths) }
}

extension LayerWidths: CustomStringConvertible {
  /// The numbers, with commas between them.
  public var description: String { all.map(String.init).joined(separator: ",") }
}

extension LayerWidths: Codable {
  /// Reads a number, or a text of several.
  public init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if let width = try? value.decode(Int.self) {
      self.init([width])
    } else if let widths = Self(try value.decode(String.self)) {
      self = widths
    } else {
      throw DecodingError.dataCorruptedError(
        in: value, debugDescription: "widths of layers are numbers with commas between them")
    }
  }

  /// Writes a number where there is one layer, and otherwise a text.
  public func encode(to encoder: any Encoder) throws {
    var value = encoder.singleValueContainer()
    if all.count == 1 { try value.encode(all[0]) } else { try value.encode(description) }
  }
}
