import Foundation
import Support
import Testing

/// Data that are not the same on all hosts, or not there.
@Suite(.enabled(if: Hosts.obstacle == nil, "\(Hosts.obstacle ?? "")"))
struct HostDataTests {
  private let folder: RunFolder

  init() throws { folder = try RunFolder() }

  /// Runs `words` on hosts of which `host` sees, in place of the data, the folder `replacement`.
  private func run(
    _ hosts: [Int], _ words: [String], on host: String, replacement: String
  ) throws -> Command.Outcome {
    // Each rank in a mount namespace of its own, which is gone with it.
    let script = """
      host=$1 from=$2 to=$3; shift 3
      test "$(hostname)" != "$host" || mount --bind "$from" "$to" || exit 99
      exec "$@"
      """
    return try Command(
      Hosts.words(hosts) + Library.onHosts + [
        "unshare", "--mount", "sh", "-c", script, "sh", host, replacement, folder.data,
        Command.built("lockstep"),
      ] + words,
      environment: Job.environment.merging(Hosts.environment) { $1 }
    ).run()
  }

  private func replacement(_ data: SmallData? = nil) throws -> String {
    let url = folder.folder.url.appendingPathComponent("replacement")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    return try data?.write(to: url) ?? url.path
  }

  @Test(
    "hosts that have none get rank zero's, and train to the bits of hosts that have them",
    arguments: [[1, 1], [1, 3], [1, 1, 2]])
  func missing(hosts: [Int]) throws {
    let other = folder.path("other")
    let words = ["--epochs", "2"]
    let outcome = try run(
      hosts, folder.trainWords(run: other) + words, on: "node2", replacement: replacement())
    #expect(outcome.status == 0 && outcome.told.isEmpty, "\(outcome.reported)")
    try Job(folder.trainWords() + words, .hosts(hosts)).succeed()
    try expectSameRun(other, folder.run)
  }

  @Test("a host that has only some files gets all")
  func partlyMissing() throws {
    let replacement = try replacement(SmallData(train: 17))
    try FileManager.default.removeItem(atPath: "\(replacement)/t10k-labels-idx1-ubyte")
    let outcome = try run(
      [1, 1], folder.trainWords() + ["--epochs", "1"], on: "node2", replacement: replacement)
    #expect(outcome.status == 0, "\(outcome.reported)")
  }

  @Test(
    "commands that use a checkpoint",
    arguments: [("evaluate", ""), ("encode", ".npy"), ("reconstruct", ".png")])
  func use(command: (name: String, suffix: String)) throws {
    let trained = try RunFolder.trained()
    func words(_ name: String) -> [String] {
      [command.name, trained.run, "--data", folder.data]
        + (command.suffix.isEmpty ? [] : ["--output", folder.path(name + command.suffix)])
    }
    let alone = try Job(words("alone")).succeed()
    let hosts = try run([2, 1], words("hosts"), on: "node2", replacement: replacement())
    #expect(hosts.status == 0, "\(hosts.reported)")
    if command.suffix.isEmpty {
      #expect(hosts.output.replacing("\r", with: "") == alone.output)
    } else {
      let files = try ["alone", "hosts"].map {
        try Data(contentsOf: URL(fileURLWithPath: folder.path($0 + command.suffix)))
      }
      #expect(files[0] == files[1])
    }
    let other = try SmallData().changed(in: replacement(SmallData()))
    try run([2, 1], words("other"), on: "node2", replacement: other)
      .expectFailure(70, ["the data of rank 2 on node2 differs from that of rank 0 on node1"])
  }

  @Test("rank zero's host must have them")
  func missingOnFirst() throws {
    try run([1, 1], folder.trainWords(), on: "node1", replacement: replacement())
      .expectFailure(74, ["on node1, ", "there is no train-images-idx3-ubyte (or .gz) here"])
  }

  @Test("damaged data are named with their host", arguments: [[2, 2], [1, 1, 1]])
  func damaged(hosts: [Int]) throws {
    let replacement = try replacement(SmallData())
    let file = URL(fileURLWithPath: "\(replacement)/t10k-labels-idx1-ubyte")
    var bytes = try Data(contentsOf: file)
    bytes[2] = 13
    try bytes.write(to: file)
    try run(hosts, folder.trainWords(), on: "node2", replacement: replacement)
      .expectFailure(
        65, ["on node2, \(folder.data)/t10k-labels", "byte 2: the elements are 32-bit floats"])
    bytes[2] = 8
    bytes.removeLast()
    try bytes.write(to: file)
    try run(hosts, folder.trainWords(), on: "node2", replacement: replacement)
      .expectFailure(65, ["on node2, \(folder.data)/t10k-labels", "the header declares"])
  }

  @Test("other pixels, and other sizes", arguments: [[1, 1], [2, 1, 1]])
  func different(hosts: [Int]) throws {
    let other = try SmallData().changed(in: replacement(SmallData()))
    try run(hosts, folder.trainWords(), on: "node2", replacement: other)
      .expectFailure(70, ["the data of rank \(hosts[0]) on node2 differs"])
    try run(
      hosts, folder.trainWords(), on: "node2", replacement: replacement(SmallData(train: 201))
    ).expectFailure(70, ["the data of rank \(hosts[0]) on node2 are not as many"])
  }

  @Test("the doctor does not complain of hosts without data")
  func doctor() throws {
    let outcome = try run(
      [1, 1], ["doctor", "--data", folder.data], on: "node2", replacement: replacement())
    #expect(outcome.output.contains("node2: none here, rank 0 sends them"), "\(outcome.output)")
    #expect(!outcome.output.contains("scripts/fetch-mnist"))
  }
}

extension SmallData {
  /// Changes a pixel of the training images that were written to `folder`.
  fileprivate func changed(in folder: String) throws -> String {
    for name in ["train-images-idx3-ubyte", "t10k-images-idx3-ubyte"] {
      let file = URL(fileURLWithPath: "\(folder)/\(name)")
      var bytes = try Data(contentsOf: file)
      bytes[bytes.count - 1] ^= 1
      try bytes.write(to: file)
    }
    return folder
  }
}
