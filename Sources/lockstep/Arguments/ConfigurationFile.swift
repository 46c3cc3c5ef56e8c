internal import ArgumentParser
internal import Platform
internal import Yams

/// A YAML file of flags: a run's `config.yaml`, or one written by hand.
struct ConfigurationFile {
  private let path: String
  private let entries: [(key: Node, value: Node)]

  /// Reads the file at `path`, which holds one mapping of names to values.
  ///
  /// - Throws: `ValidationError` where the file cannot be read, or holds something else.
  init(_ path: String) throws {
    self.path = path
    let node: Node?
    do {
      let text = try FileSystem.read(path, atMost: 1 << 20)
      node = try Yams.compose(yaml: text.hasPrefix("\u{FEFF}") ? String(text.dropFirst()) : text)
    } catch let error as FileError {
      throw ValidationError(error.sentence.text(in: .commandLine))
    } catch {
      throw ValidationError("\(path): this is not YAML: \(Self.firstLine(of: "\(error)"))")
    }
    guard let mapping = node?.mapping else {
      throw ValidationError("\(path): one name and value a line is expected, as in 'epochs: 3'")
    }
    entries = mapping.map { ($0.key, $0.value) }
  }

  /// The flags of the file as words of a command line, with values as they are written in the file, but for
  /// those whose names `isOfUse` rejects.
  ///
  /// - Throws: `ValidationError` for a name that none of `flags` has, or one that has not exactly one value.
  func words(
    _ flags: [CommandFlag], where isOfUse: (String) -> Bool
  ) throws -> [String] {
    try entries.flatMap { key, value -> [String] in
      let name = key.string ?? ""
      let place = "\(path):\(key.mark?.line ?? 0)"
      guard let flag = flags.first(where: { $0.name == name }) else {
        let nearest = UnknownFlag.meant(by: name, among: flags.compactMap(\.name))
        let hint = nearest.map { "; did you mean '\($0)'?" } ?? ""
        throw ValidationError("\(place): there is no flag '\(name)'\(hint)")
      }
      // In YAML `~` means null; in `init: ~` it would otherwise be taken for the name of a file.
      guard let text = Self.text(of: value) else {
        throw ValidationError("\(place): '\(name)' must have one value, or a list of them")
      }
      return isOfUse(name) ? try flag.words(for: text, from: place) : []
    }
  }

  /// The text of a value, or of a list of values with commas between them; nil where it is none of these.
  private static func text(of value: Node) -> String? {
    if let list = value.sequence {
      let texts = list.map { $0.sequence == nil ? text(of: $0) : nil }
      return list.isEmpty || texts.contains(nil)
        ? nil : texts.compactMap(\.self).joined(separator: ",")
    }
    guard let text = value.scalar?.string, !text.isEmpty, value.tag != Tag(.null),
      !text.contains(where: \.isNewline)
    else { return nil }
    return text
  }

  private static func firstLine(of text: String) -> String {
    text.split(whereSeparator: \.isNewline).first.map(String.init) ?? text
  }
}
