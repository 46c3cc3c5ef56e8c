internal import ArgumentParser
internal import FoundationEssentials

/// A command, as the parser describes it.
struct CommandDescription: Decodable {
  private let commandName: String
  private let shouldDisplay: Bool?
  let abstract: String?
  let discussion: String?
  private let arguments: [CommandFlag]?
  private let subcommands: [CommandDescription]?

  /// The command's name, as in `train`.
  var name: String { commandName }

  /// The command's flags and positional arguments, without those that every command has. A flag
  /// that turns another off, as `--no-walk` does, is not listed but is the ``CommandFlag/inverse``
  /// of that other flag.
  var flags: [CommandFlag] {
    var flags = (arguments ?? []).filter { !["help", "version"].contains($0.name) }
    let names = Set(flags.compactMap(\.name))
    for index in flags.indices {
      let inverse = flags[index].name.map { "no-\($0)" }
      flags[index].inverse = inverse.flatMap { names.contains($0) ? $0 : nil }
    }
    let inverses = Set(flags.compactMap(\.inverse))
    return flags.filter { flag in flag.name.map { !inverses.contains($0) } ?? true }
  }

  /// The subcommands that are for people.
  var commands: [CommandDescription] {
    (subcommands ?? []).filter { $0.shouldDisplay ?? true && $0.name != "help" }
  }

  /// The subcommands that are for programs, such as another `lockstep`.
  var hiddenCommands: [CommandDescription] {
    (subcommands ?? []).filter { !($0.shouldDisplay ?? true) }
  }

  /// The description of the whole program.
  ///
  /// The parser writes it as JSON, for tools that make documentation; that takes some milliseconds.
  static func program() throws -> CommandDescription {
    struct Tool: Decodable { let command: CommandDescription }
    return try JSONDecoder().decode(Tool.self, from: Data(Lockstep._dumpHelp().utf8)).command
  }

  /// The flags of the command called `name`; none where there is no such command.
  func flags(of name: String) -> [CommandFlag] {
    subcommands?.first { $0.name == name }?.flags ?? []
  }

  /// The names of the variables that may give flags, of all commands.
  var variables: Set<String> {
    Set((subcommands ?? []).flatMap(\.flags).compactMap(\.variable))
  }
}
