import Foundation
import Support
import Testing

/// Whether this process may mount file systems of its own.
private let mayMount =
  (try? Command(["unshare", "-m", "sh", "-c", "mount -t tmpfs none /mnt"]).run().status) == 0

/// `lockstep sample` of more images than a chunk or a rank's memory holds.
@Suite struct ManySamplesTests {
  private let folder: RunFolder

  init() throws { folder = try RunFolder.trained() }

  private func sample(
    _ count: Int, _ launch: Launch = .alone, threads: Int = 1, _ words: String...,
    output: String = "x.npy"
  ) -> Job {
    Job(
      [
        "sample", folder.run, "--count", "\(count)", "--output", folder.path(output),
        "--threads-per-rank", "\(threads)",
      ] + words, launch)
  }

  private func bytes(_ name: String = "x.npy") throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: folder.path(name)))
  }

  /// Chunks have 128 rows: fewer than one, one, one and a row, and many more than are under way.
  /// A walk is drawn in the same way from other latents.
  @Test(
    "the number of ranks and threads changes no byte",
    arguments: [([], [1, 127, 128, 129, 9_001]), (["--walk"], [129, 9_001])])
  func ranks(words: [String], counts: [Int]) throws {
    for count in counts {
      let command = ["sample", folder.run, "--count", "\(count)", "--output", folder.path("x.npy")]
      try Job(command + words).succeed()
      let alone = try bytes()
      // Where chunks are few, there are ranks that have none.
      let few = [(1, 2), (3, 1)]
      for (ranks, threads) in count < 9_001 ? few : few + [(2, 1), (2, 2), (4, 2)] {
        let threads = ["--threads-per-rank", "\(threads)"]
        try Job(command + words + threads, .ranks(ranks)).succeed()
        #expect(try bytes() == alone, "\(count) on \(ranks) ranks of \(threads)")
      }
    }
  }

  /// A rank that stands still most of the time: blocks come late, and others wait at the window.
  @Test("a rank that is slow changes no byte", arguments: [0, 1, 2])
  func slow(rank: Int) throws {
    try sample(40_000, output: "alone.npy").succeed()
    let script = """
      \(Library.ranksFunction)
      rank=$1; shift
      "$@" & job=$!
      children=()
      until [ ${#children[@]} -eq 3 ]; do
        kill -0 $job || exit 99
        children=($(ranks $job 2>/dev/null))
      done
      stops=0
      while kill -STOP ${children[rank]} 2>/dev/null; do
        stops=$((stops + 1)); sleep 0.05; kill -CONT ${children[rank]}; sleep 0.02
      done
      wait $job || exit
      echo stops $stops
      """
    let job = sample(40_000, .ranks(3))
    let outcome = try Command(
      ["bash", "-c", script, "bash", "\(rank)"] + job.command.words,
      environment: job.command.environment
    ).run()
    #expect(outcome.status == 0, "\(outcome.reported)")
    #expect(outcome.output.contains(/stops [1-9]/), "\(outcome.reported)")
    #expect(try bytes() == bytes("alone.npy"))
  }

  /// The largest resident memory of any process below Python, in KiB: getrusage(2).
  private func residentMemory(_ job: Job) throws -> Int {
    let script = """
      import resource, subprocess, sys
      subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
      print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
      """
    let outcome = try Command(
      ["python3", "-c", script] + job.command.words, environment: job.command.environment
    ).run()
    #expect(outcome.status == 0, "\(outcome.reported)")
    return try #require(Int(outcome.output.trimmingCharacters(in: .whitespacesAndNewlines)))
  }

  @Test("memory does not grow with the number of images", arguments: Launch.both)
  func memory(launch: Launch) throws {
    let few = try residentMemory(sample(5_000, launch))
    let many = try residentMemory(sample(400_000, launch))
    // The file has 98 MiB more.
    #expect(many - few < 16 << 10, "\(few) KiB, then \(many) KiB")
    try? FileManager.default.removeItem(atPath: folder.path("x.npy"))
  }

  @Test(
    "a disk that fills ends all ranks, and nothing stays on it",
    .enabled(if: mayMount, "mounting a small file system takes root and CAP_SYS_ADMIN"),
    arguments: [Launch.alone, .ranks(2), .ranks(4)], [1, 2])
  func full(launch: Launch, threads: Int) throws {
    let script = """
      mkdir disk
      mount -t tmpfs -o size=2m none disk || exit 98
      "$@"
      status=$?
      ls -A disk
      exit $status
      """
    let job = sample(100_000, launch, threads: threads, output: "disk/x.npy")
    let outcome = try Command(
      ["unshare", "-m", "sh", "-c", script, "sh"] + job.failing.words,
      environment: job.failing.environment
    ).run(in: folder.folder.url)
    outcome.expectFailure(74, ["x.npy: cannot write to it: No space left on device"])
    #expect(outcome.output.isEmpty, "\(outcome.output)")
  }

  /// In memory, whose file system knows files without a name; others may leave `.partial`.
  @Test("nothing stays of a job that is ended", arguments: Launch.both, ["TERM", "KILL"])
  func ended(launch: Launch, signal: String) throws {
    let memory = URL(fileURLWithPath: "/dev/shm/lockstep-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: memory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: memory) }
    let words = [
      "sample", folder.run, "--count", "100000000", "--progress", "always", "--output",
      memory.appendingPathComponent("x.npy").path,
    ]
    let job = Job(words, launch, environment: ["COLUMNS": "80"])
    let script = """
      signal=$1 log=$2; shift 2
      "$@" >"$log" 2>&1 & job=$!
      until grep -q ' of 100,000,000 images' "$log"; do kill -0 $job || exit 99; sleep 0.01; done
      kill -$signal $job
      wait $job
      """
    let outcome = try Command(
      ["sh", "-c", script, "sh", signal, folder.path("log")] + job.command.words,
      environment: job.command.environment
    ).run()
    // MPICH 4.0.2's launcher may return 0 for ranks to which it has passed a signal on.
    let hides = !Library.isOpenMPI && job.command.words.contains(Library.launcher)
    #expect(outcome.status != 99 && (outcome.status != 0 || hides), "\(outcome.reported)")
    // Ranks outlive an mpirun that was killed for a moment.
    let left = try #require(try Self.finalNames(in: memory.path))
    #expect(left.isEmpty, "\(left)")
  }

  /// What is in the folder once no process has a file open there; nil where that takes too long.
  private static func finalNames(in folder: String) throws -> [String]? {
    let search = "ls -l /proc/[0-9]*/fd 2>/dev/null | grep -F '\(folder)'"
    for _ in 0..<100 {
      if try Command(["sh", "-c", search]).run().output.isEmpty {
        return try FileManager.default.contentsOfDirectory(atPath: folder)
      }
      usleep(100_000)
    }
    return nil
  }
}
