@testable import Checkpoints
@testable import Engine
import Formats
import Foundation
import Kernels
@testable import Platform
import Support
import Testing
import VAE

@Suite struct CheckpointTests {
  private let folder: TemporaryFolder
  private let model = SmallModel()
  private var path: String { folder.url.path }

  init() throws { folder = try TemporaryFolder() }

  @discardableResult
  private func write(
    step: Int, synchronize: () -> Void = {}
  ) throws -> (name: String, modelDigest: String) {
    try Checkpoint.write(
      model.replica, SmallModel.state(step: step), in: path, rows: model.rows,
      synchronize: synchronize)
  }

  private func names(_ below: String = "") throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "\(path)/\(below)").sorted()
  }

  @Test("parameters and moments are read as they were written, to the bit", arguments: 1...3)
  func roundTrip(seed: Int) throws {
    model.fill(seed)
    let name = try write(step: 42).name
    #expect(name == "step-00000042")
    let other = SmallModel()
    try Checkpoint.read("\(path)/\(name)", into: other.replica)
    #expect(other.bits == model.bits)
    // What lies between layers is in no file.
    let inside = Set(SmallModel.layout.tiles.flatMap { Array($0.range) })
    for vector in other.vectors {
      #expect((0..<vector.count).allSatisfy { inside.contains($0) || vector[$0] == 0 })
    }
  }

  @Test("a checkpoint is three files and their checksums, and tells its state")
  func files() throws {
    model.fill(1)
    let (name, digest) = try write(step: 42)
    #expect(try names() == [name])
    #expect(
      try names(name) == [
        "SHA256SUMS", "model.safetensors", "optimizer.safetensors", "state.json",
      ])
    let digests = try Checksums.verify(Checkpoint.names, in: "\(path)/\(name)")
    #expect(digests["model.safetensors"] == digest)
    let reference = try CheckpointReference("\(path)/\(name)")
    #expect(try reference.state() == SmallModel.state(step: 42))
    #expect(reference.modelDigest == digest)
  }

  @Test("the model's file has PyTorch's names and shapes, and the recipe's sizes")
  func tensors() throws {
    let name = try write(step: 1).name
    let file = try SafetensorsFile(opening: "\(path)/\(name)/model.safetensors")
    #expect(
      file.metadata == [
        "format": "pt", "lockstep.pixels": "12", "lockstep.hidden": "5", "lockstep.latent": "2",
        "lockstep.seed": "9", "lockstep.rows": "3", "lockstep.columns": "4",
      ])
    #expect(file.tensors.map(\.name) == SmallModel.layout.tensors.map(\.name))
    let sizes = try ModelConfiguration(shapesOf: file)
    #expect(sizes == SmallModel.layout.configuration)
    #expect(sizes.summary == "12-5-2-5-12")
    #expect(ImageSize(toldBy: file.metadata, pixels: 12) == SmallModel.size)
    let moments = try SafetensorsFile(opening: "\(path)/\(name)/optimizer.safetensors")
    #expect(moments.tensors.count == 20)
    #expect(try moments.tensor("exp_avg_sq.fc4.bias").shape == [12])
  }

  @Test(
    "a number that is not finite leaves nothing behind, and is named",
    arguments: [
      (0, "a parameter"), (1, "a mean of gradients"), (2, "a mean of squared gradients"),
    ], [Float.nan, .infinity])
  func notFinite(place: (vector: Int, subject: String), value: Float) throws {
    model.fill(1)
    let last = try #require(SmallModel.layout.tiles.last).range.upperBound - 1
    model.vectors[place.vector][last] = value
    let error = try #require(throws: Failure.self) { try write(step: 42) }
    #expect(error.code == .disagreement)
    #expect(
      error.description.hasPrefix(
        "\(place.subject) after step 42 is not finite, so nothing was saved; begin anew"))
    #expect(try names() == [])
  }

  @Test("SGD's momentum buffer is saved and read, and it has no other moment")
  func descent() throws {
    model.fill(1)
    model.replica.secondMoment.fill(0)
    var state = SmallModel.state(step: 42)
    state.recipe.optimizer = .sgd
    let name = try Checkpoint.write(
      model.replica, state, in: path, rows: model.rows, synchronize: {}
    ).name
    let moments = try SafetensorsFile(opening: "\(path)/\(name)/optimizer.safetensors")
    #expect(moments.tensors.map(\.name).allSatisfy { $0.hasPrefix("momentum_buffer.") })
    #expect(moments.tensors.count == 10)
    let other = SmallModel()
    try Checkpoint.read("\(path)/\(name)", into: other.replica)
    #expect(other.bits == model.bits)
    #expect(try CheckpointReference("\(path)/\(name)").state().recipe == state.recipe)
  }

  @Test("a checkpoint that fails leaves the one of the same step")
  func keeps() throws {
    model.fill(1)
    let digest = try write(step: 42).modelDigest
    model.replica.parameters[0] = .nan
    #expect(throws: Failure.self) { try write(step: 42) }
    #expect(try names() == ["step-00000042"])
    #expect(try CheckpointReference("\(path)/step-00000042").modelDigest == digest)
  }

  @Test("a checkpoint replaces that of the same step, and what a killed job has left of one")
  func replaces() throws {
    try FileManager.default.createDirectory(
      atPath: "\(path)/.unfinished-step-00000042/x", withIntermediateDirectories: true)
    model.fill(1)
    try write(step: 42)
    #expect(Checkpoint.hasNothingElse("\(path)/step-00000042"))
    model.fill(2)
    try write(step: 42)
    #expect(try names() == ["step-00000042"])
    let other = SmallModel()
    try Checkpoint.read("\(path)/step-00000042", into: other.replica)
    #expect(other.bits == model.bits)
  }

  @Test("other files are brought to the disk before the checkpoint has its name")
  func synchronize() throws {
    var seen: [[String]] = []
    try write(step: 42) { seen.append((try? names()) ?? []) }
    #expect(seen == [[".unfinished-step-00000042"]])
  }

  @Test("a folder that is not there is told, and none is made")
  func missing() throws {
    let error = try #require(throws: FileError.self) {
      try Checkpoint.write(
        model.replica, SmallModel.state(step: 1), in: "\(path)/none", rows: model.rows,
        synchronize: {})
    }
    #expect(error.path == "\(path)/none/.unfinished-step-00000001" && error.code == .inputOutput)
    #expect(try names() == [])
  }
}
