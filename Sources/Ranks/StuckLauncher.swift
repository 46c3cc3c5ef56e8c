internal import Glibc
internal import Platform

/// A launcher that waits for a host which is cut off, although a rank has failed: Open MPI's mpirun asks the
/// host's daemon to end its ranks, and waits for the answer for minutes (4.1.4). Asked to end meanwhile, it says
/// that it is ending, or dies of a null pointer; so it is killed.
enum StuckLauncher {
  /// The names of the programs that wait for all hosts.
  private static let names: Set<Substring> = [
    "mpirun", "orterun", "prterun", "mpiexec", "mpiexec.hydra",
  ]

  /// Starts a process that kills this rank's launcher where the launcher is on this machine and is
  /// still there some seconds after this rank has ended.
  static func endSoon() {
    guard let (id, start) = launcher(above: getppid()) else { return }
    // A later process with the same id began at another time. Words follow the script: the id, the time.
    let script = """
      is_there() { [ "$(cut -d ' ' -f 22 /proc/$1/stat 2>/dev/null)" = "$2" ]; }
      sleep 5
      if is_there "$1" "$2"; then kill -KILL "$1"; fi
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
    let words = ["sh", "-c", script, "sh", "\(id)", "\(start)"]
    CStrings.with(words, environment: []) { words, environment in
      var child = pid_t()
      _ = posix_spawn(&child, "/bin/sh", &actions, &attributes, words, environment)
    }
  }

  /// The id and the time of start of the launcher among the process `id` and its ancestors; nil where there
  /// is none, as on hosts to which the launcher has sent a daemon.
  private static func launcher(above id: pid_t) -> (id: pid_t, start: Substring)? {
    var id = id
    while id > 1, let text = try? FileSystem.read("/proc/\(id)/stat") {
      // proc(5): id (name) state parent … start, where start is field 22.
      guard let open = text.firstIndex(of: "("), let end = text.lastIndex(of: ")") else {
        return nil
      }
      let name = text[text.index(after: open)..<end]
      let fields = text[end...].split(separator: " ")
      guard fields.count > 20, let parent = pid_t(fields[2]) else { return nil }
      if names.contains(name) { return (id, fields[20]) }
      id = parent
    }
    return nil
  }
}
