internal import ArgumentParser
internal import Synchronization

/// How a command tells what happens: for people, or for programs.
enum LogFormat: String, ExpressibleByArgument, CaseIterable {
  /// Sentences.
  case text
  /// One JSON object a line, on both streams, with the time.
  case json

  /// That of this process: set once the flags are known, before which there are sentences.
  static var current: LogFormat {
    get { stored.withLock { $0 } }
    set { stored.withLock { $0 = newValue } }
  }

  private static let stored = Mutex(LogFormat.text)
}
