internal import CArguments
internal import Synchronization

/// The words that this process was started with.
public enum ProgramArguments {
  /// All of them, the program's name first, as bytes: names of files may be in any encoding. None
  /// where the process was started without.
  public static let all: [[UInt8]] = (0..<CArguments_count()).map { number in
    CArguments_word(number).map { word in
      Array(UnsafeRawBufferPointer(start: word, count: length(of: word)))
    } ?? []
  }

  /// All that the command was asked for, those flags included that came from files and variables:
  /// what ranks that work together must have in common.
  public static var resolved: [String] {
    get { stored.withLock { $0 } }
    set { stored.withLock { $0 = newValue } }
  }

  /// Where flags came from beside the command line, as in `run.yaml` and `LOCKSTEP_EPOCHS`.
  public static var sources: [String] {
    get { storedSources.withLock { $0 } }
    set { storedSources.withLock { $0 = newValue } }
  }

  /// What a sentence about flags ends with where some came from elsewhere; else empty.
  public static var alsoRead: String {
    sources.isEmpty ? "" : " (flags were also read from \(sources.joined(separator: ", ")))"
  }

  private static let stored = Mutex<[String]>([])
  private static let storedSources = Mutex<[String]>([])

  private static func length(of word: UnsafePointer<CChar>) -> Int {
    var length = 0
    while word[length] != 0 { length += 1 }
    return length
  }
}
