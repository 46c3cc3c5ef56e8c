internal import ArgumentParser

/// The words that the command line has behind the program's name.
enum ProgramWords {
  /// Those of this process.
  ///
  /// - Throws: `ValidationError`, as ``text(_:_:)`` does.
  static func all() throws -> [String] {
    try ProgramArguments.all.dropFirst().map { try text($0, "the argument") }
  }

  /// A word as text; `what` it is begins the sentence where it is none.
  ///
  /// - Throws: `ValidationError` where it is not UTF-8: with the marks that Swift puts in the place
  ///   of wrong bytes it would be the name of another file.
  static func text(_ bytes: [UInt8], _ what: String) throws -> String {
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    throw ValidationError(
      "\(what) '\(escaped(bytes))' is not UTF-8, the only encoding that is understood; "
        + "rename the file, for instance with convmv -t utf8")
  }

  /// What is no ASCII as `\xE9`, as shells write it in $'caf\xE9'.
  private static func escaped(_ bytes: [UInt8]) -> String {
    bytes.map { byte in
      if (0x20..<0x7f).contains(byte) { return String(UnicodeScalar(byte)) }
      let digits = String(byte, radix: 16, uppercase: true)
      return "\\x" + (digits.count < 2 ? "0" : "") + digits
    }.joined()
  }
}
