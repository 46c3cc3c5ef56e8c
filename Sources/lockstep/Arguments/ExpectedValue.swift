internal import Checkpoints
internal import Engine
internal import Platform

/// Explains what a flag's value may be, where another was given.
enum ExpectedValue {
  private static let whole = "a whole number"
  private static let number = "a number"
  private static let list = "whole numbers with commas between them"

  /// By the flag's name: the values that the flag may have, and an example. Flags that name a file, have
  /// few values, or have a number as their default value need not be here.
  private static let examples = [
    "bandwidth": (number, "25"), "batch-sizes": (list, "128,512"),
    "checkpoint-every": ("a number of steps (100), of seconds (30s), or epoch", "300s"),
    "clip-gradient": (number, "10"), "columns": (whole, "8"),
    "connect-timeout": ("a number of seconds", "60"),
    "stall-warning": ("a number of seconds", "60"),
    "count": (whole, "64"),
    "digits": ("digits", "0123456789"),
    "epochs": (whole, "20"),
    "hidden": ("at most eight whole numbers with commas between them", "200,100"),
    "host": ("machines with their slots", "left:2,right:2"), "importance-samples": (whole, "100"),
    "label": (whole, "7"), "keep": ("a whole number from 1, or the word all,", "3"),
    "latency": (number, "30"),
    "learning-rate": (number, "1e-3"), "loss-limit": (number, "10"),
    "on-nonfinite": ("stop, skip, skip:10, rollback or rollback:3", "rollback"),
    "max-save-failures": (whole, "3"),
    "max-restarts": (whole, "3"), "max-steps": (whole, "1000"),
    "milestones": ("epochs in order with commas between them", "1,4,13"),
    "min-ranks": (whole, "2"), "nodes": (list, "1,2,4"), "np": (whole, "4"),
    "overhead": (number, "3"),
    "patience": (whole, "5"), "peak-seconds": (number, "0.05"), "ranks": (list, "1,2"),
    "resume": ("auto, none or a checkpoint's path", "none"), "rounds": (whole, "5"),
    "scale": (whole, "2"), "schedule-epochs": (whole, "20"), "seconds": (number, "1"),
    "seed": ("a whole number from 0 to \(UInt64.max)", "1"), "steps": (whole, "40"),
    "stall-abort": ("a number of seconds", "60"),
    "stop-after": ("a number of seconds", "3600"), "threads-per-rank": (whole, "2"),
    "verify-every": (whole, "100"),
  ]

  /// The rest of a sentence that tells the values of `flag`, and the words of an example; nil for a
  /// flag whose value may be any text.
  static func hint(for flag: CommandFlag) -> (text: String, example: [String])? {
    guard let name = flag.name else { return nil }
    if let (what, example) = examples[name] ?? few(flag.allValues) ?? likeDefault(of: name) {
      return ("\(what) would do, as in --\(name) \(example)", ["--\(name)", example])
    }
    return flag.isPath ? ("the name of a file or folder would do", ["--\(name)", "name"]) : nil
  }

  /// The words that the value may be, as a text, and the last of them as the example; nil where there
  /// are none.
  private static func few(_ values: [String]?) -> (String, String)? {
    guard let values, let last = values.last else { return nil }
    return (values.dropLast().joined(separator: ", ") + " or \(last)", last)
  }

  /// The words for a number, and the setting's default value as the example; nil where the default is
  /// no number.
  private static func likeDefault(of name: String) -> (String, String)? {
    guard let value = RunConfiguration.defaultValue(of: SettingName(name)), value.number != nil,
      let example = value.shown
    else { return nil }
    return (value is Double ? number : whole, example)
  }

  /// The parser's `message`, with an explanation if the message is about a flag's value. `flags` are
  /// those of the command.
  static func complete(_ message: String, _ flags: [CommandFlag]) -> String {
    let complaint = /(?:Missing value|The value '.*' is invalid) for '--(?<name>[a-z-]+)[^']*'/
    guard let match = message.prefixMatch(of: complaint.dotMatchesNewlines()),
      let flag = flags.first(where: { $0.name == String(match.name) }),
      let hint = hint(for: flag)?.text
    else { return message }
    // The parser's own list of values, where it has one, is left out.
    return "\(match.0): \(hint)"
  }
}
