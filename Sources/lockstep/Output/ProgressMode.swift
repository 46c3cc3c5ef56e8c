internal import ArgumentParser

/// When to draw a progress bar.
enum ProgressMode: String, ExpressibleByArgument, CaseIterable {
  /// Where standard error is a terminal and no launcher stands between.
  case auto
  case always
  case never

  /// A bar to draw here; nil where none is wanted.
  ///
  /// To be asked for before MPI starts: a lone process that has called it looks like one that was
  /// launched.
  var bar: ProgressBar? {
    switch self {
    case .auto: Terminal.isInteractive ? ProgressBar() : nil
    case .always: Terminal.isDumb ? nil : ProgressBar()
    case .never: nil
    }
  }
}
