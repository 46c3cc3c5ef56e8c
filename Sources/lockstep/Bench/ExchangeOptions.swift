internal import ArgumentParser
internal import Benchmarks
internal import Platform
internal import Ranks

/// The flags of `lockstep bench --exchanges`.
struct ExchangeOptions: ParsableArguments {
  @Flag(
    help: ArgumentHelp(
      "Measure only the exchange between several machines, in all ways."))
  var exchanges = false

  @Option(
    help: ArgumentHelp(
      "The machines, as mpirun or mpiexec.hydra reads them.", valueName: "file"),
    completion: .file())
  var hostfile: String?

  @Option(help: ArgumentHelp("The machines as a list: left:2,right:2", valueName: "list"))
  var host: String?

  func validate() throws {
    let isGiven = hostfile != nil || host != nil
    if exchanges != isGiven || (hostfile != nil && host != nil) {
      throw ValidationError("--exchanges needs --hostfile or --host, and these need --exchanges")
    }
    if let hostfile, hostfile.isEmpty || !FileSystem.canRead(hostfile) {
      throw ValidationError("--hostfile: cannot read '\(hostfile)'")
    }
    if host?.isEmpty == true { throw ValidationError("--host must name machines, not be empty") }
  }

  /// The launcher's options that name the machines.
  var words: [String] {
    hostfile.map(MPILauncher.own.machines(file:)) ?? host.map(MPILauncher.own.machines(list:)) ?? []
  }
}
