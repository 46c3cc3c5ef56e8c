import Foundation
import Images
import Support
import Testing

/// The folder with the real data: `LOCKSTEP_MNIST`, or where `scripts/fetch-mnist` puts it.
private let mnist =
  ProcessInfo.processInfo.environment["LOCKSTEP_MNIST"] ?? Dataset.defaultDirectory

private let isThere = ["train-images-idx3-ubyte", "train-images-idx3-ubyte.gz"].contains {
  FileManager.default.fileExists(atPath: "\(mnist)/\($0)")
}

/// The ranks of a node have one copy of the data.
@Suite struct SharedDataTests {
  /// Ranks that would fail if they looked for files.
  @Test("only rank zero reads", arguments: 2...4)
  func reads(ranks: Int) throws {
    let folder = try RunFolder()
    let words = [Command.built("lockstep")] + folder.trainWords() + ["--data", "data"]
    try FileManager.default.createDirectory(
      atPath: folder.path("elsewhere"), withIntermediateDirectories: false)
    let places =
      [folder.folder.url.path] + [String](repeating: folder.path("elsewhere"), count: ranks - 1)
    let outcome = try Command.mpirun(
      places.map { ["-n", "1", "-wdir", $0] + words + ["--epochs", "2"] },
      environment: Job.environment
    ).run()
    #expect(outcome.status == 0 && outcome.told.isEmpty, "\(outcome.reported)")
    let other = folder.path("other")
    try folder.train("--epochs", "2", on: .ranks(ranks), run: other).succeed()
    try expectSameRun(folder.run, other)
  }

  /// What the kernel counts of each rank in the middle of training: proc(5), "smaps_rollup". Pages
  /// that several ranks see count in equal parts for each, so that all must stand still meanwhile.
  @Test(
    "the memory of MNIST is taken once",
    .enabled(if: isThere, "MNIST is not in \(mnist): run scripts/fetch-mnist"),
    arguments: [2, 3])
  func memory(ranks: Int) throws {
    let folder = try TemporaryFolder()
    let run = folder.url.appendingPathComponent("run").path
    let script = """
      rank=${OMPI_COMM_WORLD_RANK:-$PMI_RANK} out=$1 ranks=$2; shift 2
      "$@" & job=$!
      until test -s "$out/run/metrics.jsonl"; do kill -0 $job || exit 99; sleep 0.05; done
      kill -STOP $job; touch "$out/stopped.$rank"
      until test "$(ls "$out" | grep -c ^stopped)" = $ranks; do sleep 0.05; done
      cp /proc/$job/smaps_rollup "$out/part.$rank" && mv "$out/part.$rank" "$out/rank.$rank"
      until test "$(ls "$out" | grep -c ^rank)" = $ranks; do kill -0 $job || exit 99; sleep 0.05; done
      kill -CONT $job; kill -USR1 $job
      wait $job
      """
    let outcome = try Command.mpirun(
      [
        [
          "-n", "\(ranks)", "sh", "-c", script, "sh", folder.url.path, "\(ranks)",
          Command.built("lockstep"), "train", "--data", mnist, "--run", run, "--hidden", "16",
          "--log-every", "1",
        ]
      ], environment: Job.environment
    ).run()
    #expect(outcome.status == 75, "\(outcome.reported)")
    let rollups = try (0..<ranks).map {
      try String(contentsOf: folder.url.appendingPathComponent("rank.\($0)"), encoding: .utf8)
    }
    let data = 70_000 * 785 / 1024
    let shared = try rollups.map { try kilobytes("Pss_Shmem", $0) }
    // MPICH's queues take 4.5 MiB a rank.
    let others = Library.isOpenMPI ? 10_000 : 5_000 * ranks
    #expect((data...data + others).contains(shared.reduce(0, +)), "\(shared) KiB of shared memory")
    for rollup in rollups { #expect(try kilobytes("Pss_Anon", rollup) < data, "\(rollup)") }
  }

  private func kilobytes(_ name: String, _ rollup: String) throws -> Int {
    let line = try #require(rollup.split(separator: "\n").first { $0.hasPrefix("\(name):") })
    return try #require(Int(line.split(whereSeparator: \.isWhitespace)[1]))
  }
}
