internal import ArgumentParser
internal import MPI
internal import Platform
internal import Reports

/// `lockstep report`.
struct Report: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write a page that shows how a run went and what it learnt.",
    usage: "lockstep report <run> [options]",
    discussion: """
      One HTML file that stands alone: curves, samples of every epoch, the latent space, speed, \
      configuration. Training writes it at its end; this writes it at any time, also while a run is \
      under way. Where the data are not there, what needs them is left out.

        lockstep report checkpoints/mnist
        mpirun -n 2 lockstep report checkpoints/mnist --output report.html
      """)

  @Argument(
    help: ArgumentHelp("The run directory.", valueName: "run"), completion: .directory)
  var directory: String

  @OptionGroup var data: ImageOptions
  @OptionGroup var threads: ThreadOption

  @Option(
    help: "The file to write, .html. (default: report.html in the run directory)",
    completion: .file(extensions: ["html"]))
  var output: String?

  func validate() throws {
    if directory.isEmpty { throw ValidationError("<run> must name a run directory, not be empty") }
    if let output { _ = try FileFormat(path: output, among: .html) }
  }

  func run() throws {
    Job.run { world in
      let output = try RunReport(in: .commandLine).write(
        ofRun: directory, data: data.asked, threads: threads.count,
        command: ProgramArguments.resolved,
        to: output, among: world)
      if world.rank == 0 { Terminal.line("written to \(output)") }
      return .done
    }
  }
}
