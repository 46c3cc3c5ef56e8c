internal import ArgumentParser
internal import Doctor
internal import MPI
internal import Platform

/// `lockstep doctor`.
struct Doctor: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Tell what this machine and this MPI job look like, and what is wrong.",
    discussion: """
      Start it as you would start training. Warnings say what will be slow or fail, why, and what \
      to type instead; the exit code is 0 all the same.

        lockstep doctor
        mpirun -n 4 lockstep doctor --json
      """)

  @OptionGroup var data: DataOption
  @OptionGroup var threads: ThreadOption

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    // Asked before MPI starts, since MPI then sets the launcher's variables itself.
    let (isLaunched, isFirst) = (Launcher.isPresent, Launcher.rank == 0)
    Job.run(
      refusesStrangers: false,
      in: { world in
        let report = try DoctorReport.collect(
          world, threads: threads.count, data: data.directory,
          version: Lockstep.configuration.version, isLaunched: isLaunched)
        // Where MPI does not connect the processes, each of them has rank zero.
        let told = isFirst ? report : nil
        try world.communicator.tell(
          told.map {
            json ? [try $0.json(in: .commandLine)] : $0.lines(in: .commandLine)
          } ?? [])
        return .done
      })
  }
}
