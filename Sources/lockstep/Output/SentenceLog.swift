internal import Logging

/// Logs as sentences on standard error, without time and host: the launcher can add those.
struct SentenceLog: LogHandler {
  var logLevel = Logger.Level.notice
  var metadata = Logger.Metadata()

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    Job.tell(event.message.description)
  }
}
