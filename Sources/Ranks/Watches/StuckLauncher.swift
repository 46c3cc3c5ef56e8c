internal import Glibc
internal import Platform

/// A launcher that waits for a host which is cut off, although a rank has failed: Open MPI's mpirun asks the
/// host's daemon to end its ranks, and waits for the answer for minutes (4.1.4). Asked to end meanwhile, it
/// says that it is ending, or dies of a null pointer; so it is killed.
enum StuckLauncher {
  /// The names of the programs that wait for all hosts.
  private static let names: Set<String> = [
    "mpirun", "orterun", "prterun", "mpiexec", "mpiexec.hydra",
  ]

  /// The programs by which a launcher reaches other hosts, and which outlive it: each has the launcher's
  /// standard error, for whose end a pipe's reader would wait.
  private static let messengers: Set<String> = ["ssh", "rsh"]

  /// Starts a process that kills this rank's launcher, and what connects it with other hosts, where the
  /// launcher is on this machine and is still there after so many `seconds`.
  static func end(in seconds: Double) {
    guard let launcher = launcher(above: getppid()) else { return }
    // A later process with the same id began at another time. Words follow the script: the launcher's id and
    // time, and those of its messengers.
    let script = """
      is_there() { [ "$(cut -d ' ' -f 22 /proc/$1/stat 2>/dev/null)" = "$2" ]; }
      sleep \(seconds)
      is_there "$1" "$2" || exit
      while [ $# -gt 0 ]; do
        if is_there "$1" "$2"; then kill -KILL "$1"; fi
        shift 2
      done
      """
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    // The launcher reads what its ranks write until nobody can write any more.
    for stream in STDIN_FILENO...STDERR_FILENO {
      posix_spawn_file_actions_addopen(&actions, stream, "/dev/null", O_RDWR, 0)
    }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // A session of its own: the launcher ends the rank's process group.
    let setsid: Int16 = 0x80  // POSIX_SPAWN_SETSID, which the header has for GNU sources alone.
    posix_spawnattr_setflags(&attributes, setsid)
    let doomed = [launcher] + launcher.children.filter { messengers.contains($0.name) }
    let words = ["sh", "-c", script, "sh"] + doomed.flatMap { ["\($0.id)", "\($0.start)"] }
    CStrings.with(words, environment: []) { words, environment in
      var child = pid_t()
      _ = posix_spawn(&child, "/bin/sh", &actions, &attributes, words, environment)
    }
  }

  /// The launcher among the process `id` and its ancestors; nil where there is none, as on hosts to which the
  /// launcher has sent a daemon.
  private static func launcher(above id: pid_t) -> SystemProcess? {
    var id = id
    while id > 1, let process = SystemProcess(id) {
      if names.contains(process.name) { return process }
      id = process.parent
    }
    return nil
  }
}
