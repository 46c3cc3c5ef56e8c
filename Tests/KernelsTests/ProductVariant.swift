import Kernels

/// A choice of layouts in memory, bias and epilogue for a product.
struct ProductVariant: CustomStringConvertible {
  let isTransposed: (a: Bool, b: Bool)
  let padding: Int
  let hasBias: Bool
  let rectifies: Bool

  static let all: [ProductVariant] = (0..<4).flatMap { bits in
    [0, 3].flatMap { padding in
      [false, true].flatMap { hasBias in
        [false, true].map { rectifies in
          ProductVariant(
            isTransposed: (bits & 1 != 0, bits & 2 != 0), padding: padding, hasBias: hasBias,
            rectifies: rectifies)
        }
      }
    }
  }

  var description: String {
    "transposed \(isTransposed), padding \(padding), bias \(hasBias), rectifies \(rectifies)"
  }

  /// The result of a product.
  struct Outcome {
    let elements: [Float]
    /// The largest error in tolerances; infinite if one is not a number.
    let worstError: Double
    /// Whether the memory around the result is unchanged.
    let isIntact: Bool
  }

  /// Computes the product of views that are surrounded by NaN, which would show if it were used.
  func run(_ reference: ProductReference, _ engine: MatrixEngine) -> Outcome {
    let (rows, inner, columns) = (reference.rows, reference.inner, reference.columns)
    let a = PaddedMatrix(
      rows, inner, values: reference.a, padding: padding, transposed: isTransposed.a)
    let b = PaddedMatrix(
      inner, columns, values: reference.b, padding: padding, transposed: isTransposed.b)
    let c = PaddedMatrix(rows, columns, padding: padding)
    let bias = PaddedMatrix(1, columns, values: reference.bias, padding: padding)
    engine.multiply(
      a.matrix, b.matrix, into: c.matrix, bias: hasBias ? bias.matrix : nil,
      epilogue: rectifies ? .rectifier : .none)
    let elements = c.matrix.elements
    let errors = elements.enumerated().map { place, element in
      let (expected, tolerance) = reference.expected(place, hasBias: hasBias, rectifies: rectifies)
      return element.isNaN ? .infinity : abs(Double(element) - expected) / tolerance
    }
    return Outcome(
      elements: elements, worstError: errors.max()!, isIntact: c.surroundingsAreIntact())
  }
}
