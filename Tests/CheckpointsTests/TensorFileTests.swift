@testable import Checkpoints
import Formats
import Kernels
@testable import Platform
import Support
import Testing
import VAE

/// Files of parameters by this program and others.
@Suite struct TensorFileTests {
  private let folder: TemporaryFolder
  private var path: String { folder.path("a.safetensors") }

  init() throws { folder = try TemporaryFolder() }

  private static let layout = SmallModel.layout
  private static let tensors = layout.tensors.map {
    Safetensors.Tensor(name: $0.name, shape: $0.shape)
  }

  /// Writes a file of these tensors, whose elements count from 0 in each.
  private func write(
    _ tensors: [Safetensors.Tensor], metadata: [String: String] = [:]
  ) throws {
    var file = try OutputFile(creating: path)
    try Safetensors.write(tensors, metadata: metadata, to: &file) { tensor, file in
      let elements = (0..<tensor.elementCount).map { Float($0) }
      try file.write(elements.span)
    }
    try file.close()
  }

  /// The file's parameters, in PyTorch's order, tensor by tensor.
  private func read() throws -> [[Float]] {
    let memory = Buffer<Float>(repeating: -1, count: Self.layout.count)
    let file = try SafetensorsFile(opening: path)
    try TensorFile.read([("", memory.vector)], Self.layout, from: file)
    return Self.layout.tensors.map { $0.view(of: memory.vector).elements }
  }

  private func model() throws -> ModelConfiguration {
    let file = try SafetensorsFile(opening: path)
    return try ModelConfiguration(shapesOf: file)
  }

  private func commonPrefix() throws -> String {
    let file = try SafetensorsFile(opening: path)
    return TensorFile.commonPrefix(of: file)
  }

  private func problem() -> String? {
    do {
      _ = try read()
      return nil
    } catch {
      let failure = Failure(error)
      return failure.code == .badData ? failure.description : "\(failure.code)"
    }
  }

  @Test(
    "tensors are found by their names, in any order and behind any prefix that all have",
    arguments: ["", "module.", "_orig_mod.", "a.b."])
  func prefixes(prefix: String) throws {
    try write(
      Self.tensors.reversed().map { .init(name: prefix + $0.name, shape: $0.shape) })
    #expect(try commonPrefix() == prefix)
    #expect(try read() == Self.tensors.map { (0..<$0.elementCount).map { Float($0) } })
  }

  @Test("a prefix that not all names have is none")
  func noPrefix() throws {
    try write(
      Self.tensors.map { .init(name: $0.name == "fc4.bias" ? $0.name : "x.\($0.name)", shape: [1]) }
    )
    #expect(try commonPrefix() == "")
  }

  @Test("missing tensors are named, and where the names are listed")
  func missing() throws {
    try write(Self.tensors.filter { $0.name != "fc21.bias" })
    #expect(
      problem()
        == "\(path): 9 tensors, where the model has 10: fc21.bias is missing; use a file with this "
        + "model's tensors, whose names checkpoints/README.md lists")
    try write(Array(Self.tensors.prefix(4)))
    #expect(
      problem()?.contains(
        "4 tensors, where the model has 10: fc22.weight is missing, fc22.bias is missing, "
          + "fc3.weight is missing, fc3.bias is missing and 2 more; use a file") == true)
  }

  @Test("further tensors are named, and left out on advice")
  func more() throws {
    try write(Self.tensors + [.init(name: "mean\n", shape: [1])])
    #expect(
      problem()
        == "\(path): 11 tensors, where the model has 10: there is \"mean\\n\", too; write the file "
        + "without it")
    try write(
      Self.tensors + [
        .init(name: "x", shape: [1]), .init(name: "y", elementType: .float32, shape: []),
      ])
    #expect(
      problem()?.hasSuffix(#"there is "x", too, there is "y", too; write the file without them"#)
        == true)
  }

  @Test("a tensor of another name in the place of one is told")
  func otherName() throws {
    try write(Self.tensors.map { $0.name == "fc3.bias" ? .init(name: "b", shape: [5]) : $0 })
    #expect(
      problem()?.hasPrefix(
        "\(path), tensor \"fc3.bias\": there is none of this name among the 10 in the file") == true
    )
  }

  @Test("a tensor of another shape is told with both")
  func shape() throws {
    try write(
      Self.tensors.map { $0.name == "fc21.weight" ? .init(name: $0.name, shape: [5, 2]) : $0 })
    #expect(
      problem()?.hasPrefix(
        "\(path), tensor fc21.weight: its shape is [5, 2], where the model has [2, 5]; use") == true
    )
  }

  @Test("the sizes of a model follow from its shapes; weights that lie transposed are told")
  func sizes() throws {
    try write(Self.tensors)
    #expect(try model() == ModelConfiguration(pixels: 12, hidden: 5, latent: 2))
    try write(Self.tensors.map { .init(name: $0.name, shape: $0.shape.reversed()) })
    let error = try #require(throws: Failure.self) {
      try model()
    }
    #expect(
      error.description.hasPrefix("\(path): fc1.weight is [12, 5] and fc21.weight [5, 2], where"))
    #expect(error.description.contains("each weight lies transposed"))
    try write(
      Self.tensors.map { .init(name: $0.name, shape: $0.name == "fc1.weight" ? [4] : $0.shape) })
    let other = try #require(throws: Failure.self) {
      try model()
    }
    #expect(other.description.hasSuffix("are wanted; use a file of this model"))
  }

  @Test("the activation is the metadata's, the rectifier without, and an unknown one is refused")
  func activation() throws {
    for (metadata, expected) in [
      ([:], Activation.relu), (["lockstep.activation": "tanh"], .tanh),
    ] as [([String: String], Activation)] {
      try write(Self.tensors, metadata: metadata)
      #expect(try model().activation == expected)
    }
    try write(Self.tensors, metadata: ["lockstep.activation": "gelu"])
    let error = try #require(throws: Failure.self) {
      try model()
    }
    #expect(
      error.code == .badData
        && error.description.contains(
          "lockstep.activation is 'gelu', which this version does not know")
    )
  }

  /// The kinds' names and shapes as PyTorch would write them, with 12 pixels, 5 hidden units and 2 latents.
  @Test("a model's kind follows from names and shapes")
  func kinds() throws {
    let autoencoder = [[5, 12], [2, 5], [5, 2], [12, 5]]
    try write(
      autoencoder.enumerated().flatMap { number, shape in
        [
          Safetensors.Tensor(name: "fc\(number + 1).weight", shape: shape),
          Safetensors.Tensor(name: "fc\(number + 1).bias", shape: [shape[0]]),
        ]
      })
    #expect(try model() == ModelConfiguration(.autoencoder, pixels: 12, hidden: 5, latent: 2))
    // Three labels beside the pixels and beside the latents.
    let told = ["fc1.weight": [5, 15], "fc3.weight": [5, 5]]
    try write(Self.tensors.map { .init(name: $0.name, shape: told[$0.name] ?? $0.shape) })
    #expect(
      try model()
        == ModelConfiguration(.conditional, pixels: 12, hidden: 5, latent: 2, labels: 3))
  }

  @Test("a file whose inputs are labels alone, and no pixels, is of no model")
  func noPixels() throws {
    let told = ["fc3.weight": [5, 14], "fc4.weight": [0, 5], "fc4.bias": [0]]
    try write(Self.tensors.map { .init(name: $0.name, shape: told[$0.name] ?? $0.shape) })
    let model = try model()
    #expect(model == ModelConfiguration(pixels: 12, hidden: 5, latent: 2))
    #expect(
      problem()?.contains("fc3.weight: its shape is [5, 14], where the model has [5, 2]") == true)
  }

  /// The longest of: 64 rows of a weight at most, a whole bias.
  @Test(
    "tensors are written 64 rows at a time",
    arguments: [
      (ModelConfiguration(), 64 * 784), (ModelConfiguration(pixels: 12, hidden: 5, latent: 2), 60),
      (ModelConfiguration(pixels: 100, hidden: 1, latent: 1), 100),
      (ModelConfiguration(pixels: 1, hidden: 70, latent: 2), 140),
    ])
  func rows(model: ModelConfiguration, count: Int) {
    #expect(TensorFile.rowsCount(ParameterLayout(model)) == count)
  }
}
