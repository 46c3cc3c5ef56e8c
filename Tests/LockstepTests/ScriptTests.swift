import Foundation
import Support
import Testing

/// What scripts/train makes of its options, with a set-up that does nothing and an mpirun that
/// only tells what it was given.
@Suite struct ScriptTests {
  private let folder: ScriptFolder

  init() throws {
    folder = try ScriptFolder()
    for name in ["mpirun", "mpiexec.hydra"] {
      try folder.write(name, "#!/bin/sh\nprintf '%s\\n' \"$*\"\n")
    }
    try folder.write("hosts", "localhost slots=2\n")
  }

  private func run(_ words: [String], mpi: String = "openmpi") throws -> Command.Outcome {
    try folder.command(words, environment: ["LOCKSTEP_MPI": mpi]).run(in: folder.url)
  }

  @Test(
    "a number of ranks in every spelling",
    arguments: [
      ["-n", "3"], ["-n3"], ["-n=3"], ["-np", "3"], ["-np3"], ["--np=3"], ["--n", "3"],
      ["-c", "3"],
    ])
  func ranks(words: [String]) throws {
    let outcome = try run(words + ["--epochs", "2"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("-n 3 "), "\(outcome.output)")
    let flags = outcome.output.components(separatedBy: "lockstep train ").last
    #expect(flags?.trimmingCharacters(in: .newlines) == "--epochs 2 --progress never")
  }

  @Test(
    "machines in every spelling",
    arguments: [
      (["--hostfile", "hosts"], "--hostfile hosts "), (["--hostfile=hosts"], "--hostfile hosts "),
      (["-hostfile", "hosts"], "--hostfile hosts "),
      (["--machinefile=hosts"], "--hostfile hosts "), (["-H", "a:2,b"], "--host a:2,b "),
      (["--host=a:2,b"], "--host a:2,b "), (["-host", "a:2,b"], "--host a:2,b "),
    ])
  func machines(words: [String], told: String) throws {
    let outcome = try run(words + ["-n4"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains(told) && outcome.output.contains("-n 4 "), "\(outcome.output)")
    #expect(outcome.output.hasSuffix("lockstep train --progress never\n"), "\(outcome.output)")
  }

  @Test(
    "MPICH's launcher is told in its own words",
    arguments: [
      (["--hostfile", "hosts", "-n4"], "-f hosts -bind-to core -n 4 "),
      (["--host=a:2,b"], "-hosts a:2,b -bind-to core "), (["-n", "999"], "-n 999 -bind-to none "),
    ])
  func mpich(words: [String], told: String) throws {
    let outcome = try run(words, mpi: "mpich")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let program = folder.url.appendingPathComponent(".build-mpich/release/lockstep").path
    #expect(outcome.output == "\(told)\(program) train --progress never\n")
  }

  @Test(
    "each version's launcher is told in its own words, and of what it does not read",
    arguments: [
      ("mpirun (Open MPI) 4.1.6", "OMPI_MCA_hwloc_base_binding_policy", true, ""),
      ("mpirun (Open MPI) 5.0.7", "PRTE_MCA_hwloc_default_binding_policy", true, ""),
      (
        "mpirun (Open MPI) 5.0.7", "OMPI_MCA_hwloc_base_binding_policy", false,
        "train: Open MPI 5 and later does not read OMPI_MCA_hwloc_base_binding_policy; "
      ),
      (
        "mpirun (Open MPI) 4.1.6", "PRTE_MCA_rmaps_default_mapping_policy", false,
        "train: Open MPI 4"
      ),
      ("mpirun (Open MPI) 5.0.7", "OMPI_MCA_pml", false, ""),
    ])
  func versions(version: String, variable: String, isHeeded: Bool, sentence: String) throws {
    try folder.write(
      "mpirun",
      """
      #!/bin/sh
      [ "$1" != --version ] || { echo '\(version)'; exit; }
      printf '%s\\n' "$*"
      env | grep keepalive_time

      """)
    let outcome = try folder.command(
      ["--hostfile", "hosts"], environment: ["LOCKSTEP_MPI": "openmpi", variable: "none"]
    ).run(in: folder.url)
    #expect(outcome.output.contains("--bind-to core") != isHeeded, "\(outcome.output)")
    let own = version.contains(" 4") ? "OMPI_MCA" : "PRTE_MCA"
    #expect(outcome.output.contains("\(own)_oob_tcp_keepalive_time=20\n"), "\(outcome.output)")
    #expect(outcome.errors.hasPrefix(sentence), "\(outcome.errors)")
    #expect(outcome.errors.isEmpty == sentence.isEmpty, "\(outcome.errors)")
  }

  @Test("an MPI that is none is told of in one sentence")
  func unknown() throws {
    let outcome = try run([], mpi: "lam")
    #expect(outcome.status == 64)
    #expect(
      outcome.errors
        == "train: LOCKSTEP_MPI is 'lam': it may be openmpi (the default), mpich, intel or abi\n")
  }

  /// One rank a slot, each of several cores, is more than there is, and mpirun would say so in
  /// vain.
  @Test(
    "wide ranks on several machines need a number",
    arguments: [["--hostfile", "hosts"], ["-H", "a:4,b:4"]],
    [["--threads-per-rank", "2"], ["--threads-per-rank=2"]])
  func wide(machines: [String], threads: [String]) throws {
    let outcome = try run(threads + machines)
    #expect(outcome.status == 64)
    #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
    #expect(outcome.errors.contains("needs -n"), "\(outcome.errors)")
    let told = try run(machines + threads + ["-n", "4"])
    #expect(told.output.contains("--map-by slot:PE=2 --bind-to core -n 4 "), "\(told.output)")
    let narrow = try run(machines + ["--threads-per-rank", "1"])
    #expect(narrow.status == 0 && !narrow.output.contains(" -n "), "\(narrow.output)")
  }

  @Test(
    "what makes no sense is told once",
    arguments: [
      (["-n", "0"], "-n needs a number of ranks"), (["-nx"], ""), (["-n"], "-n needs a value"),
      (["-np=many"], "-np needs a number"), (["--hostfile=nowhere"], "cannot read the hostfile"),
    ])
  func wrong(words: [String], sentence: String) throws {
    let outcome = try run(words)
    // Whatever is no option of the launcher goes to the program, which knows its own.
    guard !sentence.isEmpty else { return #expect(outcome.output.contains("-nx")) }
    #expect(outcome.status == 64)
    #expect(outcome.errors.contains(sentence), "\(outcome.errors)")
  }
}
