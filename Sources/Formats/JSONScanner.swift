internal import Platform

/// Reads, strictly, the part of JSON that a safetensors header may use.
///
/// `JSONSerialization` would silently keep one of two members with the same key, and take `1e3` or
/// `-0` for integers. Here nothing is accepted that could be read in two ways, nothing nests deeper
/// than the caller asks, and every error names the byte where it is.
///
/// Source: RFC 8259.
struct JSONScanner {
  private let bytes: [UInt8]
  private var position = 0
  private let path: String
  private let start: Int

  /// A scanner of `bytes`, which begin at byte `start` of the file at `path`.
  init(_ bytes: [UInt8], path: String, start: Int) {
    self.bytes = bytes
    self.path = path
    self.start = start
  }

  /// The error that there is a `problem` at the current position.
  func failure(_ problem: String) -> FileError {
    Safetensors.malformed(path, at: start + position, problem: "in the header, \(problem)")
  }

  /// Reads an object; `member` reads the value that belongs to each key.
  mutating func object(_ member: (inout JSONScanner, String) throws -> Void) throws {
    var keys: Set<String> = []
    try list(from: "{", to: "}") { scanner in
      let key = try scanner.string()
      guard keys.insert(key).inserted else {
        throw scanner.failure("the key \(key.debugDescription) is repeated")
      }
      try scanner.expect(":")
      try member(&scanner, key)
    }
  }

  /// Reads an array of unsigned integers.
  mutating func integers() throws -> [Int] {
    var integers: [Int] = []
    try list(from: "[", to: "]") { integers.append(try $0.integer()) }
    return integers
  }

  /// Reads a string.
  mutating func string() throws -> String {
    try expect("\"")
    var text: [UInt8] = []
    while !comes("\"") {
      guard let byte = next() else { throw failure("a string has no end") }
      guard byte >= 0x20 else { throw failure("a string holds a control character") }
      if byte == UInt8(ascii: "\\") {
        text += Character(try escapedScalar()).utf8
      } else {
        text.append(byte)
      }
    }
    guard let string = String(validating: text, as: UTF8.self) else {
      throw failure("a string is not UTF-8")
    }
    return string
  }

  /// Checks that nothing but white space is left.
  mutating func finish() throws {
    skipSpace()
    guard position == bytes.count else { throw failure("something follows the object") }
  }
}

extension JSONScanner {
  private mutating func next() -> UInt8? {
    guard position < bytes.count else { return nil }
    defer { position += 1 }
    return bytes[position]
  }

  private mutating func skipSpace() {
    while position < bytes.count, [0x20, 0x0a, 0x0d, 0x09].contains(bytes[position]) {
      position += 1
    }
  }

  /// Skips white space and then `scalar`, if that comes next; returns whether it did.
  private mutating func accept(_ scalar: Unicode.Scalar) -> Bool {
    skipSpace()
    return comes(scalar)
  }

  /// Skips `scalar`, if it comes next, without white space before it; returns whether it did.
  private mutating func comes(_ scalar: Unicode.Scalar) -> Bool {
    guard position < bytes.count, bytes[position] == UInt8(ascii: scalar) else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ scalar: Unicode.Scalar) throws {
    guard accept(scalar) else { throw failure("\(scalar) was expected") }
  }

  private mutating func list(
    from opening: Unicode.Scalar, to closing: Unicode.Scalar,
    item: (inout JSONScanner) throws -> Void
  ) throws {
    try expect(opening)
    if accept(closing) { return }
    repeat { try item(&self) } while accept(",")
    try expect(closing)
  }

  private mutating func integer() throws -> Int {
    skipSpace()
    let digits = bytes[position...].prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    let text = String(decoding: digits, as: UTF8.self)
    guard let value = Int(text), text == "0" || !text.hasPrefix("0") else {
      throw failure("an integer from 0 to \(Int.max) was expected")
    }
    position += digits.count
    return value
  }

  /// Reads what follows a backslash.
  private mutating func escapedScalar() throws -> Unicode.Scalar {
    switch next().map({ Unicode.Scalar($0) }) {
    case "\"": "\""
    case "\\": "\\"
    case "/": "/"
    case "b": "\u{8}"
    case "f": "\u{c}"
    case "n": "\n"
    case "r": "\r"
    case "t": "\t"
    case "u": try hexadecimalScalar()
    default: throw failure("an unknown escape stands in a string")
    }
  }

  /// Reads four hexadecimal digits and, if they are the first half of a surrogate pair, the escape
  /// of the second half.
  private mutating func hexadecimalScalar() throws -> Unicode.Scalar {
    var units = [try hexadecimalUnit()]
    if UTF16.isLeadSurrogate(units[0]), next() == UInt8(ascii: "\\"), next() == UInt8(ascii: "u") {
      units.append(try hexadecimalUnit())
    }
    guard let scalar = String(validating: units, as: UTF16.self)?.unicodeScalars.first else {
      throw failure("half of a surrogate pair stands in a string")
    }
    return scalar
  }

  private mutating func hexadecimalUnit() throws -> UInt16 {
    let digits = bytes[position...].prefix(4)
    guard digits.count == 4, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
      let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw failure("four hexadecimal digits were expected") }
    position += 4
    return unit
  }
}
