internal import Glibc
internal import MPI
internal import Platform
internal import Ranks
internal import Synchronization
internal import SystemPackage

/// Standard output and standard error, each line out at once.
enum Terminal {
  /// Lets the numbers of standard streams that whoever started this process has closed be of no
  /// file, as else the next that is opened would be, a connection of MPI's among them: what is
  /// written there fails as it would have. The first of all.
  static func reserveStreams() {
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
      // The lowest free number is this one. Nobody reads what may only be written, or the reverse.
      _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
    }
  }

  /// Lets a write to a pipe that nobody reads, or beyond the largest file that is allowed, fail
  /// rather than end the program: SIGPIPE, SIGXFSZ. One rank's sudden end would take the others and
  /// an unfinished step with it.
  static func surviveFailedWrites() {
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
  }

  /// Writes a line to standard output: one of those that tell how a command goes. One that cannot
  /// be written is no reason to stop: ``lossOfLines`` tells of it at the end.
  static func line(_ text: String) {
    if let problem = write(text + "\n", to: .standardOutput) { lost.withLock { $0 = problem } }
  }

  /// Writes to standard error.
  static func error(_ text: String) { _ = write(text, to: .standardError) }

  /// Writes what a command was asked for, a line each, to standard output.
  ///
  /// - Throws: `Failure` with `inputOutput` where that is refused.
  static func result(_ lines: [String]) throws {
    guard let problem = write(lines.map { $0 + "\n" }.joined(), to: .standardOutput) else { return }
    throw Failure(
      .inputOutput,
      "standard output cannot be written to: \(problem); check where it leads, and the disk's space"
    )
  }

  /// What to tell at the end where lines of ``line(_:)`` were lost; nil where none were.
  static var lossOfLines: String? {
    guard let problem = lost.withLock({ $0 }) else { return nil }
    return
      "standard output could not be written to: \(problem); what was told there is lost, and all "
      + "else is done: check where it leads, and the disk's space"
  }

  /// Why a line was lost; nil where none was.
  private static let lost = Mutex<Errno?>(nil)

  /// Whether standard error is a person's terminal, of which a line can be drawn anew.
  static var isInteractive: Bool {
    isatty(STDERR_FILENO) == 1 && !Launcher.isPresent && understandsEscapes
  }

  /// Whether the terminal says that it knows no escapes: whatever is asked for, it shows them.
  static var isDumb: Bool { getenv("TERM").map { strcmp($0, "dumb") == 0 } ?? false }

  /// Whether the terminal may be sent escapes: it has a name, and not that.
  private static var understandsEscapes: Bool {
    getenv("TERM").map { $0.pointee != 0 } ?? false && !isDumb
  }

  /// Begins a new line on a terminal, whose cursor stands behind the `^C` that was typed, or a bar.
  static func beginLine() {
    guard isatty(STDERR_FILENO) == 1 else { return }
    error(understandsEscapes ? "\r\u{1b}[K" : "\n")
  }

  /// Columns of standard error: the terminal's own word, else `COLUMNS`, else 80. What mpirun gives
  /// a rank has none of its own.
  static var width: Int { window(of: STDERR_FILENO) ?? givenColumns ?? 80 }

  /// Lets the parser, which asks `COLUMNS` and standard output by itself, lay help out for as many
  /// columns as its words need at the least.
  static func makeRoomForHelp() {
    let columns = givenColumns ?? window(of: STDOUT_FILENO) ?? 80
    setenv("COLUMNS", "\(max(40, columns))", 1)
  }

  private static func window(of descriptor: CInt) -> Int? {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
  }

  /// What `COLUMNS` was when this was first asked for; nil where it was no number of columns.
  private static let givenColumns = getenv("COLUMNS").flatMap { Int(String(cString: $0)) }
    .flatMap { $0 > 0 ? $0 : nil }

  /// Whether standard output is a terminal and colour is wanted: see https://no-color.org.
  static var allowsColor: Bool {
    isatty(STDOUT_FILENO) == 1 && understandsEscapes
      && getenv("NO_COLOR").map { $0.pointee == 0 } ?? true
  }

  /// Writes all of `text`.
  ///
  /// - Returns: why that was refused; nil where it was not, or where nobody reads any more: a
  ///   reader that has closed its pipe, as `head` does, has seen enough.
  private static func write(_ text: String, to descriptor: FileDescriptor) -> Errno? {
    do {
      _ = try descriptor.writeAll(text.utf8)
      return nil
    } catch {
      return error as? Errno == .brokenPipe ? nil : error as? Errno
    }
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
