internal import MPI

/// The program that starts ranks, and how its options are spelled.
package enum MPILauncher: Sendable {
  /// Open MPI's `mpirun`.
  case openMPI
  /// MPICH's `mpiexec.hydra`; other MPIs have a program named `mpiexec`, too.
  case hydra

  /// The launcher of the library that describes itself as `library`: any other than Open MPI is taken for a
  /// descendant of MPICH, which comes with hydra.
  package init(library: String) { self = library.contains("Open MPI") ? .openMPI : .hydra }

  /// The launcher of the MPI library that this program runs with.
  package static var own: MPILauncher { MPILauncher(library: (try? World.libraryVersion) ?? "") }

  /// The program's name.
  package var program: String {
    switch self {
    case .openMPI: "mpirun"
    case .hydra: "mpiexec.hydra"
    }
  }

  /// The software that the program belongs to, with its Debian package.
  package var source: String {
    switch self {
    case .openMPI: "Open MPI (Debian: openmpi-bin)"
    case .hydra: "MPICH (Debian: mpich)"
    }
  }

  /// The options that give each rank as many cores of its own as it has `threads`.
  package func binding(threads: Int = 1) -> [String] {
    switch self {
    case .openMPI: (threads > 1 ? ["--map-by", "slot:PE=\(threads)"] : []) + ["--bind-to", "core"]
    case .hydra: ["-bind-to", threads > 1 ? "core:\(threads)" : "core"]
    }
  }

  /// The options that bind no rank.
  package var noBinding: [String] {
    switch self {
    case .openMPI: ["--bind-to", "none"]
    case .hydra: ["-bind-to", "none"]
    }
  }

  /// The options that start more ranks than this machine has cores for, and bind none.
  ///
  /// - Parameter yields: whether ranks leave the core to others while they wait; without effect for hydra.
  /// - Returns: the options.
  package func sharing(yields: Bool) -> [String] {
    switch self {
    case .openMPI:
      ["--oversubscribe"] + noBinding + (yields ? ["--mca", "mpi_yield_when_idle", "1"] : [])
    case .hydra: noBinding
    }
  }

  /// The options that name the machines of a hostfile.
  package func machines(file: String) -> [String] {
    switch self {
    case .openMPI: ["--hostfile", file]
    case .hydra: ["-f", file]
    }
  }

  /// The options that name the machines of a list, as in `left:2,right:2`.
  package func machines(list: String) -> [String] {
    switch self {
    case .openMPI: ["--host", list]
    case .hydra: ["-hosts", list]
    }
  }

  /// The option with which Slurm's `srun` starts ranks of this library, in the place of the launcher.
  package var slurm: String {
    switch self {
    case .openMPI: "--mpi=pmix"
    case .hydra: "--mpi=pmi2"
    }
  }

  /// The command line of the program with `options`.
  package func line(_ options: [String]) -> String { ([program] + options).joined(separator: " ") }
}

extension MPILauncher {
  /// The library's name and version, which its version text begins with: "Open MPI v4.1.4" of
  /// "Open MPI v4.1.4, package: …, ident: …", "MPICH Version: 4.0.2" of MPICH's several lines.
  package static func libraryName(_ version: String) -> String {
    let words = version.split(whereSeparator: \.isNewline).first ?? ""
    return String(words.split(separator: ",").first ?? "").split(separator: "\t")
      .joined(separator: " ")
  }
}
