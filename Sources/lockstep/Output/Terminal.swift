internal import Glibc
internal import MPI
internal import Platform
internal import Ranks
internal import Synchronization
internal import SystemPackage

/// Standard output and standard error; each line is written at once, without a buffer.
enum Terminal {
  /// Opens /dev/null for each standard stream that is closed, so that no file or connection of MPI gets
  /// the stream's descriptor. Writing to such an output and reading such an input fail all the same. To
  /// be called before anything else.
  static func reserveStreams() {
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
      // `open` takes the lowest free descriptor, which is this one. The input is opened for writing,
      // and the outputs for reading, so that neither works.
      _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
    }
  }

  /// Lets a write fail that would otherwise end the program: one to a pipe without a reader
  /// (SIGPIPE), and one beyond the size that a file may have (SIGXFSZ). The sudden end of one rank
  /// would end the others in the middle of a step.
  static func surviveFailedWrites() {
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
  }

  /// Writes a line about a command's progress to standard output. If that fails, the command goes on,
  /// and ``lossOfLines`` tells the reason.
  static func line(_ text: String) {
    if let problem = write(text + "\n", to: .standardOutput) { lost.withLock { $0 = problem } }
  }

  /// Writes to standard error.
  static func error(_ text: String) { _ = write(text, to: .standardError) }

  /// Writes the lines that are a command's result to standard output.
  ///
  /// - Throws: `Failure` with `inputOutput` where that fails.
  static func result(_ lines: [String]) throws {
    guard let problem = write(lines.map { $0 + "\n" }.joined(), to: .standardOutput) else { return }
    throw Failure(
      .inputOutput,
      "standard output cannot be written to: \(problem); check where it leads, and the disk's space"
    )
  }

  /// A sentence to tell at the end if ``line(_:)`` could not write a line; nil if all were written.
  static var lossOfLines: String? {
    guard let problem = lost.withLock({ $0 }) else { return nil }
    return
      "standard output could not be written to: \(problem); what was told there is lost, and all "
      + "else is done: check where it leads, and the disk's space"
  }

  /// Why a line was lost; nil where none was.
  private static let lost = Mutex<Errno?>(nil)

  /// Whether standard error is a terminal on which a line can be drawn over, and no launcher stands
  /// between.
  static var isInteractive: Bool {
    isatty(STDERR_FILENO) == 1 && !Launcher.isPresent && understandsEscapes
  }

  /// Whether `TERM` tells that the terminal knows no escape sequences, and would show them as text.
  static var isDumb: Bool { getenv("TERM").map { strcmp($0, "dumb") == 0 } ?? false }

  /// Whether the terminal knows escape sequences: `TERM` is set, and not to "dumb".
  private static var understandsEscapes: Bool {
    getenv("TERM").map { $0.pointee != 0 } ?? false && !isDumb
  }

  /// Puts the cursor at the beginning of an empty line, if standard error is a terminal: wipes away a `^C` or
  /// a bar or, where the terminal knows no escape sequences, ends the line.
  static func clearLine() {
    guard isatty(STDERR_FILENO) == 1 else { return }
    error(understandsEscapes ? "\r\u{1b}[K" : "\n")
  }

  /// The columns of standard error: those of the terminal, or else `COLUMNS`, or else 80. The
  /// terminals that mpirun gives its ranks have no columns of their own.
  static var width: Int { window(of: STDERR_FILENO) ?? givenColumns ?? 80 }

  /// Sets `COLUMNS`, from which the parser takes the width of the help, to at least 40, which the
  /// text of the help needs.
  static func makeRoomForHelp() {
    let columns = givenColumns ?? window(of: STDOUT_FILENO) ?? 80
    setenv("COLUMNS", "\(max(40, columns))", 1)
  }

  private static func window(of descriptor: CInt) -> Int? {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
  }

  /// The value of `COLUMNS` when this was first used; nil where that was no number of columns.
  private static let givenColumns = getenv("COLUMNS").flatMap { Int(String(cString: $0)) }
    .flatMap { $0 > 0 ? $0 : nil }

  /// Whether standard output is a terminal and colour is wanted: see https://no-color.org.
  static var allowsColor: Bool {
    isatty(STDOUT_FILENO) == 1 && understandsEscapes
      && getenv("NO_COLOR").map { $0.pointee == 0 } ?? true
  }

  /// Writes all of `text`.
  ///
  /// - Returns: why the system refused; nil where it did not, or where nobody reads any more: a reader
  ///   that has closed its pipe, as `head` does, has seen enough.
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
  /// Writes `lines`, a command's result, to standard output on rank zero, which alone evaluates them;
  /// collective.
  ///
  /// - Throws: on all ranks, as ``Terminal/result(_:)`` does.
  func tell(_ lines: @autoclosure () throws -> [String]) throws {
    try together { if rank == 0 { try Terminal.result(lines()) } }
  }
}
