internal import FoundationEssentials
internal import Glibc
package import Platform

/// The command lines with which a process that takes no part in MPI starts jobs, and their environment.
package struct JobCommand: Sendable {
  /// The launcher of the MPI that this program was built with.
  package let launcher = MPILauncher.own

  /// The cores of this machine that jobs may use.
  package let cores = UsableCores()

  /// The launcher's path, or its name where PATH has it.
  private let program: String

  /// Commands that start the launcher at the path `program`; nil for the one on PATH.
  package init(program: String? = nil) { self.program = program ?? launcher.program }

  /// The words that start `program` on `ranks` ranks of this machine. Where the machine has enough cores
  /// and this process may use all of its CPUs, each rank gets as many cores of its own as `threads`.
  package func words(ranks: Int, threads: Int = 1, for program: [String]) -> [String] {
    let isCrowded = ranks * threads > cores.count
    let placement =
      isCrowded || cores.isConfined
      ? launcher.sharing(yields: isCrowded)
      : isBindingChosen ? [] : launcher.binding(threads: threads)
    return [self.program, "-n", "\(ranks)"] + placement + program
  }

  /// The words that start `program` on every slot of the machines that the environment names, bound as it
  /// says.
  package func words(onSlotsFor program: [String]) -> [String] { [self.program] + program }

  /// The words that start `program` on several machines.
  ///
  /// - Parameters:
  ///   - machines: the launcher's options that name the machines.
  ///   - ranks: the number of ranks; nil for one rank on every slot.
  ///   - threads: the number of threads of each rank, and of its cores.
  ///   - program: the program and its arguments.
  /// - Returns: the launcher's name and all its arguments.
  package func words(
    on machines: [String], ranks: Int?, threads: Int = 1, for program: [String]
  ) -> [String] {
    var words = [self.program] + machines
    if !isBindingChosen { words += launcher.binding(threads: threads) }
    if let ranks { words += ["-n", "\(ranks)"] }
    return words + program
  }

  /// Whether the user's environment asks for a binding, which options on the command line would override.
  private var isBindingChosen: Bool {
    launcher.bindingVariable.flatMap { ProcessInfo.processInfo.environment[$0] } != nil
  }

  /// This process's environment, without two kinds of variables: those that a launcher may have
  /// left there, from which mpirun would conclude that it is a part of that launcher's job; and those with
  /// one of the prefixes `left`, but for the ones that begin with one of `kept`. The user's parameters of MPI
  /// (`OMPI_MCA_…`, `PMIX_MCA_…`) stay.
  package static func environment(
    without left: [String] = [], keeping kept: [String] = []
  ) -> [String: String] {
    let kept = ["OMPI_MCA_", "PMIX_MCA_", "OMPI_ALLOW_RUN_AS_ROOT"] + kept
    var values = ProcessInfo.processInfo.environment.filter { name, _ in
      !(["OMPI_", "PMIX_", "PMI_"] + left).contains { name.hasPrefix($0) }
        || kept.contains { name.hasPrefix($0) }
    }
    if geteuid() == 0 {
      // mpirun asks root to confirm twice; a user who runs this program as root has decided.
      values["OMPI_ALLOW_RUN_AS_ROOT"] = "1"
      values["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1"
    }
    return values
  }
}
