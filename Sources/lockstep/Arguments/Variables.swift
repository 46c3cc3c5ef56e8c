internal import Glibc

/// The variables of the environment whose names begin with `LOCKSTEP_`.
enum Variables {
  /// The beginning of the variables' names.
  static let prefix = "LOCKSTEP_"

  /// Variables that give no flag but have a meaning to the build, the scripts, the tests or the
  /// program.
  static let others = [
    "BUILD", "COMMIT", "IMAGE_WORK", "INSTALL", "INSTRUCTIONS", "KILL_RUNS", "KILL_SEED", "MARCH",
    "MNIST", "MNIST_MIRRORS", "MPI", "MPI_RPATH",
    "PARTS", "PROGRAM", "PYTHON", "STOP_WITHIN", "TEST", "TESTS", "TORCH_PYTHON",
  ].map { prefix + $0 }

  /// The names of all variables `LOCKSTEP_…` that are set, in alphabetical order.
  static var names: [String] {
    var (names, variable) = ([String](), environ)
    while let entry = variable.pointee {
      if strncmp(entry, prefix, prefix.utf8.count) == 0 {
        names.append(String(String(cString: entry).prefix { $0 != "=" }))
      }
      variable += 1
    }
    return names.sorted()
  }

  /// The names of the variables that ranks on other machines need: those that give flags, and the width of
  /// the window.
  static var ofJobs: [String] {
    let build = [
      "BUILD", "COMMIT", "MARCH", "MPI", "MPI_RPATH", "PYTHON", "STOP_WITHIN", "TORCH_PYTHON",
    ]
    return names.filter { !build.map { prefix + $0 }.contains($0) } + ["COLUMNS"]
  }

  /// The seconds that SIGTERM leaves ranks to save: `LOCKSTEP_STOP_WITHIN`, or a minute.
  static var stopWithin: Double {
    getenv(prefix + "STOP_WITHIN").flatMap { Double(String(cString: $0)) } ?? 60
  }

  /// A sentence for each variable that no command and no script knows; `flags` are the variables of all
  /// commands' flags.
  static func warnings(_ flags: Set<String>) -> [String] {
    names.filter { !flags.contains($0) && !others.contains($0) }.map { name in
      let flags = flags.map { flag(of: $0) }.sorted()
      let meant = UnknownFlag.meant(by: flag(of: name), among: flags).map { variable(of: $0) }
      return meant.map { "\(name) belongs to no flag; did you mean \($0)?" }
        ?? "\(name) belongs to no flag and changes nothing; lockstep train --help-hidden names the flags"
    }
  }

  /// The value of a variable; nil where the variable is not set, or empty.
  ///
  /// - Throws: `ValidationError` where the value is not UTF-8.
  static func value(_ name: String) throws -> String? {
    guard let value = getenv(name), value.pointee != 0 else { return nil }
    let bytes = UnsafeRawBufferPointer(start: value, count: strlen(value))
    return try ProgramWords.text(Array(bytes), "the value of \(name),")
  }

  /// The variable that may give a flag, as in `LOCKSTEP_BATCH_SIZE` for `batch-size`.
  static func variable(of flag: String) -> String {
    prefix + flag.uppercased().map { $0 == "-" ? "_" : String($0) }.joined()
  }

  private static func flag(of name: String) -> String {
    name.dropFirst(prefix.count).lowercased().map { $0 == "_" ? "-" : String($0) }.joined()
  }
}
