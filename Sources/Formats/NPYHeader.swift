/// The header of an NPY file: the type, the order and the shape of its array.
///
/// The header is a Python dictionary. It is read by the few rules that NumPy's own headers follow, and
/// never evaluated. Versions 1 to 3 of the format.
///
/// Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html.
package struct NPYHeader: Equatable, Sendable {
  /// What an element is.
  package enum Kind: Character, Sendable {
    case boolean = "b"
    case unsigned = "u"
    case signed = "i"
    case float = "f"
  }

  /// What an element is.
  package let kind: Kind
  /// The bytes of an element: 1, 2, 4 or 8.
  package let elementSize: Int
  /// Whether the first byte of an element is its most significant one.
  package let isBigEndian: Bool
  /// Whether the first index, not the last, is the one that changes from element to element.
  package let isFortranOrder: Bool
  /// The sizes, outermost first; empty for a single number.
  package let shape: [Int]

  /// Why a file's header cannot be used: a clause for a sentence about the file.
  package struct Problem: Error, Equatable {
    /// What is wrong.
    package let text: String
    /// What to do about it; nil where only another file helps.
    package var advice: String?
  }

  /// The longest header that is read: NumPy's own limit, `max_header_size`.
  static let longest = 10_000

  /// Reads the header of a file whose next bytes, from the first on, `read` returns: as many as it is asked
  /// for.
  ///
  /// - Throws: ``Problem``, or what `read` throws.
  package init(reading read: (_ count: Int) throws -> [UInt8]) throws {
    let beginning = try read(8)
    guard beginning.starts(with: [0x93] + Array("NUMPY".utf8)) else {
      throw Problem(text: "this is no NumPy array (.npy)")
    }
    guard (1...3).contains(beginning[6]) else {
      throw Problem(
        text: "the version of this NumPy array is \(beginning[6]), and 1 to 3 are known")
    }
    let length = try read(beginning[6] == 1 ? 2 : 4).reversed().reduce(0) { $0 << 8 | Int($1) }
    guard length <= Self.longest else {
      throw Problem(
        text: "the header of this NumPy array has \(length) bytes, more than NumPy reads")
    }
    var literal = PythonLiteral(try read(length))
    guard let entries = literal.dictionary(),
      entries.keys.sorted() == ["descr", "fortran_order", "shape"],
      case .boolean(let isFortranOrder) = entries["fortran_order"],
      case .numbers(let shape) = entries["shape"]
    else { throw Problem(text: "the header of this NumPy array is not one that NumPy writes") }
    (kind, elementSize, isBigEndian) = try Self.element(entries["descr"])
    (self.isFortranOrder, self.shape) = (isFortranOrder, shape)
  }

  /// What `description`, as in `<f4`, says of the elements.
  private static func element(_ description: PythonLiteral.Value?) throws -> (Kind, Int, Bool) {
    guard case .text(let text) = description else {
      throw Problem(
        text: "the elements of this NumPy array are records", advice: "save one array of numbers")
    }
    var rest = Substring(text)
    let order = rest.first.map { "<>|=".contains($0) } ?? false ? rest.removeFirst() : "|"
    let letter = rest.popFirst() ?? " "
    if letter == "O" {
      throw Problem(
        text: "this NumPy array holds Python objects, which are programs and are not read",
        advice: "save an array of numbers: images = numpy.stack(list(images)).astype(numpy.uint8)")
    }
    let sizes: [Kind: [Int]] = [
      .boolean: [1], .unsigned: [1, 2, 4, 8], .signed: [1, 2, 4, 8], .float: [2, 4, 8],
    ]
    guard let kind = Kind(rawValue: letter), let size = Int(rest),
      sizes[kind]?.contains(size) ?? false
    else {
      throw Problem(
        text:
          "the elements of this NumPy array are of type \(text), which is no number from 0 to 255",
        advice: "save numbers: array.astype(numpy.uint8)")
    }
    return (kind, size, order == ">")
  }
}

/// Reads the part of Python's literals that headers of NPY files consist of.
private struct PythonLiteral {
  enum Value: Equatable {
    case text(String)
    case boolean(Bool)
    case numbers([Int])
    /// A list, as types of records are.
    case list
  }

  private var rest: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) { rest = bytes[...] }

  /// A dictionary, and nothing but white space behind it; nil where there is something else, or a key twice.
  mutating func dictionary() -> [String: Value]? {
    var entries: [String: Value] = [:]
    guard take("{") else { return nil }
    while !take("}") {
      guard let key = text(), entries[key] == nil, take(":"), let value = value() else {
        return nil
      }
      // What follows the type of a record is of no account: no such array is read.
      if value == .list {
        return ["descr": value, "fortran_order": .boolean(false), "shape": .numbers([])]
      }
      entries[key] = value
      guard take(",") || next == UInt8(ascii: "}") else { return nil }
    }
    return next == nil ? entries : nil
  }

  private mutating func value() -> Value? {
    switch next {
    case UInt8(ascii: "'"), UInt8(ascii: "\""): return text().map(Value.text)
    case UInt8(ascii: "("): return numbers().map(Value.numbers)
    case UInt8(ascii: "["):
      rest = []
      return .list
    default:
      let word = word { ($0 | 0x20) >= UInt8(ascii: "a") && ($0 | 0x20) <= UInt8(ascii: "z") }
      return ["True": .boolean(true), "False": .boolean(false)][word]
    }
  }

  /// Characters between quotes, without any escapes.
  private mutating func text() -> String? {
    guard let quote = next, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
      return nil
    }
    rest.removeFirst()
    let text = word { $0 != quote && $0 != UInt8(ascii: "\\") && (32...126).contains($0) }
    guard rest.popFirst() == quote else { return nil }
    return text
  }

  /// Whole numbers between parentheses; Python 2 wrote an L behind a long one.
  private mutating func numbers() -> [Int]? {
    guard take("(") else { return nil }
    var numbers: [Int] = []
    while !take(")") {
      _ = next
      guard let number = Int(word { (48...57).contains($0) }) else { return nil }
      numbers.append(number)
      _ = take("L")
      guard take(",") || next == UInt8(ascii: ")") else { return nil }
    }
    return numbers
  }

  /// The next byte that is no white space; nil at the end. White space before it is passed over.
  private var next: UInt8? {
    mutating get {
      rest = rest.drop { $0 == 32 || (9...13).contains($0) }
      return rest.first
    }
  }

  /// Passes over `character` and white space before it, if it comes next.
  private mutating func take(_ character: Character) -> Bool {
    guard let next, next == character.asciiValue else { return false }
    rest.removeFirst()
    return true
  }

  /// The next characters, as long as they are such.
  private mutating func word(_ isPart: (UInt8) -> Bool) -> String {
    let word = rest.prefix(while: isPart)
    rest = rest.dropFirst(word.count)
    return String(decoding: word, as: UTF8.self)
  }
}
