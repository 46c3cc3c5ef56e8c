internal import CProducts

/// What happens to a product before it is left.
public enum Epilogue {
  /// Nothing: c ← a b.
  case none
  /// The rectifier of Nair and Hinton 2010: c ← max(a b, 0); NaN stays NaN.
  case rectifier
  /// The way back through a rectifier of these outputs, of c's shape and the factors' format: c ← a b
  /// where they are greater than zero, and zero elsewhere.
  case gate(Operand)
}

/// Matrix products whose bits follow from their numbers alone.
///
/// In fp32 an element is one chain of fused multiply-adds in order of the inner dimension, or, of a
/// sum over a batch's positions, a tree of such chains: `CProducts.h` has the definition. Neither
/// the processor, nor who computes which rows, changes a bit. In bf16 the same holds of each of two
/// instructions, whose chains differ: `CProductsBF16.h`.
///
/// An engine belongs to one thread. Products allocate nothing.
///
/// ```swift
/// let engine = MatrixEngine()
/// engine.multiply(x, weights, into: y, bias: bias, epilogue: .rectifier)
/// ```
public final class MatrixEngine {
  let instructions: InstructionSet
  private let kernels: CProducts_instructions
  private let bf16Kernels: CProducts_bf16_instructions?
  private let scratch: Buffer<Float>

  /// An engine that computes with `instructions`, which this processor has.
  public init(_ instructions: InstructionSet = .current) {
    let bytes = instructions.hasBF16 ? Int(CProducts_bf16_scratch) : 0
    self.instructions = instructions
    kernels = instructions.kernels
    bf16Kernels = instructions.bf16Kernels
    scratch = Buffer(
      repeating: 0,
      count: max(Int(CProducts_scratch), bytes / MemoryLayout<Float>.stride))
  }

  /// Computes c (m, n) ← `epilogue`(a (m, k) b (k, n) + bias (1, n)) of factors in one format;
  /// products and their sums are fp32, and c may be in either.
  ///
  /// Floats may be transposed, but for c. Where a is mostly zero, b is finite. Without inner dimension
  /// the sum is the bias, or 0.
  public func multiply(
    _ a: Operand, _ b: Weights, into c: Operand, bias: Matrix? = nil, epilogue: Epilogue = .none
  ) {
    require(
      a.precision == b.precision,
      "a product of factors in \(a.precision.rawValue) and \(b.precision.rawValue)")
    requireFit((a.rows, a.columns), (b.depth, b.columns), (c.rows, c.columns))
    require(c.layout.columnStride == 1, "a product must be row-major")
    bias?.requireRowMajor(1, c.columns, "bias")
    if case .gate(let outputs) = epilogue {
      require(
        outputs.rows == c.rows && outputs.columns == c.columns
          && outputs.layout.columnStride == 1 && outputs.precision == a.precision,
        "a gate has c's shape and the factors' format")
    }
    switch b {
    case .floats(let b): multiply(a, b, c, bias, epilogue)
    case .pairs(let b): multiply(a, b, c, bias, epilogue)
    }
  }

  private func multiply(
    _ a: Operand, _ b: Matrix, _ c: Operand, _ bias: Matrix?, _ epilogue: Epilogue
  ) {
    require(c.precision == .fp32, "a product of floats is one of floats")
    var product = product(a.matrix!, b, into: c.matrix!)
    product.is_sparse = a.isMostlyZero
    product.start.base = bias.map { UnsafePointer($0.base) }
    switch epilogue {
    case .none: break
    case .rectifier: product.rectifies = true
    case .gate(let outputs):
      product.gate = CProducts_companion(
        base: outputs.matrix!.base, row: outputs.layout.rowStride)
    }
    CProducts_multiply(kernels, &product, scratch.base)
  }

  private func multiply(
    _ a: Operand, _ b: PairedMatrix, _ c: Operand, _ bias: Matrix?, _ epilogue: Epilogue
  ) {
    var product = CProducts_bf16_product()
    (product.rows, product.columns, product.depth) = (c.rows, c.columns, b.depth)
    product.a = a.pairs
    product.is_sparse = a.isMostlyZero
    (product.b, product.b_row) = (UnsafePointer(b.base), b.stride)
    product.bias = bias.map { UnsafePointer($0.base) }
    switch epilogue {
    case .none: break
    case .rectifier: product.rectifies = true
    case .gate(let outputs): product.gate = outputs.pairs
    }
    switch c.precision {
    case .fp32: (product.c, product.c_row) = (c.matrix!.base, c.layout.rowStride)
    case .bf16:
      product.rounded = c.base.assumingMemoryBound(to: UInt16.self)
      product.rounded_row = c.layout.rowStride
    }
    CProducts_bf16_multiply(requiredBF16Kernels, &product, scratch.base)
  }

  /// Computes c (m, n) ← aᵀ b, a sum over the positions of a batch: the rows of a (positions, m) and
  /// b (positions, n), which are row-major and in one format.
  public func sumOverPositions(_ a: Operand, _ b: Operand, into c: Matrix) {
    require(
      a.layout.columnStride == 1 && b.layout.columnStride == 1 && a.precision == b.precision,
      "sums over positions are of rows, in one format")
    requireFit((a.columns, a.rows), (b.rows, b.columns), (c.rows, c.columns))
    require(c.columnStride == 1, "a product must be row-major")
    switch a.precision {
    case .fp32:
      var product = product(a.matrix!.transposed, b.matrix!, into: c)
      product.is_tree = true
      product.is_sparse = a.isMostlyZero
      CProducts_multiply(kernels, &product, scratch.base)
    case .bf16:
      var sum = CProducts_bf16_sum()
      (sum.rows, sum.columns, sum.positions) = (c.rows, c.columns, a.rows)
      (sum.x, sum.delta) = (a.pairs, b.pairs)
      sum.is_sparse = a.isMostlyZero
      (sum.c, sum.c_row) = (c.base, c.rowStride)
      CProducts_bf16_gradient(requiredBF16Kernels, &sum, scratch.base)
    }
  }

  private var requiredBF16Kernels: CProducts_bf16_instructions {
    require(bf16Kernels != nil, "\(instructions) has no products of bf16 numbers")
    return bf16Kernels!
  }

  private func product(_ a: Matrix, _ b: Matrix, into c: Matrix) -> CProducts_product {
    var product = CProducts_product()
    (product.rows, product.columns, product.depth) = (c.rows, c.columns, a.columns)
    product.a = CProducts_factor(base: a.base, row: a.rowStride, column: a.columnStride)
    product.b = CProducts_factor(base: b.base, row: b.rowStride, column: b.columnStride)
    (product.c, product.c_row) = (c.base, c.rowStride)
    return product
  }

  private func requireFit(_ a: (Int, Int), _ b: (Int, Int), _ c: (Int, Int)) {
    require(
      a.1 == b.0 && c == (a.0, b.1), "a product of \(a) and \(b) does not fit \(c)")
  }
}

extension MatrixEngine {
  /// As ``multiply(_:_:into:bias:epilogue:)``, of floats.
  public func multiply(
    _ a: Matrix, _ b: Matrix, into c: Matrix, bias: Matrix? = nil, epilogue: Epilogue = .none
  ) {
    multiply(Operand(a), .floats(b), into: Operand(c), bias: bias, epilogue: epilogue)
  }

  /// As ``sumOverPositions(_:_:into:)``, of floats.
  public func sumOverPositions(_ a: Matrix, _ b: Matrix, into c: Matrix) {
    sumOverPositions(Operand(a), Operand(b), into: c)
  }
}

extension Operand {
  /// The numbers themselves, of an operand in bf16.
  fileprivate var pairs: CProducts_bf16_matrix {
    require(layout.columnStride == 1, "factors in bf16 are row-major")
    return CProducts_bf16_matrix(
      base: base.assumingMemoryBound(to: UInt16.self), row: layout.rowStride)
  }
}
