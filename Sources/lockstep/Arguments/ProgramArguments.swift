internal import CArguments
internal import Synchronization

/// The words that this process was started with.
public enum ProgramArguments {
  /// All words, the program's name first, as bytes: names of files may be in any encoding. Empty
  /// where the process was started without a word.
  public static let all: [[UInt8]] = (0..<CArguments_count()).map { number in
    CArguments_word(number).map { word in
      Array(UnsafeRawBufferPointer(start: word, count: length(of: word)))
    } ?? []
  }

  /// The command and all its flags, also the flags from the file and the environment; empty until `main`
  /// has read them. Ranks that work together must have the same words.
  public static var resolved: [String] {
    get { stored.withLock { $0 } }
    set { stored.withLock { $0 = newValue } }
  }

  /// The sources beside the command line that gave flags, as in `run.yaml` and `LOCKSTEP_EPOCHS`.
  public static var sources: [String] {
    get { storedSources.withLock { $0 } }
    set { storedSources.withLock { $0 = newValue } }
  }

  /// The end of a sentence about flags, which names the other ``sources``; empty where there are
  /// none.
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
