internal import Glibc
internal import MPI
internal import Training

/// Standard output and standard error, each line out at once.
enum Terminal {
  /// Lets a write to a pipe that nobody reads, or beyond the largest file that is allowed, fail
  /// rather than end the program: SIGPIPE, SIGXFSZ. One rank's sudden end would take the others and
  /// an unfinished step with it.
  static func surviveFailedWrites() {
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
  }

  /// Writes a line to standard output: one of those that tell how a command goes.
  static func line(_ text: String) { _ = write(text + "\n", to: STDOUT_FILENO) }

  /// Writes to standard error.
  static func error(_ text: String) { _ = write(text, to: STDERR_FILENO) }

  /// Writes what a command was asked for, a line each, to standard output.
  ///
  /// - Throws: `Failure` with `inputOutput` where that is refused.
  static func result(_ lines: [String]) throws {
    guard write(lines.map { $0 + "\n" }.joined(), to: STDOUT_FILENO) else {
      throw Failure(
        .inputOutput,
        "standard output cannot be written to: \(String(cString: strerror(errno))); check where it "
          + "leads, and the disk's space")
    }
  }

  /// Whether standard error is a person's terminal.
  static var isInteractive: Bool { isatty(STDERR_FILENO) == 1 && !Launcher.isPresent }

  /// Columns: the terminal's own word, else `COLUMNS`, else 80.
  static var width: Int {
    var size = winsize()
    if ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 {
      return Int(size.ws_col)
    }
    return getenv("COLUMNS").flatMap { Int(String(cString: $0)) } ?? 80
  }

  /// Whether standard output is a terminal and colour is wanted: see https://no-color.org.
  static var allowsColor: Bool {
    isatty(STDOUT_FILENO) == 1 && getenv("NO_COLOR").map { $0.pointee == 0 } ?? true
  }

  // Who reads may be gone; a line that nobody can read is no reason to stop.
  private static func write(_ text: String, to descriptor: CInt) -> Bool {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }
}

extension Communicator {
  /// Writes what a command was asked for, which rank zero has, to standard output; collective.
  ///
  /// - Throws: on all ranks, as ``Terminal/result(_:)`` does.
  func tell(_ lines: @autoclosure () throws -> [String]) throws {
    try together { if rank == 0 { try Terminal.result(lines()) } }
  }
}

extension Double {
  /// The number with two decimals; one too large for them as it is.
  var twoDecimals: String {
    guard magnitude < 1e15 else { return "\(self)" }
    let hundredths = Int((magnitude * 100).rounded())
    let digits = String(hundredths % 100)
    return "\(self < 0 ? "-" : "")\(hundredths / 100).\(digits.count < 2 ? "0" : "")\(digits)"
  }
}

extension Int {
  /// The number with its thousands set apart.
  var grouped: String {
    var digits = String(magnitude)
    var place = digits.count - 3
    while place > 0 {
      digits.insert(",", at: digits.index(digits.startIndex, offsetBy: place))
      place -= 3
    }
    return self < 0 ? "-\(digits)" : digits
  }
}
