import Foundation
import Support
import Testing

private let onlyThere: Comment = "MPICH keeps windows in /dev/shm alone"

/// Shared windows where /dev/shm is as small as in containers.
@Suite(.enabled(if: Hosts.obstacle == nil, "\(Hosts.obstacle ?? "")"))
struct SharedMemoryTests {
  private let folder: RunFolder

  /// Data as large as MNIST's, black but for a pixel: 45 MiB.
  init() throws {
    folder = try RunFolder(SmallData(test: 20, rows: 28, columns: 28))
    let data = URL(fileURLWithPath: folder.data)
    for (name, sizes) in [("images-idx3", [60_000, 28, 28]), ("labels-idx1", [60_000])] {
      let file = data.appendingPathComponent("train-\(name)-ubyte")
      try Data(SmallData.header(sizes)).write(to: file)
      let handle = try FileHandle(forWritingTo: file)
      try handle.truncate(atOffset: UInt64(4 + 4 * sizes.count + sizes.reduce(1, *) - 1))
      try handle.seekToEnd()
      try handle.write(contentsOf: Data([9]))
      try handle.close()
    }
  }

  private func train(_ words: [String], _ launch: Launch, in place: String) -> Command {
    let words = ["--data", "\(place)/data", "--run", "\(place)/run", "--max-steps", "2"] + words
    return Job(["train", "--hidden", "16", "--latent", "4"] + words, launch).command
  }

  /// What a mount on /tmp would hide, program and files, is seen below /mnt.
  private func train(_ words: [String] = [], ranks: Int, memory: [String: String]) throws
    -> Command.Outcome
  {
    let program = URL(fileURLWithPath: Command.built("lockstep"))
    let aside =
      "mount -t tmpfs tmpfs /mnt && mkdir /mnt/test /mnt/built && "
      + "mount --bind '\(folder.folder.url.path)' /mnt/test && "
      + "mount --bind '\(program.deletingLastPathComponent().path)' /mnt/built"
    let mounts = memory.sorted { $0.key < $1.key }.map { Command.memory($0.key, $0.value) }
    var command = train(words, .ranks(ranks), in: "/mnt/test")
    command = Command(
      command.words.map { $0 == program.path ? "/mnt/built/lockstep" : $0 },
      environment: command.environment.merging(["TMPDIR": "", "XDG_RUNTIME_DIR": ""]) { $1 })
    return try command.mounting(([aside] + mounts).joined(separator: " && ")).run()
  }

  @Test(
    "windows go where there is room", .enabled(if: Library.isOpenMPI, onlyThere),
    arguments: [2, 4], [128, 1024])
  func elsewhere(ranks: Int, batch: Int) throws {
    let words = ["--batch-size", "\(batch)"]
    let outcome = try train(words, ranks: ranks, memory: ["/dev/shm": "48m"])
    #expect(outcome.status == 0 && outcome.told.isEmpty, "\(outcome.reported)")
    let model = try folder.contents.model()
    try FileManager.default.removeItem(atPath: folder.run)
    let alone = try train(words, .alone, in: folder.folder.url.path).run()
    #expect(alone.status == 0, "\(alone.reported)")
    #expect(try folder.contents.model() == model)
  }

  @Test("where there is none, one sentence says so", arguments: [2, 4])
  func nowhere(ranks: Int) throws {
    let small = ["/dev/shm": "48m", "/tmp": "16m", "/var/tmp": "16m"]
    // MPICH's queues take 4.5 MiB a rank from the beginning.
    let left = Library.isOpenMPI ? "4" : "3"
    try train(ranks: ranks, memory: small).expectFailure(
      69, ["/dev/shm of ", "room for \(left)", "its \(ranks) ranks need to share", "--shm-size"])
    #expect(!FileManager.default.fileExists(atPath: folder.run))
  }

  @Test("what the user chose stands", .enabled(if: Library.isOpenMPI, onlyThere))
  func chosen() throws {
    let name = "OMPI_MCA_osc_sm_backing_directory"
    let outcome = try train([], .ranks(2), in: folder.folder.url.path)
      .mounting(Command.memory("/dev/shm", "48m") + "; export \(name)=/dev/shm").run()
    outcome.expectFailure(69, ["/dev/shm of ", "a directory with more room in \(name)"])
  }

  /// Data fit, and then the model does not.
  @Test("all windows count together")
  func together() throws {
    // Open MPI 5 may take 32 MiB for messages.
    let small = ["/dev/shm": "84m", "/tmp": "16m", "/var/tmp": "16m"]
    let words = ["--hidden", "2000"]
    let left = Library.isOpenMPI ? "3" : "2"
    try train(words, ranks: 2, memory: small)
      .expectFailure(69, ["/dev/shm of ", "room for \(left)"])
    let larger = ["/dev/shm": "160m", "/tmp": "16m", "/var/tmp": "16m"]
    #expect(try train(words, ranks: 2, memory: larger).status == 0)
  }

  @Test("the doctor looks where windows are", .enabled(if: Library.isOpenMPI, onlyThere))
  func doctor() throws {
    let outcome = try Job(["doctor", "--data", folder.data], .ranks(2)).command
      .mounting(Command.memory("/dev/shm", "48m")).run()
    #expect(outcome.output.contains(/shared +[0-9,]+ MiB free in \/.*tmp/), "\(outcome.output)")
    #expect(!outcome.output.contains("--shm-size"), "\(outcome.output)")
  }
}
