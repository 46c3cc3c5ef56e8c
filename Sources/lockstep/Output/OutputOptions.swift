internal import ArgumentParser
internal import Synchronization

/// How much a command tells, and in which form.
struct OutputOptions: ParsableArguments {
  @Option(help: ArgumentHelp("A progress bar on standard error.", valueName: "when"))
  var progress = ProgressMode.auto

  @Flag(inversion: .prefixedNo, help: "Print nothing but errors and warnings.")
  var quiet: Bool?

  @Option(help: ArgumentHelp("json: one object a line, on both streams.", valueName: "format"))
  var logFormat = LogFormat.text

  /// Whether only errors and warnings are told.
  var isQuiet: Bool { quiet ?? false }

  /// The bar of ``ProgressMode/bar``, to be asked for before MPI starts; nil also with `--quiet` and in
  /// JSON.
  var bar: ProgressBar? { isQuiet || logFormat == .json ? nil : progress.bar }

  /// Gives all that is told from here on the form of `--log-format`.
  func takeEffect() { LogFormat.current = logFormat }
}

/// The form in which a command tells what happens.
enum LogFormat: String, ExpressibleByArgument, CaseIterable {
  /// Sentences, for people.
  case text
  /// One JSON object a line, on both streams, for programs: see ``JSONLine``.
  case json

  /// The form of this process; `text` until the flags have been read.
  static var current: LogFormat {
    get { stored.withLock { $0 } }
    set { stored.withLock { $0 = newValue } }
  }

  private static let stored = Mutex(LogFormat.text)
}

/// When to draw a progress bar.
enum ProgressMode: String, ExpressibleByArgument, CaseIterable {
  /// Where standard error is a terminal and no launcher started this process.
  case auto
  case always
  case never

  /// A bar to draw; nil where none is wanted, or the terminal cannot show it.
  ///
  /// To be asked for before MPI starts: once it has, a process that no launcher started looks like
  /// one that was launched.
  var bar: ProgressBar? {
    switch self {
    case .auto: Terminal.isInteractive ? ProgressBar() : nil
    case .always: Terminal.isDumb ? nil : ProgressBar()
    case .never: nil
    }
  }
}
