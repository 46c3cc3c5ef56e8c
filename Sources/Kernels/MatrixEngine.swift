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

  /// Computes c (m, n) ← `epilogue`(a (m, k) b (k, n) + bias (1, n)) of factors in one precision;
  /// products and their sums are fp32.
  ///
  /// The factors may be transposed. Where a is mostly zero, b is finite. Without inner dimension the
  /// sum is the bias, or 0.
  public func multiply(
    _ a: Operand, _ b: Operand, into c: Matrix, bias: Matrix? = nil, epilogue: Epilogue = .none
  ) {
    guard var product = product(a, b, into: c) else {
      bf16!.multiply(a, b, into: c, bias: bias)
      switch epilogue {
      case .none: break
      case .rectifier: rectify(c)
      case .gate(let outputs): backpropagateRectifier(c, output: outputs)
      }
      return
    }
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
  public func sumOverPositions(_ a: Operand, _ b: Operand, into c: Matrix) {
    require(b.layout.columnStride == 1, "sums over positions are of rows")
    guard var product = product(a.transposed, b, into: c) else {
      return bf16!.multiply(a.transposed, b, into: c, bias: nil)
    }
    product.is_tree = true
    CProducts_multiply(instructions.kernels, &product, scratch.base)
  }

  /// The product of floats; nil of factors in bf16.
  private func product(_ a: Operand, _ b: Operand, into c: Matrix) -> CProducts_product? {
    require(
      a.precision == b.precision,
      "a product of factors in \(a.precision.rawValue) and \(b.precision.rawValue)")
    require(
      a.columns == b.rows && c.rows == a.rows && c.columns == b.columns,
      "a product of (\(a.rows), \(a.columns)) and (\(b.rows), \(b.columns)) "
        + "does not fit (\(c.rows), \(c.columns))")
    require(c.columnStride == 1, "a product must be row-major")
    let isMostlyZero = a.isMostlyZero
    guard let a = a.matrix, let b = b.matrix else { return nil }
    var product = CProducts_product()
    (product.rows, product.columns, product.depth) = (c.rows, c.columns, a.columns)
    product.a = CProducts_factor(base: a.base, row: a.rowStride, column: a.columnStride)
    product.b = CProducts_factor(base: b.base, row: b.rowStride, column: b.columnStride)
    product.is_sparse = isMostlyZero
    (product.c, product.c_row) = (c.base, c.rowStride)
    return product
  }
}

extension MatrixEngine {
  /// As ``multiply(_:_:into:bias:epilogue:)``, of floats.
  public func multiply(
    _ a: Matrix, _ b: Matrix, into c: Matrix, bias: Matrix? = nil, epilogue: Epilogue = .none
  ) {
    multiply(Operand(a), Operand(b), into: c, bias: bias, epilogue: epilogue)
  }

  /// As ``sumOverPositions(_:_:into:)``, of floats.
  public func sumOverPositions(_ a: Matrix, _ b: Matrix, into c: Matrix) {
    sumOverPositions(Operand(a), Operand(b), into: c)
  }
}
