/// The line of a terminal on standard error that is drawn over itself, and the bar in it.
enum ProgressLine {
  /// Replaces what the line shows by `text`, which must be shorter than the terminal is wide.
  static func draw(_ text: String) { Terminal.error("\(wiped)\(text)") }

  /// Leaves the line empty, its cursor at the beginning.
  static func wipe() { Terminal.error(wiped) }

  /// A bar of `width` columns, of which `part`, from 0 to 1, is full.
  static func bar(_ part: Double, width: Int) -> String {
    let full = Int(part * Double(width))
    return String(repeating: "━", count: full) + String(repeating: "╌", count: width - full)
  }

  /// To the line's beginning, and all behind the cursor away.
  private static let wiped = "\r\u{1b}[K"
}
