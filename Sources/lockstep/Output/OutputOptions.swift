internal import ArgumentParser

/// How much a command tells, and how.
struct OutputOptions: ParsableArguments {
  @Option(help: ArgumentHelp("A progress bar on standard error.", valueName: "when"))
  var progress = ProgressMode.auto

  @Flag(help: "Tell errors and warnings, and nothing else.")
  var quiet = false

  @Option(help: ArgumentHelp("json: one object a line, on both streams.", valueName: "format"))
  var logFormat = LogFormat.text

  /// A bar to draw here; nil where none is wanted. As ``ProgressMode/bar``.
  var bar: ProgressBar? { quiet || logFormat == .json ? nil : progress.bar }

  /// Lets all that is told from here on have the format.
  func takeEffect() { LogFormat.current = logFormat }
}
