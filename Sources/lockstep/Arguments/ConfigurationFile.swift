internal import ArgumentParser
internal import Checkpoints
internal import Platform

/// A YAML file of flags: a run's `config.yaml`, or one written by hand.
struct ConfigurationFile {
  private let path: String
  private let entries: [SettingsFile.Entry]

  /// Reads the file at `path`, which holds one mapping of names to values.
  ///
  /// - Throws: `ValidationError` where the file cannot be read, or holds something else.
  init(_ path: String) throws {
    self.path = path
    do { entries = try SettingsFile(path).entries } catch {
      throw ValidationError(Failure(error).sentence.text(in: .commandLine))
    }
  }

  /// The flags of the file as words of a command line, with values as they are written in the file, but for
  /// those whose names `isOfUse` rejects.
  ///
  /// - Throws: `ValidationError` for a name that none of `flags` has, or one that has not exactly one value.
  func words(
    _ flags: [CommandFlag], where isOfUse: (String) -> Bool
  ) throws -> [String] {
    try entries.flatMap { entry -> [String] in
      let (name, place) = (entry.name, "\(path):\(entry.line)")
      guard let flag = flags.first(where: { $0.name == name }) else {
        let nearest = UnknownFlag.meant(by: name, among: flags.compactMap(\.name))
        let hint = nearest.map { "; did you mean '\($0)'?" } ?? ""
        throw ValidationError("\(place): there is no flag '\(name)'\(hint)")
      }
      guard let text = entry.value else {
        throw ValidationError("\(place): '\(name)' must have one value, or a list of them")
      }
      return isOfUse(name) ? try flag.words(for: text, from: place) : []
    }
  }
}
