internal import COneDNN

/// One product c ← a b + bias or c ← c + a b + bias of fixed shape, ready to run.
///
/// oneDNN's `matmul` primitive (oneAPI Deep Neural Network Library, developer guide, "Matrix
/// Multiplication"): kernels are generated once for the shape and the processor.
final class MatrixProduct {
  /// All that oneDNN needs to know beforehand.
  struct Shape: Hashable {
    /// (rows, columns) and strides of the first factor.
    let a: Layout
    /// Those of the second factor.
    let b: Layout
    /// Those of the result.
    let c: Layout
    /// Whether a row is added to each row of the result.
    let hasBias: Bool
    /// Whether the product is added to what the result holds.
    let accumulates: Bool
  }

  /// The shape of one operand.
  struct Layout: Hashable {
    let rows: Int
    let columns: Int
    let rowStride: Int
    let columnStride: Int

    init(_ matrix: Matrix) {
      rows = matrix.rows
      columns = matrix.columns
      rowStride = matrix.rowStride
      columnStride = matrix.columnStride
    }

    init(bias columns: Int) {
      rows = 1
      self.columns = columns
      rowStride = columns
      columnStride = 1
    }

    func descriptor() -> dnnl_memory_desc_t {
      var descriptor = dnnl_memory_desc_t()
      let dimensions = [dnnl_dim_t(rows), dnnl_dim_t(columns)]
      let strides = [dnnl_dim_t(rowStride), dnnl_dim_t(columnStride)]
      check(
        dnnl_memory_desc_init_by_strides(&descriptor, 2, dimensions, dnnl_f32, strides),
        "dnnl_memory_desc_init_by_strides")
      return descriptor
    }
  }

  private let primitive: dnnl_primitive_t
  private let arguments: [dnnl_exec_arg_t]

  init(_ shape: Shape, engine: dnnl_engine_t) {
    let descriptors = [shape.a, shape.b, shape.c].map { $0.descriptor() }
    var (a, b, c) = (descriptors[0], descriptors[1], descriptors[2])
    var bias = Layout(bias: shape.c.columns).descriptor()
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
  func run(_ a: Matrix, _ b: Matrix, into c: Matrix, bias: Matrix?, stream: dnnl_stream_t) {
    let operands = (a.base, b.base, c.base, bias?.base)
    setHandle(0, operands.0)
    setHandle(1, operands.1)
    setHandle(2, operands.2)
    if let bias = operands.3 { setHandle(3, bias) }
    arguments.withUnsafeBufferPointer {
      check(
        dnnl_primitive_execute(primitive, stream, Int32($0.count), $0.baseAddress),
        "dnnl_primitive_execute")
    }
  }

  private func setHandle(_ index: Int, _ base: UnsafeMutablePointer<Float>) {
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

/// Ends the program where oneDNN refuses: shapes are ours, so a refusal is a programmer's mistake.
func check(_ status: dnnl_status_t, _ call: String) {
  require(status == dnnl_success, "\(call) failed with status \(status.rawValue)")
}
