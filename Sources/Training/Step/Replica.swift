public import Kernels
public import VAE

/// A view of a replica's state: parameters and the optimizer's two moments, all laid out alike.
public struct Replica {
  /// Where the tensors lie.
  public let layout: ParameterLayout

  /// The parameters.
  public let parameters: Vector

  /// Adam's running mean of the gradient.
  public let firstMoment: Vector

  /// Adam's running mean of the squared gradient.
  public let secondMoment: Vector

  /// The floats that a replica of `layout` needs.
  public static func count(_ layout: ParameterLayout) -> Int { 3 * layout.count }

  /// Lays a replica over `memory`, which the caller keeps alive.
  public init(_ layout: ParameterLayout, _ memory: Vector) {
    self.layout = layout
    parameters = memory[0..<layout.count]
    firstMoment = memory[layout.count..<2 * layout.count]
    secondMoment = memory[2 * layout.count..<3 * layout.count]
  }
}
