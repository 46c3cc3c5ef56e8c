import Foundation
import Support
import Testing

/// What scripts/train does with signals, with a set-up and an mpirun that are easily replaced.
@Suite struct ScriptSignalTests {
  private let folder: ScriptFolder

  init() throws { folder = try ScriptFolder() }

  /// Sends the script each of the signals, the first once there is a file `up`, and tells its status
  /// once every process whose number is in the file has ended.
  private static let interrupt = """
    signals=$1; shift
    env --default-signal=INT "$@" & script=$!
    until [ -s up ]; do kill -0 $script || exit 99; sleep 0.01; done
    gap=
    for signal in $signals; do $gap; kill -$signal $script; gap='sleep 2.2'; done
    wait $script
    status=$?
    sleep 0.2
    for process in $(cat up); do
      ! grep -qs '^State:[[:space:]]*[^ZX[:space:]]' /proc/$process/status || exit 98
    done
    exit $status
    """

  private func interrupted(
    by signals: String, environment: [String: String] = [:]
  ) throws -> Command.Outcome {
    try folder.command(
      through: ["sh", "-c", Self.interrupt, "sh", signals], environment: environment
    ).run(seconds: 30, in: folder.url)
  }

  /// An mpirun that, as the real one does, swallows SIGUSR1 until its ranks are up.
  private static let deaf = """
    #!/usr/bin/env -S --default-signal=USR1 bash
    [ "$1" != --version ] || exit 0
    trap '' USR1
    echo $$ >up
    sleep 1.2
    trap 'exit 75' USR1
    for ((tenth = 0; tenth < 100; tenth++)); do sleep 0.1; done
    """

  @Test(
    "a signal before the ranks are up is not lost",
    arguments: ["INT", "TERM", "HUP", "USR1", "USR2", "XCPU"])
  func early(signal: String) throws {
    try folder.write("mpirun", Self.deaf)
    let outcome = try interrupted(by: signal)
    #expect(outcome.status == 75, "\(outcome.reported)")
    #expect(outcome.errors.contains("asked the ranks to stop after this step"), "\(outcome.errors)")
  }

  /// Ends by SIGTERM, and its rank by SIGKILL alone.
  private static let stopped = """
    #!/bin/bash
    [ "$1" != --version ] || exit 0
    sleep 20 & rank=$!
    kill -STOP $rank
    echo $$ $rank >up
    wait
    """

  /// A stopped process heeds SIGTERM once it goes on, which here is never.
  @Test("ranks that do not answer are killed, at a second signal or when time is up")
  func unanswered() throws {
    for (signals, status, sentence) in [
      ("INT INT", 130, "ending at once"), ("TERM TERM", 143, "ending at once"),
      ("TERM", 143, "no checkpoint after 1 s"), ("USR1 HUP", 143, "no checkpoint after 1 s"),
    ] {
      try folder.write("mpirun", Self.stopped)
      try? FileManager.default.removeItem(at: folder.url.appendingPathComponent("up"))
      let limit = signals == "TERM TERM" ? "60" : "1"
      let outcome = try interrupted(by: signals, environment: ["LOCKSTEP_STOP_WITHIN": limit])
      #expect(outcome.status == status, "\(signals): \(outcome.reported)")
      #expect(outcome.errors.contains(sentence), "\(signals): \(outcome.errors)")
    }
  }

  @Test(
    "while it sets up it ends at once, with all that it has begun",
    arguments: [
      ("INT", 130), ("TERM", 143), ("HUP", 129), ("USR1", 75), ("USR2", 75), ("XCPU", 75),
    ])
  func setup(signal: String, status: Int) throws {
    try folder.write("scripts/setup", "#!/bin/sh\nsleep 20 & echo $$ $! >up\nwait\n")
    let start = ContinuousClock.now
    let outcome = try interrupted(by: signal)
    #expect(outcome.status == status, "\(outcome.reported)")
    #expect(ContinuousClock.now - start < .seconds(10))
    #expect(outcome.errors.contains("stopped before training began") == (status == 75))
  }

  @Test("a signal that comes when all is done changes nothing, and it says so")
  func late() throws {
    try folder.write(
      "mpirun",
      """
      #!/usr/bin/env -S --default-signal=USR1 bash
      [ "$1" != --version ] || exit 0
      trap : USR1
      echo $$ >up
      for _ in {1..15}; do sleep 0.1; done

      """)
    let outcome = try interrupted(by: "USR1")
    #expect(outcome.status == 0, "\(outcome.reported)")
    #expect(outcome.errors.hasSuffix("training was done before it could be stopped\n"))
  }

  /// What begins with a zero is octal to shells.
  @Test("a time to wait may begin with a zero, and a foreign alarm changes nothing")
  func alarm() throws {
    try folder.write(
      "mpirun",
      "#!/bin/bash\n[ $1 != --version ] || exit 0\necho $$ >up\nsleep 1\nexit 0\n")
    let outcome = try interrupted(by: "ALRM", environment: ["LOCKSTEP_STOP_WITHIN": "08"])
    #expect(outcome.status == 0, "\(outcome.reported)")
    #expect(outcome.errors == "")
  }

  @Test("a time to wait that is none is told of")
  func patience() throws {
    let outcome = try folder.command(environment: ["LOCKSTEP_STOP_WITHIN": "1m"]).run()
    #expect(outcome.status == 64)
    #expect(outcome.errors.contains("must be a number of seconds, not '1m'"), "\(outcome.errors)")
  }
}
