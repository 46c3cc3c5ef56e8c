internal import CLaunchers
internal import FoundationEssentials
internal import MPI

/// A program that starts ranks, and how it is told what: a column of scripts/launchers.tsv, which scripts
/// read, too.
package struct MPILauncher: Sendable, Equatable {
  private let kind: Kind

  private enum Kind: String {
    case openMPI4 = "open-mpi-4"
    case openMPI5 = "open-mpi-5"
    case mpich
    case intel
  }

  /// The launcher of the library of that name (`World.libraryName`): any other than Open MPI is taken for a
  /// descendant of MPICH, whose launcher is MPICH's.
  package init(library: String) {
    if library.hasPrefix("Open MPI") {
      kind = library.prefixMatch(of: /Open MPI [1-4]\./) != nil ? .openMPI4 : .openMPI5
    } else {
      kind = library.hasPrefix("Intel MPI") ? .intel : .mpich
    }
  }

  /// The launcher of the MPI library that this program runs with.
  package static var own: MPILauncher { MPILauncher(library: (try? World.libraryName) ?? "") }

  /// Whether it is Open MPI's, of any version.
  package var isOpenMPI: Bool { kind == .openMPI4 || kind == .openMPI5 }

  /// Whether it is Intel MPI's.
  var isIntel: Bool { kind == .intel }

  /// The program's name.
  package var program: String { cell("launcher") ?? "" }

  /// The software that the program belongs to, with its Debian package.
  package var source: String {
    (cell("name") ?? "") + (cell("debian").map { " (Debian: \($0))" } ?? "")
  }

  /// The options that give each rank as many cores of its own as it has `threads`.
  package func binding(threads: Int = 1) -> [String] {
    threads > 1 ? words("room", "\(threads)") + words("cores", "\(threads)") : words("core")
  }

  /// The options that bind no rank.
  package var noBinding: [String] { words("unbound") }

  /// The options that keep unbound ranks on `cpus`, to which the launcher itself is confined; none where the
  /// launcher keeps to these by itself.
  package func keeping(_ cpus: String) -> [String] { words("confined", cpus) }

  /// The options that start more ranks than this machine has cores for, and bind none.
  ///
  /// - Parameter yields: whether ranks leave the core to others while they wait, where the launcher can tell
  ///   them to.
  /// - Returns: the options.
  package func sharing(yields: Bool) -> [String] {
    words("crowded") + noBinding + (yields ? words("yielding") : [])
  }

  /// The options that name the machines of a hostfile.
  package func machines(file: String) -> [String] { words("hostfile", file) }

  /// The options that name the machines of a list, as in `left:2,right:2`.
  package func machines(list: String) -> [String] { words("hosts", list) }

  /// The options that give the ranks on other machines the environment variable called `name`.
  package func exporting(_ name: String) -> [String] { words("export", name) }

  /// The variables, with their values, of a launcher that finds a lost machine in less than a minute, and
  /// passes on the signals that batch systems send.
  package var variables: [(name: String, value: String)] {
    words("variables").compactMap { word in
      let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
      return parts.count == 2 ? (parts[0], parts[1]) : nil
    }
  }

  /// Whether this process's environment lets it start more ranks than there are slots.
  package var mayCrowd: Bool {
    ProcessInfo.processInfo.environment.contains { name, value in
      name.contains("_MCA_rmaps_")
        && (name.hasSuffix("oversubscribe") || value.lowercased().contains("oversubscribe"))
    }
  }

  /// Whether it ends a job at once when it gets SIGTERM; else SIGKILL is needed.
  package var endsAtTerm: Bool { cell("end") == "TERM" }

  /// The code of a job whose rank was ended by the signal of this number.
  package func code(ofSignal signal: Int32) -> Int32 {
    // The table tells the code of SIGUSR1, which is signal 10.
    (cell("unheard").flatMap { Int32($0) } ?? 138) - 10 + signal
  }

  /// The environment variable with which a user chooses how ranks are bound; nil where there is none.
  package var bindingVariable: String? { cell("binding") }

  /// The library's setting that has ranks copy nothing from a neighbour's memory, and its value; nil where
  /// none is known.
  package var twoCopies: (name: String, value: String)? {
    guard let parts = cell("two-copies")?.split(separator: "="), parts.count == 2 else {
      return nil
    }
    return (String(parts[0]), String(parts[1]))
  }

  /// The option with which Slurm's `srun` starts ranks of this library, in the place of the launcher.
  package var slurm: String { cell("slurm") ?? "" }

  /// The command line of the program with `options`.
  package func line(_ options: [String]) -> String { ([program] + options).joined(separator: " ") }
}

extension MPILauncher {
  /// The words of the cell in `row`, in which `value` takes the place of `{}`.
  private func words(_ row: String, _ value: String = "") -> [String] {
    (cell(row) ?? "").split(separator: " ").map {
      $0.split(separator: "{}", omittingEmptySubsequences: false).joined(separator: value)
    }
  }

  /// The cell of this launcher in `row`; nil where that holds nothing.
  private func cell(_ row: String) -> String? {
    let table = Self.table
    guard let column = table["kind"]?.firstIndex(of: kind.rawValue), let cells = table[row] else {
      preconditionFailure("scripts/launchers.tsv has no \(row) of \(kind.rawValue)")
    }
    return cells[column] == "-" ? nil : cells[column]
  }

  /// The cells of each row, by the row's name.
  private static let table: [String: [String]] = {
    let rows = String(cString: CLaunchers_table()).split(separator: "\n")
      .filter { !$0.hasPrefix("#") }
      .map { $0.split(separator: "\t").map(String.init) }
    return Dictionary(uniqueKeysWithValues: rows.map { ($0[0], Array($0.dropFirst())) })
  }()
}
