internal import ArgumentParser

/// How much a command tells, and how.
struct OutputOptions: ParsableArguments {
  @Option(help: ArgumentHelp("A progress bar on standard error.", valueName: "when"))
  var progress = ProgressMode.auto

  @Flag(inversion: .prefixedNo, help: "Tell nothing on the way but errors and warnings.")
  var quiet: Bool?

  @Option(help: ArgumentHelp("json: one object a line, on both streams.", valueName: "format"))
  var logFormat = LogFormat.text

  /// Whether only errors and warnings are told.
  var isQuiet: Bool { quiet ?? false }

  /// A bar to draw here; nil where none is wanted. As ``ProgressMode/bar``.
  var bar: ProgressBar? { isQuiet || logFormat == .json ? nil : progress.bar }

  /// Lets all that is told from here on have the format.
  func takeEffect() { LogFormat.current = logFormat }
}
