/// Something that will be slow or fail.
struct Problem: Codable, Equatable, CustomStringConvertible {
  /// A name that stays, for programs to tell problems by.
  let name: String

  /// What was found.
  let what: String

  /// Why it matters.
  let why: String

  /// What to type or to do instead.
  let instead: String

  /// A problem.
  init(_ name: String, _ what: String, why: String, instead: String) {
    self.name = name
    self.what = what
    self.why = why
    self.instead = instead
  }

  /// One line.
  var description: String { "warning: \(what): \(why); \(instead)" }
}
