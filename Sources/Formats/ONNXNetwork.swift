internal import FoundationEssentials

/// A network of fully connected layers as an ONNX model, which other runtimes execute.
///
/// The model is built as `torch.onnx.export` builds one of `torch.nn.Linear`: `Gemm` with weights
/// (outputs, inputs), transposed; parameters are initialisers of raw bytes, the first dimension of
/// inputs and outputs is the symbol `batch`. Operator set 17, in intermediate representation 8.
///
/// Source: https://onnx.ai/onnx/repo-docs/IR.html and Operators.html.
package struct ONNXNetwork: Sendable {
  /// The largest size of all parameters together, in bytes: a protobuf message is smaller than 2
  /// GiB.
  package static let largestSize = (1 << 31) - (1 << 20)

  /// A parameter.
  package struct Parameter: Sendable {
    /// The parameter's name.
    package let name: String
    /// The parameter's sizes, outermost first.
    package let shape: [Int]
    /// The parameter's numbers, row-major.
    package let values: [Float]

    /// `values` of `shape` under a name.
    package init(_ name: String, shape: [Int], values: [Float]) {
      precondition(values.count == shape.reduce(1, *), "\(name) has \(values.count) values")
      self.name = name
      self.shape = shape
      self.values = values
    }
  }

  /// A function of single elements.
  package enum Activation: String, Sendable {
    /// max(0, x).
    case rectifier = "Relu"
    /// tanh x.
    case tanh = "Tanh"
    /// 1 / (1 + e⁻ˣ).
    case sigmoid = "Sigmoid"
  }

  private static let float: Int32 = 1
  private static let integerAttribute: Int32 = 2
  private var graph = ONNXGraph()

  /// A network called `name`, without layers yet.
  package init(_ name: String) { graph.name = name }

  /// Adds an input (batch, `size`).
  package mutating func addInput(_ name: String, size: Int, description: String) {
    graph.input.append(Self.value(name, size: size, description: description))
  }

  /// Adds an output (batch, `size`): that value of the network which is called `name`.
  package mutating func addOutput(_ name: String, size: Int, description: String) {
    graph.output.append(Self.value(name, size: size, description: description))
  }

  /// Adds y = x Wᵀ + b from the value `input` (batch, inputs) to the value `output` (batch,
  /// outputs). `weight` W is (outputs, inputs), `bias` b is (outputs).
  package mutating func addLinear(
    _ input: String, weight: Parameter, bias: Parameter, to output: String
  ) {
    precondition(weight.shape.count == 2 && bias.shape == [weight.shape[0]], "\(weight.name)")
    graph.initializer += [weight, bias].map(Self.initializer)
    var transposition = ONNXAttribute()
    transposition.name = "transB"
    transposition.i = 1
    transposition.type = Self.integerAttribute
    addNode(
      "Gemm", [input, weight.name, bias.name], to: output, attributes: [transposition])
  }

  /// Adds `activation`, applied to each element of the value `input`, as the value `output`.
  package mutating func addActivation(
    _ activation: Activation, _ input: String, to output: String
  ) {
    addNode(activation.rawValue, [input], to: output)
  }

  /// Adds the values `inputs` (batch, …) side by side as the value `output`.
  package mutating func addConcatenation(_ inputs: [String], to output: String) {
    var axis = ONNXAttribute()
    (axis.name, axis.i, axis.type) = ("axis", 1, Self.integerAttribute)
    addNode("Concat", inputs, to: output, attributes: [axis])
  }

  /// The bytes of the file. The same network and the same texts give the same bytes.
  package func encode(
    description: String, producerVersion: String, metadata: [(key: String, value: String)]
  ) -> [UInt8] {
    var model = ONNXModel()
    model.irVersion = 8
    model.producerName = "lockstep"
    model.producerVersion = producerVersion
    model.docString = description
    model.graph = graph
    var operators = ONNXOperatorSet()
    operators.version = 17
    model.opsetImport = [operators]
    model.metadataProps = metadata.map { key, value in
      var property = ONNXProperty()
      (property.key, property.value) = (key, value)
      return property
    }
    return model.encode()
  }
}

extension ONNXNetwork {
  private mutating func addNode(
    _ type: String, _ inputs: [String], to output: String, attributes: [ONNXAttribute] = []
  ) {
    var node = ONNXNode()
    node.opType = type
    node.name = "\(type)_\(graph.node.count)"
    node.input = inputs
    node.output = [output]
    node.attribute = attributes
    graph.node.append(node)
  }

  private static func initializer(_ parameter: Parameter) -> ONNXTensor {
    var tensor = ONNXTensor()
    tensor.name = parameter.name
    tensor.dataType = float
    tensor.dims = parameter.shape.map(Int64.init)
    tensor.rawData = parameter.values.withUnsafeBytes { Data($0) }
    return tensor
  }

  private static func value(
    _ name: String, size: Int, description: String
  ) -> ONNXValueInfo {
    var (batch, features) = (ONNXType.Dimension(), ONNXType.Dimension())
    batch.dimParam = "batch"
    features.dimValue = Int64(size)
    var value = ONNXValueInfo()
    value.name = name
    value.docString = description
    value.type.tensorType.elemType = float
    value.type.tensorType.shape.dim = [batch, features]
    return value
  }
}
