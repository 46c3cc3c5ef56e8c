internal import COneDNN

/// One product c ← a b + bias or c ← c + a b + bias of fixed shape, ready to run.
///
/// oneDNN's `matmul` primitive (oneAPI Deep Neural Network Library, developer guide, "Matrix
/// Multiplication"): kernels are generated once for the shape and the processor.
final class MatrixProduct {
  /// All that oneDNN needs to know beforehand.
  struct Shape: Hashable {
    /// The layout of the first factor.
    let a: MatrixLayout
    /// That of the second factor.
    let b: MatrixLayout
    /// That of the result, in fp32.
    let c: MatrixLayout
    /// The format of the factors.
    let precision: Precision
    /// Whether a row of floats is added to each row of the result.
    let hasBias: Bool
    /// Whether the product is added to what the result holds.
    let accumulates: Bool
  }

  private let primitive: dnnl_primitive_t
  private let arguments: [dnnl_exec_arg_t]

  init(_ shape: Shape, engine: dnnl_engine_t) {
    var (a, b) = (shape.a.descriptor(shape.precision), shape.b.descriptor(shape.precision))
    var (c, bias) = (shape.c.descriptor(.fp32), shape.bias.descriptor(.fp32))
    var operation = dnnl_matmul_desc_t()
    check(
      shape.hasBias
        ? dnnl_matmul_desc_init(&operation, &a, &b, &bias, &c)
        : dnnl_matmul_desc_init(&operation, &a, &b, nil, &c), "dnnl_matmul_desc_init")
    let attributes = Self.attributes(shape.accumulates)
    defer { dnnl_primitive_attr_destroy(attributes) }
    var description: dnnl_primitive_desc_t?
    check(
      dnnl_primitive_desc_create(&description, &operation, attributes, engine, nil),
      "dnnl_primitive_desc_create")
    defer { dnnl_primitive_desc_destroy(description) }
    var primitive: dnnl_primitive_t?
    check(dnnl_primitive_create(&primitive, description), "dnnl_primitive_create")
    self.primitive = primitive!
    var operands = [
      (DNNL_ARG_SRC, a), (DNNL_ARG_WEIGHTS, b), (DNNL_ARG_DST, c),
    ]
    if shape.hasBias { operands.append((DNNL_ARG_BIAS, bias)) }
    arguments = operands.map { name, descriptor in
      var (memory, descriptor) = (dnnl_memory_t(bitPattern: 0), descriptor)
      check(
        dnnl_memory_create(&memory, &descriptor, engine, nil), "dnnl_memory_create")
      return dnnl_exec_arg_t(arg: name, memory: memory)
    }
  }

  deinit {
    for argument in arguments { dnnl_memory_destroy(argument.memory) }
    dnnl_primitive_destroy(primitive)
  }

  /// Runs the product on operands of its shape.
  func run(_ a: Operand, _ b: Operand, into c: Matrix, bias: Matrix?, stream: dnnl_stream_t) {
    setHandle(0, a.base)
    setHandle(1, b.base)
    setHandle(2, c.base)
    if let bias { setHandle(3, bias.base) }
    arguments.withUnsafeBufferPointer {
      check(
        dnnl_primitive_execute(primitive, stream, Int32($0.count), $0.baseAddress),
        "dnnl_primitive_execute")
    }
  }

  private func setHandle(_ index: Int, _ base: UnsafeMutableRawPointer) {
    check(
      dnnl_memory_set_data_handle(arguments[index].memory, base), "dnnl_memory_set_data_handle")
  }

  private static func attributes(_ accumulates: Bool) -> dnnl_primitive_attr_t? {
    var (attributes, operations) = (
      dnnl_primitive_attr_t(bitPattern: 0), dnnl_post_ops_t(bitPattern: 0)
    )
    check(dnnl_primitive_attr_create(&attributes), "dnnl_primitive_attr_create")
    check(dnnl_post_ops_create(&operations), "dnnl_post_ops_create")
    defer { dnnl_post_ops_destroy(operations) }
    if accumulates {
      check(dnnl_post_ops_append_sum(operations, 1), "dnnl_post_ops_append_sum")
    }
    check(
      dnnl_primitive_attr_set_post_ops(attributes, operations), "dnnl_primitive_attr_set_post_ops")
    return attributes
  }
}

extension MatrixProduct.Shape {
  /// The layout of the bias.
  fileprivate var bias: MatrixLayout {
    MatrixLayout(rows: 1, columns: c.columns, rowStride: c.columns)
  }
}

extension MatrixLayout {
  /// The layout of numbers in `precision`, in oneDNN's words.
  fileprivate func descriptor(_ precision: Precision) -> dnnl_memory_desc_t {
    var descriptor = dnnl_memory_desc_t()
    let dimensions = [dnnl_dim_t(rows), dnnl_dim_t(columns)]
    let strides = [dnnl_dim_t(rowStride), dnnl_dim_t(columnStride)]
    let type = precision == .fp32 ? dnnl_f32 : dnnl_bf16
    check(
      dnnl_memory_desc_init_by_strides(&descriptor, 2, dimensions, type, strides),
      "dnnl_memory_desc_init_by_strides")
    return descriptor
  }
}

/// Ends the program where oneDNN refuses: shapes are ours, so a refusal is a programmer's mistake.
func check(_ status: dnnl_status_t, _ call: String) {
  require(status == dnnl_success, "\(call) failed with status \(status.rawValue)")
}

/// Products of factors in bf16 by oneDNN, each shape prepared once and kept.
final class BFloat16Engine {
  private let engine: dnnl_engine_t
  private let stream: dnnl_stream_t
  private var products: [MatrixProduct.Shape: MatrixProduct] = [:]

  init() {
    CONEDNN_use_one_thread()
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

  func multiply(_ a: Operand, _ b: Operand, into c: Matrix, bias: Matrix?) {
    guard a.columns > 0 else { return c.fill(0) }
    let shape = MatrixProduct.Shape(
      a: a.layout, b: b.layout, c: c.layout, precision: a.precision, hasBias: bias != nil,
      accumulates: false)
    let product = products[shape] ?? MatrixProduct(shape, engine: engine)
    products[shape] = product
    product.run(a, b, into: c, bias: bias, stream: stream)
  }
}
