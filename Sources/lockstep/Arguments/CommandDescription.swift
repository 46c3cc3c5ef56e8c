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

  /// Its name, as in `train`.
  var name: String { commandName }

  /// Its flags and positional arguments, without those that every command has. One that turns
  /// another off belongs to that one.
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

  /// The commands below it that are for people.
  var commands: [CommandDescription] {
    (subcommands ?? []).filter { $0.shouldDisplay ?? true && $0.name != "help" }
  }

  /// Those that are for programs, such as another `lockstep`.
  var hiddenCommands: [CommandDescription] {
    (subcommands ?? []).filter { !($0.shouldDisplay ?? true) }
  }

  /// The whole program's.
  ///
  /// The parser writes the description as JSON, for tools that make documentation: it takes some
  /// milliseconds.
  static func program() throws -> CommandDescription {
    struct Tool: Decodable { let command: CommandDescription }
    return try JSONDecoder().decode(Tool.self, from: Data(Lockstep._dumpHelp().utf8)).command
  }

  /// The flags of the command called `name`; none where there is no such command.
  func flags(of name: String) -> [CommandFlag] {
    subcommands?.first { $0.name == name }?.flags ?? []
  }

  /// The variables in which the environment may give flags, of any command.
  var variables: Set<String> {
    Set((subcommands ?? []).flatMap(\.flags).compactMap(\.variable))
  }
}
