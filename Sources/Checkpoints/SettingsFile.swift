internal import Platform
internal import Yams

/// A YAML file of settings, as people write it: names and values, of which nothing is known yet.
///
///     for entry in try SettingsFile("run.yaml").entries { print(entry.name, entry.value ?? "") }
package struct SettingsFile {
  /// A name and its value.
  package struct Entry: Equatable, Sendable {
    /// The name; empty where it is no text.
    package let name: String
    /// The value as it is written, or those of a list with commas between them; nil where it is neither.
    package let value: String?
    /// The line of the file that the name is in, counted from 1; 0 where it is not known.
    package let line: Int
  }

  /// All entries, in the order of the file.
  package let entries: [Entry]

  /// Reads the file at `path`, which holds one mapping of names to values.
  ///
  /// - Throws: `FileError` where the file cannot be read, `Failure` with `usage` where it holds something
  ///   else.
  package init(_ path: String) throws {
    let node: Node?
    do {
      node = try YAMLText(FileSystem.read(path, atMost: 1 << 20)).node()
    } catch let error as FileError {
      throw error
    } catch let error as YAMLText.Aliases {
      throw Failure(.usage, "\(path): \(error)")
    } catch {
      throw Failure(.usage, "\(path): this is not YAML: \(Self.firstLine(of: "\(error)"))")
    }
    guard let mapping = node?.mapping else {
      throw Failure(.usage, "\(path): one name and value a line is expected, as in 'epochs: 3'")
    }
    entries = mapping.map { key, value in
      Entry(name: key.string ?? "", value: Self.text(of: value), line: key.mark?.line ?? 0)
    }
  }

  /// The text of a value, or of a list of values with commas between them; nil where it is none of these.
  private static func text(of value: Node) -> String? {
    if let list = value.sequence {
      let texts = list.map { $0.sequence == nil ? text(of: $0) : nil }
      return list.isEmpty || texts.contains(nil)
        ? nil : texts.compactMap(\.self).joined(separator: ",")
    }
    // In YAML `~` means null; in `init: ~` it would otherwise be taken for the name of a file.
    guard let text = value.scalar?.string, !text.isEmpty, value.tag != Tag(.null),
      !text.contains(where: \.isNewline)
    else { return nil }
    return text
  }

  private static func firstLine(of text: String) -> String {
    text.split(whereSeparator: \.isNewline).first.map(String.init) ?? text
  }
}
