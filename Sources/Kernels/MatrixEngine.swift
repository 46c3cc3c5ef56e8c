internal import CProducts

/// What happens to a product before it is left.
public enum Epilogue {
  /// Nothing: c ← a b.
  case none
  /// The rectifier of Nair and Hinton 2010: c ← max(a b, 0); NaN stays NaN.
  case rectifier
  /// The way back through a rectifier of these outputs, of c's shape: c ← a b where they are greater
  /// than zero, and zero elsewhere.
  case gate(Matrix)
}

/// Matrix products whose bits follow from their numbers alone.
///
/// In fp32 an element is one chain of fused multiply-adds in order of the inner dimension, or, of a
/// sum over a batch's positions, a tree of such chains: `CProducts.h` has the definition. Neither
/// the processor, nor who computes which rows, changes a bit.
///
/// An engine belongs to one thread. Products allocate nothing.
///
/// ```swift
/// let engine = MatrixEngine()
/// engine.multiply(x, weights, into: y, bias: bias, epilogue: .rectifier)
/// ```
public final class MatrixEngine {
  private let instructions: InstructionSet
  private let scratch = Buffer<Float>(repeating: 0, count: Int(CProducts_scratch))
  private let bf16: BFloat16Engine?

  /// An engine that computes with `instructions`, which this processor has.
  public init(_ instructions: InstructionSet = .current) {
    self.instructions = instructions
    bf16 = instructions.hasBF16 ? BFloat16Engine() : nil
  }

  /// Computes c (m, n) ← `epilogue`(a (m, k) b (k, n) + bias (1, n)).
  ///
  /// The factors may be transposed. Without inner dimension the sum is the bias, or 0.
  public func multiply(
    _ a: Matrix, _ b: Matrix, into c: Matrix, bias: Matrix? = nil, epilogue: Epilogue = .none
  ) {
    var product = product(a, b, into: c)
    if let bias {
      bias.requireRowMajor(1, c.columns, "bias")
      product.start.base = UnsafePointer(bias.base)
    }
    switch epilogue {
    case .none: break
    case .rectifier: product.rectifies = true
    case .gate(let outputs):
      outputs.requireRowMajor(c.rows, c.columns, "outputs")
      product.gate = CProducts_companion(base: outputs.base, row: outputs.rowStride)
    }
    CProducts_multiply(instructions.kernels, &product, scratch.base)
  }

  /// Computes c (m, n) ← aᵀ b, a sum over the positions of a batch: the rows of a (positions, m) and
  /// b (positions, n), which is row-major.
  public func sumOverPositions(_ a: Matrix, _ b: Matrix, into c: Matrix) {
    require(b.columnStride == 1, "sums over positions are of rows")
    var product = product(a.transposed, b, into: c)
    product.is_tree = true
    CProducts_multiply(instructions.kernels, &product, scratch.base)
  }

  private func product(_ a: Matrix, _ b: Matrix, into c: Matrix) -> CProducts_product {
    requireFit(a.layout, b.layout, c)
    var product = CProducts_product()
    (product.rows, product.columns, product.depth) = (c.rows, c.columns, a.columns)
    product.a = CProducts_factor(base: a.base, row: a.rowStride, column: a.columnStride)
    product.b = CProducts_factor(base: b.base, row: b.rowStride, column: b.columnStride)
    (product.c, product.c_row) = (c.base, c.rowStride)
    return product
  }

  private func requireFit(_ a: MatrixLayout, _ b: MatrixLayout, _ c: Matrix) {
    require(
      a.columns == b.rows && c.rows == a.rows && c.columns == b.columns,
      "a product of (\(a.rows), \(a.columns)) and (\(b.rows), \(b.columns)) "
        + "does not fit (\(c.rows), \(c.columns))")
    require(c.columnStride == 1, "a product must be row-major")
  }
}

extension MatrixEngine {
  /// As ``multiply(_:_:into:bias:epilogue:)``, of factors in one precision; their products, and the
  /// sums of these, are fp32.
  public func multiply(
    _ a: Operand, _ b: Operand, into c: Matrix, bias: Matrix? = nil, epilogue: Epilogue = .none
  ) {
    requireAlike(a, b)
    if let a = a.matrix, let b = b.matrix {
      return multiply(a, b, into: c, bias: bias, epilogue: epilogue)
    }
    requireFit(a.layout, b.layout, c)
    bf16!.multiply(a, b, into: c, bias: bias)
    switch epilogue {
    case .none: break
    case .rectifier: rectify(c)
    case .gate(let outputs): backpropagateRectifier(c, output: outputs)
    }
  }

  /// As ``sumOverPositions(_:_:into:)``.
  public func sumOverPositions(_ a: Operand, _ b: Operand, into c: Matrix) {
    requireAlike(a, b)
    if let a = a.matrix, let b = b.matrix { return sumOverPositions(a, b, into: c) }
    requireFit(a.transposed.layout, b.layout, c)
    bf16!.multiply(a.transposed, b, into: c, bias: nil)
  }

  private func requireAlike(_ a: Operand, _ b: Operand) {
    require(
      a.precision == b.precision,
      "a product of factors in \(a.precision.rawValue) and \(b.precision.rawValue)")
  }
}
