package import Logging
package import Platform

extension Logger {
  /// Logs a sentence; what reads the log with ``Logging/LogEvent/sentence`` may word it.
  package func tell(_ level: Level, _ sentence: Sentence) {
    log(level: level, "\(sentence)", metadata: ["sentence": .stringConvertible(sentence)])
  }
}

extension LogEvent {
  /// The sentence that was logged, with what it refers to.
  package var sentence: Sentence {
    guard case .stringConvertible(let value)? = metadata?["sentence"],
      let sentence = value as? Sentence
    else { return Sentence(message.description) }
    return sentence
  }
}
