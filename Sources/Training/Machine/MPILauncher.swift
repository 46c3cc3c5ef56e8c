internal import MPI

/// The program that starts ranks, and how its options are spelled.
public enum MPILauncher: Sendable {
  /// Open MPI's `mpirun`.
  case openMPI
  /// MPICH's `mpiexec.hydra`, under the name that no other MPI has.
  case hydra

  /// The launcher that belongs to a library of this name and version, in its own words.
  ///
  /// What is not Open MPI descends from MPICH, and brings hydra.
  init(library: String) { self = library.contains("Open MPI") ? .openMPI : .hydra }

  /// The launcher of the library that this program runs with.
  public static var own: MPILauncher { MPILauncher(library: (try? World.libraryVersion) ?? "") }

  /// The program's name.
  public var program: String {
    switch self {
    case .openMPI: "mpirun"
    case .hydra: "mpiexec.hydra"
    }
  }

  /// Where the program comes from.
  public var source: String {
    switch self {
    case .openMPI: "Open MPI (Debian: openmpi-bin)"
    case .hydra: "MPICH (Debian: mpich)"
    }
  }

  /// The options that give each rank as many cores of its own as it has `threads`.
  public func binding(threads: Int = 1) -> [String] {
    switch self {
    case .openMPI: (threads > 1 ? ["--map-by", "slot:PE=\(threads)"] : []) + ["--bind-to", "core"]
    case .hydra: ["-bind-to", threads > 1 ? "core:\(threads)" : "core"]
    }
  }

  /// The options that bind no rank.
  public var noBinding: [String] {
    switch self {
    case .openMPI: ["--bind-to", "none"]
    case .hydra: ["-bind-to", "none"]
    }
  }

  /// The options that let ranks be more than this machine has room for, and bind none.
  ///
  /// - Parameter yields: whether they leave the core to others while they wait; hydra's cannot.
  /// - Returns: the options.
  public func sharing(yields: Bool) -> [String] {
    switch self {
    case .openMPI:
      ["--oversubscribe"] + noBinding + (yields ? ["--mca", "mpi_yield_when_idle", "1"] : [])
    case .hydra: noBinding
    }
  }

  /// The options that name the machines of a hostfile.
  public func machines(file: String) -> [String] {
    switch self {
    case .openMPI: ["--hostfile", file]
    case .hydra: ["-f", file]
    }
  }

  /// The options that name the machines of a list, as in `left:2,right:2`.
  public func machines(list: String) -> [String] {
    switch self {
    case .openMPI: ["--host", list]
    case .hydra: ["-hosts", list]
    }
  }

  /// The option that sets a variable of the environment of all ranks, without its value.
  var variable: String {
    switch self {
    case .openMPI: "-x"
    case .hydra: "-genv"
    }
  }

  /// What Slurm's `srun` must be told to start ranks itself.
  var slurm: String {
    switch self {
    case .openMPI: "--mpi=pmix"
    case .hydra: "--mpi=pmi2"
    }
  }

  /// What a person types: the program and `options`.
  func line(_ options: [String]) -> String { ([program] + options).joined(separator: " ") }
}
