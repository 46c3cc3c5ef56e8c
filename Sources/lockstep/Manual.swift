internal import ArgumentParser
internal import Glibc
internal import Platform

/// `lockstep manual`: the pages that `man` shows, one for the program and one for each command.
struct Manual: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write the pages of the manual to a folder.",
    discussion: """
      The folder must be there; scripts/install writes them where man finds them.

        lockstep manual . && man ./lockstep-train.1
      """, shouldDisplay: false)

  @Argument(help: "The folder.", completion: .directory)
  var folder: String

  func run() throws {
    let program = try CommandDescription.program()
    for command in [program] + program.commands {
      let page = ManualPage(command, of: program)
      do {
        try OutputFile.replace("\(folder)/\(page.name)") { try $0.write([UInt8](page.text.utf8)) }
      } catch {
        Job.tell(Sentence(of: error))
        Glibc.exit(Platform.ExitCode.inputOutput.rawValue)
      }
    }
  }
}
