internal import COneDNN

/// What happens to a product before it is left.
public enum Epilogue: Hashable, Sendable {
  /// Nothing: c ← a b.
  case none
  /// The rectifier of Nair and Hinton 2010: c ← max(a b, 0); NaN stays NaN.
  case rectifier
  /// The sum with what is there: c ← c + a b.
  case accumulate
}

/// Matrix products by oneDNN, each shape prepared once and kept.
///
/// An engine belongs to one thread. After the first product of a shape, a product of that shape
/// allocates nothing.
public final class MatrixEngine {
  private let engine: dnnl_engine_t
  private let stream: dnnl_stream_t
  private var products: [MatrixProduct.Shape: MatrixProduct] = [:]
  private var paddings: [MatrixProduct.Shape: PaddedProduct] = [:]

  /// Keeps oneDNN from starting threads of its own on behalf of the calling thread, whatever
  /// `OMP_NUM_THREADS` says: they would fight with other ranks for cores, and they cut products
  /// elsewhere, which changes their last bits. Every thread that multiplies calls this first.
  public static func prepareThread() { CONEDNN_use_one_thread() }

  /// Prepares this processor, and the calling thread.
  public init() {
    Self.prepareThread()
    var (engine, stream) = (dnnl_engine_t(bitPattern: 0), dnnl_stream_t(bitPattern: 0))
    check(dnnl_engine_create(&engine, dnnl_cpu, 0), "dnnl_engine_create")
    check(
      dnnl_stream_create(&stream, engine, dnnl_stream_default_flags.rawValue),
      "dnnl_stream_create")
    self.engine = engine!
    self.stream = stream!
  }

  deinit {
    products.removeAll()
    dnnl_stream_destroy(stream)
    dnnl_engine_destroy(engine)
  }

  /// Computes c (m, n) ← `epilogue`(a (m, k) b (k, n) + bias (1, n)).
  ///
  /// Each operand may be transposed. The factors have one precision; their products, and the sums
  /// of these, are fp32. Without inner dimension the sum is 0, and takes no bias.
  public func multiply(
    _ a: Operand, _ b: Operand, into c: Matrix, bias: Matrix? = nil, epilogue: Epilogue = .none
  ) {
    require(
      a.columns == b.rows && c.rows == a.rows && c.columns == b.columns,
      "a product of (\(a.rows), \(a.columns)) and (\(b.rows), \(b.columns)) "
        + "does not fit (\(c.rows), \(c.columns))")
    require(
      a.precision == b.precision,
      "a product of factors in \(a.precision.rawValue) and \(b.precision.rawValue)")
    bias?.requireRowMajor(1, c.columns, "bias")
    guard c.rows > 0, c.columns > 0 else { return }
    guard a.columns > 0 else {
      require(bias == nil, "an empty product takes no bias")
      return epilogue == .accumulate ? () : c.fill(0)
    }
    let shape = MatrixProduct.Shape(
      a: a.layout, b: b.layout, c: c.layout, precision: a.precision, hasBias: bias != nil,
      accumulates: epilogue == .accumulate)
    if let padded = PaddedProduct.shape(for: shape) {
      padding(padded).run(a, into: c, accumulates: shape.accumulates) {
        product(padded).run($0, b, into: $1, bias: bias, stream: stream)
      }
    } else {
      product(shape).run(a, b, into: c, bias: bias, stream: stream)
    }
    if epilogue == .rectifier { rectify(c.columnStride == 1 ? c : c.transposed) }
  }

  /// The product of matrices in fp32: see ``multiply(_:_:into:bias:epilogue:)-(Operand,_,_,_,_)``.
  public func multiply(
    _ a: Matrix, _ b: Matrix, into c: Matrix, bias: Matrix? = nil, epilogue: Epilogue = .none
  ) {
    multiply(Operand(a), Operand(b), into: c, bias: bias, epilogue: epilogue)
  }

  private func padding(_ shape: MatrixProduct.Shape) -> PaddedProduct {
    if let known = paddings[shape] { return known }
    let padding = PaddedProduct(shape)
    paddings[shape] = padding
    return padding
  }

  private func product(_ shape: MatrixProduct.Shape) -> MatrixProduct {
    if let known = products[shape] { return known }
    let product = MatrixProduct(shape, engine: engine)
    products[shape] = product
    return product
  }
}
