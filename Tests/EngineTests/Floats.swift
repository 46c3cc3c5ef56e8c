import Kernels

/// Memory of floats for a test. A view does not keep it alive.
final class Floats {
  private let buffer: Buffer<Float>

  init(_ count: Int, repeating value: Float = 0) { buffer = Buffer(repeating: value, count: count) }

  var vector: Vector { buffer.vector }

  /// A copy of the floats.
  var elements: [Float] { vector.elements }

  /// Calls `body` with the floats, and lets nobody free them meanwhile.
  func withVector<Result>(_ body: (Vector) -> Result) -> Result {
    withExtendedLifetime(self) { body(vector) }
  }
}

extension Vector {
  /// A copy of the floats.
  var elements: [Float] { (0..<count).map { self[$0] } }

  /// Copies `values`, one for each element.
  func copy(from values: [Float]) {
    for (index, value) in values.enumerated() { self[index] = value }
  }
}
