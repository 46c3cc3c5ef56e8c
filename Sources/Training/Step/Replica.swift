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

  /// The parameters rounded to what the products read, where they do not read ``parameters``
  /// themselves. It follows from them, so no checkpoint has it.
  let copy: BFloat16Vector?

  /// The parameters as the model reads them.
  var modelParameters: Parameters { Parameters(parameters, copy: copy) }

  /// The floats that a replica of `layout` needs.
  public static func count(_ layout: ParameterLayout, precision: Precision = .fp32) -> Int {
    3 * layout.count + (precision == .fp32 ? 0 : layout.count / 2)
  }

  /// Lays a replica over `memory`, which the caller keeps alive.
  public init(_ layout: ParameterLayout, _ memory: Vector, precision: Precision = .fp32) {
    self.layout = layout
    parameters = memory[0..<layout.count]
    firstMoment = memory[layout.count..<2 * layout.count]
    secondMoment = memory[2 * layout.count..<3 * layout.count]
    copy =
      precision == .fp32
      ? nil : BFloat16Vector(inPlaceOf: memory[3 * layout.count..<memory.count])
  }

  /// Rounds the parameters in `range` into the copy; the optimizer does so with those that it
  /// changes.
  func updateCopy(_ range: Range<Int>) { copy?[range].round(parameters[range]) }
}
