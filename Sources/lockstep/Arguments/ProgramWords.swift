internal import ArgumentParser

/// The words of the command line behind the program's name, as text.
enum ProgramWords {
  /// The words of this process.
  ///
  /// - Throws: `ValidationError` where a word is not UTF-8.
  static func all() throws -> [String] {
    try ProgramArguments.all.dropFirst().map { try text($0, "the argument") }
  }

  /// A word as text.
  ///
  /// - Throws: `ValidationError` where the word is not UTF-8: Swift would replace the wrong bytes, and the
  ///   text would name another file. The error's sentence begins with `what`, which tells what the word is.
  static func text(_ bytes: [UInt8], _ what: String) throws -> String {
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    throw ValidationError(
      "\(what) '\(escaped(bytes))' is not UTF-8, the only encoding that is understood; "
        + "rename the file, for instance with convmv -t utf8")
  }

  /// The word, where each byte that is no printable ASCII is written as in $'caf\xE9', the form that
  /// shells read.
  private static func escaped(_ bytes: [UInt8]) -> String {
    bytes.map { byte in
      if (0x20..<0x7f).contains(byte) { return String(UnicodeScalar(byte)) }
      let digits = String(byte, radix: 16, uppercase: true)
      return "\\x" + (digits.count < 2 ? "0" : "") + digits
    }.joined()
  }
}
