internal import CProducts

/// An elementwise operation that a product applies to its elements before it stores them. In the
/// formulas below, a b includes the bias.
public enum Epilogue {
  /// No operation: c = a b.
  case none
  /// The rectifier of Nair and Hinton 2010: c = max(a b, 0). NaN stays NaN.
  case rectifier
  /// The derivative of a rectifier, for the backward pass: c = a b where the associated operand,
  /// the rectifier's outputs, is greater than zero; 0 elsewhere. The operand is row-major and has
  /// the shape of c and the precision of the factors.
  case gate(Operand)
}

/// Computes matrix products whose bits depend on the numbers alone.
///
/// In fp32 an element is one chain of fused multiply-adds in the order of the inner dimension; in a
/// sum over the positions of a batch, an element is a binary tree of such chains. `CProducts.h`
/// defines chain and tree. The bits depend neither on the processor nor on how rows are divided
/// among threads and ranks. In bf16 the same is true for each of two instruction sets, AVX-512 BF16
/// and AMX, but the two sets give different bits; `CProductsBF16.h` defines them.
///
/// An engine has scratch memory, so each thread needs an engine of its own. Products allocate
/// nothing.
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

  /// Makes an engine that uses `instructions`, which this processor must have.
  public init(_ instructions: InstructionSet = .current) {
    let bytes = instructions.hasBF16 ? Int(CProducts_bf16_scratch) : 0
    self.instructions = instructions
    kernels = instructions.kernels
    bf16Kernels = instructions.bf16Kernels
    scratch = Buffer(
      repeating: 0,
      count: max(Int(CProducts_scratch), bytes / MemoryLayout<Float>.stride))
  }

  /// Computes c = `epilogue`(a b + bias): c is (m, n), a (m, k), b (k, n), bias (1, n).
  ///
  /// Both factors have the same precision, and sums are fp32. If the factors are bf16, c can have
  /// either precision; if they are fp32, c is fp32. Factors in fp32 can be transposed; c is
  /// row-major. If a is marked as mostly zero, b must be finite. In fp32, k can be 0: the sum is
  /// then the bias, or 0 without bias. In bf16, k is 1 at least.
  public func multiply(
    _ a: Operand, _ b: Weights, into c: Operand, bias: Matrix? = nil, epilogue: Epilogue = .none
  ) {
    require(
      a.precision == b.precision,
      "a product of factors in \(a.precision.rawValue) and \(b.precision.rawValue)")
    requireFit((a.rows, a.columns), (b.depth, b.columns), into: (c.rows, c.columns))
    require(c.layout.columnStride == 1, "a product must be row-major")
    bias?.requireRowMajor("bias", rows: 1, columns: c.columns)
    if case .gate(let outputs) = epilogue {
      require(
        outputs.rows == c.rows && outputs.columns == c.columns
          && outputs.layout.columnStride == 1 && outputs.precision == a.precision,
        "a gate needs the shape of the product and the precision of its factors")
    }
    switch b {
    case .floats(let b): multiplyFloats(a, b, into: c, bias: bias, epilogue: epilogue)
    case .pairs(let b): multiplyPairs(a, b, into: c, bias: bias, epilogue: epilogue)
    }
  }

  private func multiplyFloats(
    _ a: Operand, _ b: Matrix, into c: Operand, bias: Matrix?, epilogue: Epilogue
  ) {
    require(c.precision == .fp32, "a product of fp32 factors must be fp32")
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

  private func multiplyPairs(
    _ a: Operand, _ b: PairedMatrix, into c: Operand, bias: Matrix?, epilogue: Epilogue
  ) {
    require(b.depth > 0, "a product in bf16 needs an inner dimension of 1 at least")
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

  /// Computes c (m, n) = aᵀ b, a sum over the positions of a batch: position p adds the outer
  /// product of row p of a (positions, m) and row p of b (positions, n).
  ///
  /// Both factors and c are row-major; the factors have the same precision. If a is marked as
  /// mostly zero, b must be finite. If there are no positions, c becomes zero.
  public func sumOverPositions(_ a: Operand, _ b: Operand, into c: Matrix) {
    require(
      a.layout.columnStride == 1 && b.layout.columnStride == 1 && a.precision == b.precision,
      "a sum over positions needs row-major factors of one precision")
    requireFit((a.columns, a.rows), (b.rows, b.columns), into: (c.rows, c.columns))
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
    require(bf16Kernels != nil, "\(instructions) cannot compute products in bf16")
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

  /// Traps unless the shape of `c` is that of the product of the shapes `a` and `b`.
  private func requireFit(_ a: (Int, Int), _ b: (Int, Int), into c: (Int, Int)) {
    require(
      a.1 == b.0 && c == (a.0, b.1), "a product of \(a) and \(b) does not fit \(c)")
  }
}

extension MatrixEngine {
  /// Computes c = `epilogue`(a b + bias) in fp32.
  public func multiply(
    _ a: Matrix, _ b: Matrix, into c: Matrix, bias: Matrix? = nil, epilogue: Epilogue = .none
  ) {
    multiply(Operand(a), .floats(b), into: Operand(c), bias: bias, epilogue: epilogue)
  }

  /// Computes c = aᵀ b in fp32, as a sum over the positions of a batch.
  public func sumOverPositions(_ a: Matrix, _ b: Matrix, into c: Matrix) {
    sumOverPositions(Operand(a), Operand(b), into: c)
  }
}

extension Operand {
  /// An operand in bf16 as the kernels take it.
  fileprivate var pairs: CProducts_bf16_matrix {
    require(layout.columnStride == 1, "an operand in bf16 must be row-major")
    return CProducts_bf16_matrix(
      base: base.assumingMemoryBound(to: UInt16.self), row: layout.rowStride)
  }
}
