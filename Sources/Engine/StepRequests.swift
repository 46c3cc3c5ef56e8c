internal import Kernels

/// What any rank may ask of all ranks; after a step all of them know of it, so that they do it
/// after the same one.
public struct StepRequests: Equatable, Sendable {
  /// To end training.
  public var stop: Bool

  /// To write a checkpoint.
  public var save: Bool

  /// Some requests, or none.
  public init(stop: Bool = false, save: Bool = false) {
    self.stop = stop
    self.save = save
  }
}

/// Requests as numbers that can be added up: greater than zero where something is asked for.
enum RequestFlags {
  static let count = 2

  static func write(_ requests: StepRequests, to flags: Vector) {
    flags[0] = requests.stop ? 1 : 0
    flags[1] = requests.save ? 1 : 0
  }

  static func read(_ flags: Vector) -> StepRequests {
    StepRequests(stop: flags[0] > 0, save: flags[1] > 0)
  }
}
