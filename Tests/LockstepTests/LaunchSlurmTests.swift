import Foundation
import Support
import Testing

/// `lockstep launch` in an allocation of a real Slurm on this machine.
@Suite(.serialized, .enabled(if: Slurm.obstacle == nil, "\(Slurm.obstacle ?? "")"))
struct LaunchSlurmTests {
  private static let words = ["--epochs", "3", "--batch-size", "20", "--hidden", "100"]

  @Test("a rank that is killed", arguments: [["--launcher", "srun"], []])
  func kill(launch: [String]) throws {
    let folder = try RunFolder(SmallData(train: 2000, rows: 28, columns: 28))
    let reference = folder.path("reference")
    try Job(folder.trainWords(run: reference) + Self.words).succeed()
    let script = """
      run=$1; shift
      "$@" & launch=$!
      until read -r done rest 2>/dev/null <$run/.lock && [ "${done:-0}" -ge 50 ]; do
        kill -0 $launch || exit 99
        sleep 0.01
      done
      kill -KILL $(pgrep -fn -- "^[^ ]*/lockstep train .* --run $run ")
      wait $launch
      """
    let words =
      [Command.built("lockstep"), "launch"] + launch + ["--"] + folder.trainWords() + Self.words
    let outcome = try Command(
      Slurm.words(cpus: 2) + ["salloc", "-Q", "-n", "2", "sh", "-c", script, "sh", folder.run]
        + words + ["--checkpoint-every", "7"],
      environment: Job.environment
    ).run(seconds: 120)
    #expect(outcome.status == 0, "\(outcome.reported)")
    let told = outcome.lines(of: "lockstep launch")
    #expect(told.count == 1, "\(outcome.reported)")
    #expect(told.first?.hasPrefix("a rank was ended by SIGKILL, after step ") ?? false)
    #expect(told.first?.contains(" on 2 ranks of ") ?? false)
    try expectSameRun(folder.run, reference, epochs: 3, anyRanks: true, outcome.reported)
  }
}
