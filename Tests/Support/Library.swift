import MPI

/// The MPI that the tests were built with.
public enum Library {
  /// Its name and version, as in "MPICH 4.0.2".
  public static let name = (try? World.libraryName) ?? ""

  /// Whether it is Open MPI; MPICH otherwise.
  public static let isOpenMPI = (try? World.libraryVersion.contains("Open MPI")) ?? false

  /// Whether it is Open MPI 4, of which some settings and options are gone in 5.
  public static let isOpenMPI4 = (try? World.libraryVersion.contains("Open MPI v4")) ?? false

  /// Whether it is Intel MPI, whose settings are not MPICH's, from which it stems.
  public static let isIntel = (try? World.libraryVersion.contains("Intel(R) MPI")) ?? false

  /// Whether its launcher may end with 0 though a signal has ended a rank (findings/mpich-aborted-rank.sh).
  public static let hidesSignals =
    (try? World.libraryVersion.contains(/MPICH Version:\s*4\.(1|2\.[0-2])/)) ?? false

  /// What keeps its launcher from saying, of each job that does not end with 0, that it did not. Open MPI 5
  /// has no such option.
  static let quiet = isOpenMPI4 ? ["--quiet"] : []

  /// The program that starts its ranks.
  public static let launcher = isOpenMPI ? "mpirun" : "mpiexec.hydra"

  /// The words that start a rank on every slot of pretended hosts.
  public static let onHosts =
    [launcher] + quiet + (isIntel ? ["-machinefile", "/run/hostfile.mpich"] : [])

  /// A shell's function that prints the processes of a launcher's ranks, in their order. MPICH's
  /// are children of one of its launcher's children.
  public static let ranksFunction = """
    ranks() {
      read -r children </proc/$1/task/$1/children
      for child in $children; do
        case $(cat /proc/$child/comm) in
          hydra*) read -r children </proc/$child/task/$child/children; break ;;
        esac
      done
      echo $children
    }
    """

  /// The words that start a job of `words`, ranks sharing cores and bound to what `binding` says.
  static func words(_ words: [String], binding: String) -> [String] {
    let shared = quiet + ["--oversubscribe", "--mca", "mpi_yield_when_idle", "1", "--bind-to"]
    let options =
      !isOpenMPI
      ? ["-bind-to", binding]
      : shared + [binding == "none" ? binding : "\(binding):overload-allowed"]
    return [launcher] + options + words
  }
}
