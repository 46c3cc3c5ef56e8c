public import Kernels
public import VAE

/// A replica's state: parameters and the optimizer's two moments, all laid out alike.
public struct Replica: ~Copyable {
  /// Where the tensors lie.
  public let layout: ParameterLayout

  private let memory: Buffer<Float>

  /// Allocates zeros for the model of `layout`.
  public init(_ layout: ParameterLayout) {
    self.layout = layout
    memory = Buffer(repeating: 0, count: 3 * layout.count)
  }

  /// The parameters.
  public var parameters: Vector { part(0) }

  /// Adam's running mean of the gradient.
  public var firstMoment: Vector { part(1) }

  /// Adam's running mean of the squared gradient.
  public var secondMoment: Vector { part(2) }

  private func part(_ number: Int) -> Vector {
    memory.vector[number * layout.count..<(number + 1) * layout.count]
  }
}
