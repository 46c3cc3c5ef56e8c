package import Logging
package import Platform

extension Logger {
  /// The logger of this package, which a program may send where it likes: see `LoggingSystem`.
  package static var lockstep: Logger { Logger(label: "lockstep") }

  /// Logs a sentence; a log handler can read it from ``Logging/LogEvent/sentence`` and word the settings and
  /// commands in it in its own way.
  package func tell(_ level: Level, _ sentence: Sentence) {
    log(level: level, "\(sentence)", metadata: ["sentence": .stringConvertible(sentence)])
  }
}

extension LogEvent {
  /// The sentence that was logged, with the settings and commands that it refers to; else the message.
  package var sentence: Sentence {
    guard case .stringConvertible(let value)? = metadata?["sentence"],
      let sentence = value as? Sentence
    else { return Sentence(message.description) }
    return sentence
  }
}
