internal import Glibc
package import MPI

/// The finding that processes were started as one job and each is a world of its own to MPI: their launcher
/// belongs to another MPI than the program, or to none.
package struct Strangers {
  /// What was found, as the beginning of a sentence.
  package let what: String

  /// What to type instead.
  package let instead: String

  /// One sentence.
  package var sentence: String {
    "\(what): nothing was done, since each would do all of it; \(instead)"
  }

  /// Compares the size of `world` with the process counts in the environment; nil where `world` has several
  /// ranks, or the environment tells of no other process.
  ///
  /// `command` is the first word of the command line, for the advice.
  ///
  /// - Throws: `MPIError` where a call fails.
  package init?(_ world: borrowing World, command: String?) throws {
    guard world.communicator.size == 1 else { return nil }
    self.init(
      ranks: 1, launched: LaunchedProcesses.ofLauncher,
      tasks: LaunchedProcesses.ofStep, owner: LaunchedProcesses.owner,
      variable: LaunchedProcesses.variable, library: try World.libraryName, command: command)
  }

  /// Compares the count of `ranks` with how many processes the launcher says it has `launched`, and with how
  /// many `tasks` `srun` says it has started; nil where these fit. Of a launcher that says nothing the count
  /// is nil. `owner` is the MPI that the launcher belongs to, as far as is known, and `variable` that of the
  /// environment that tells its count. `library` is the MPI that this program runs with.
  package init?(
    ranks: Int, launched: Int?, tasks: Int?, owner: String? = nil,
    variable: String? = nil, library: String, command: String?
  ) {
    let launcher = MPILauncher(library: library)
    // Where srun has started an mpirun, which has started one rank, nothing is wrong.
    if let tasks, tasks > 1, ranks == 1, launched ?? tasks != 1 {
      what = "srun started \(tasks) processes, and each is a world of its own to \(library)"
      instead = "start them with srun \(launcher.slurm)" + Self.orAlone("SLURM_STEP_NUM_TASKS")
    } else if let launched, launched > ranks {
      what = "the launcher started \(launched) processes, MPI sees \(ranks)"
      instead =
        (owner.map { "it was that of \($0); " } ?? "")
        + "use the launcher of \(library), which this program runs with: "
        + launcher.line(["-n", "\(launched)", "lockstep"] + (command.map { [$0] } ?? []))
        + ", and the flags" + Self.orAlone(variable)
    } else {
      return nil
    }
  }

  /// For a shell that a launcher has started, or that has a variable of one for another reason.
  private static func orAlone(_ variable: String?) -> String {
    variable.map { "; or, for one process alone, unset \($0)" } ?? ""
  }
}

/// How many processes were started together, this one included, and by what, as the environment tells before
/// MPI starts. To be asked for the first time before that.
package enum LaunchedProcesses {
  /// Whether what the environment tells of Open MPI's launcher, or of Slurm's with PMIx, is left over:
  /// another launcher was started below it; or this process's shell has outlived the job that it was started
  /// in, as one in a terminal multiplexer may, and the folder of the launcher's server is gone.
  package static let isOpenMPILeftOver: Bool =
    World.isBelowMPICHLauncher
    || getenv("PMIX_SERVER_TMPDIR").map { access($0, F_OK) != 0 } ?? false

  /// The count that an MPI launcher tells, and the variable that tells it.
  private static let told: (count: Int, variable: String)? =
    (isOpenMPILeftOver ? ["PMI_SIZE"] : ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE"]).lazy
    .compactMap { name in number(name).map { ($0, name) } }.first

  /// The count that an MPI launcher tells; nil where none did start this process.
  package static var ofLauncher: Int? { told?.count }

  /// The variable that tells ``ofLauncher``.
  static var variable: String? { told?.variable }

  /// The count that Slurm's `srun` tells; nil where `srun` did not start this process.
  static let ofStep: Int? = number("SLURM_STEP_NUM_TASKS")

  /// The MPI whose launcher has started this process, as far as its variables tell; nil where they do not.
  static let owner: String? = {
    let marks = [
      ("OMPI_COMM_WORLD_SIZE", "Open MPI"), ("I_MPI_HYDRA_UUID", "Intel MPI"),
      ("HYDI_CONTROL_FD", "MPICH"), ("PMI_FD", "MPICH"),
    ]
    return marks.dropFirst(isOpenMPILeftOver ? 1 : 0).first { getenv($0.0) != nil }?.1
  }()

  /// Keeps a library from asking a launcher that it cannot talk to, or that did not start this process: it
  /// would end the job from within, with lines of its own, before anybody could say what is wrong, or wait
  /// for ever. Each process is then a world of its own, of which ``Strangers`` tells. To be called before MPI
  /// starts.
  ///
  /// Open MPI 5 looks for PMI, and tells at length that it needs PMIx; MPICH 5.0.2 fails where it finds PMIx,
  /// also below its own launcher; and Intel MPI 2021.19 fails with the launcher of MPICH 4, which, unlike
  /// that of MPICH 5, names no host.
  package static func passOverOtherLaunchers() {
    _ = (told, ofStep)
    let own = MPILauncher.own
    var names: [String] = []
    if isOpenMPILeftOver {
      names = variables(from: [
        "PMIX_", "PRTE_", "OMPI_COMM_WORLD_", "OMPI_MCA_ess", "OMPI_MCA_orte_",
      ])
    }
    if getenv("PMI_FD") != nil && !World.isBelowMPICHLauncher {
      names += ["PMI_FD", "PMI_RANK", "PMI_SIZE"]
    }
    switch owner {
    case "MPICH" where own.isOpenMPI, "Intel MPI" where own.isOpenMPI: names.append("PMI_SIZE")
    case "MPICH" where own.isIntel && getenv("PMI_HOSTNAME") == nil: names.append("PMI_FD")
    default: break
    }
    if !own.isOpenMPI && !own.isIntel && !isBuiltWithPMIx {
      names += variables(from: ["PMIX_", "PRTE_LAUNCHED"])
    }
    for name in names { unsetenv(name) }
  }

  /// Whether MPICH names PMIx among the options that it was built with.
  private static var isBuiltWithPMIx: Bool {
    (try? World.libraryVersion)?.contains("pmix") ?? false
  }

  /// The names of the environment's variables that begin with one of `prefixes`.
  private static func variables(from prefixes: [String]) -> [String] {
    var names: [String] = []
    var entry = environ
    while let text = entry.pointee {
      let name = String(cString: text).prefix { $0 != "=" }
      if prefixes.contains(where: name.hasPrefix) { names.append(String(name)) }
      entry += 1
    }
    return names
  }

  private static func number(_ name: String) -> Int? {
    getenv(name).flatMap { Int(String(cString: $0)) }
  }
}
