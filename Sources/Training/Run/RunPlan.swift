internal import Artifacts
internal import FoundationEssentials
internal import MPI
internal import Yams

/// What a run shall do and where it begins: worked out by rank zero, told to all.
struct RunPlan: Codable {
  /// All flags, resolved.
  var configuration: RunConfiguration

  /// Where the run begins.
  var progress = Progress()

  /// The checkpoint it goes on from; only rank zero opens it.
  var checkpoint: String?

  /// The pixels of an image that the checkpoint was trained on.
  var pixels: Int?

  /// What the user should know, a sentence each.
  var notes: [String] = []

  /// Works out what `request` means in `directory`, and leaves `config.yaml` there.
  ///
  /// Flags that were not given keep the values of the run that goes on, or their defaults.
  ///
  /// - Throws: `Failure`: `usage` where a flag would change the model of the run that goes on.
  init(_ request: RunRequest, in directory: RunDirectory, defaultData: String) throws {
    configuration = RunConfiguration(data: defaultData)
    let reference: CheckpointReference?
    switch request.resume {
    case .auto: reference = try CheckpointReference.newest(inRun: directory.path)
    case .none: reference = nil
    case .checkpoint(let path): reference = try CheckpointReference(path)
    }
    if let reference {
      try goOn(from: reference, request)
    } else {
      try directory.moveAside()
      request.apply(to: &configuration)
    }
    let text = try YAMLEncoder().encode(configuration)
    try OutputFile.replace("\(directory.path)/\(Self.name)") { try $0.write([UInt8](text.utf8)) }
  }

  /// The name of the configuration in a run directory.
  static let name = "config.yaml"

  private mutating func goOn(from reference: CheckpointReference, _ request: RunRequest) throws {
    let state = try reference.state()
    notes = reference.passedOver
    if let run = reference.directory?.lastIndex(of: "/").map({
      reference.directory!.prefix(upTo: $0)
    }),
      let text = try? FileSystem.read("\(run)/\(Self.name)"),
      let earlier = try? YAMLDecoder().decode(RunConfiguration.self, from: text)
    {
      configuration = earlier
    }
    configuration.recipe = state.recipe
    request.apply(to: &configuration)
    if let difference = configuration.recipe.difference(from: state.recipe) {
      throw Failure(
        .usage,
        "\(difference.flag) \(difference.mine) would change the model of the run that goes on, "
          + "which has \(difference.other): leave the flag out, or choose another --run or "
          + "--resume none")
    }
    progress = state.progress
    pixels = state.pixels
    checkpoint = reference.directory
  }
}

extension Communicator {
  /// Sends a value from rank zero, the only one that has it, to all ranks.
  func broadcast<Value: Codable>(_ value: Value?) throws -> Value {
    var bytes = try value.map { [UInt8](try JSONEncoder().encode($0)) } ?? []
    let length = try broadcast(Int64(bytes.count), from: 0)
    if rank != 0 { bytes = [UInt8](repeating: 0, count: Int(length)) }
    var span = bytes.mutableSpan
    try broadcast(&span, from: 0)
    return try JSONDecoder().decode(Value.self, from: Data(bytes))
  }
}
