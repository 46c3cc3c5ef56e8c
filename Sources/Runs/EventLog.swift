internal import Checkpoints
internal import Formats
internal import FoundationEssentials
internal import Platform
internal import Synchronization

/// The event file that one job of a run writes for TensorBoard. Rank zero's alone.
///
/// The file lies in the run directory itself, so that TensorBoard gives the run the directory's name.
/// The directory is locked, so that no other job writes an event file; each job begins a new one.
final class EventLog: RunLog {
  private let file: AppendedFile

  /// Records that the system has refused to write so far; they are written before any later record.
  private let refused = Mutex<[[UInt8]]>([])

  /// Begins the file of a job that continues after `step` steps, and tells TensorBoard to drop what files of
  /// earlier jobs have about later steps.
  ///
  /// - Throws: `Failure` with `inputOutput` where the system refuses.
  init(in directory: String, after step: Int) throws {
    // TensorBoard reads files in the order of their names, so a later file must have a greater name even if
    // the clock was set back.
    let last = try FileSystem.names(in: directory).compactMap(Self.seconds).max() ?? 0
    let seconds = max(Int(Self.now), last + 1)
    file = try AppendedFile(
      "\(directory)/\(RunFiles.eventsPrefix)\(seconds)\(RunFiles.eventsSuffix)")
    try append(.version(at: Self.now))
    try append(.start(with: step + 1, at: Self.now))
  }

  /// The time in seconds since 1970.
  static var now: Double { Date.now.timeIntervalSince1970 }

  /// Appends `summary` of `step`, whole or not at all, after all records that were refused before.
  ///
  /// - Throws: `Failure` with `inputOutput` where the system refuses; the record is then kept to be written
  ///   later.
  func append(_ summary: Summary, step: Int) throws {
    try append(.summary(summary, step: step, at: Self.now))
  }

  /// None: a checkpoint keeps no records, so those that are refused are written later or lost with the job.
  var refusedLines: [String] { [] }

  var isRefused: Bool { refused.withLock { !$0.isEmpty } }

  /// Brings all records to the disk. May be called on any thread.
  ///
  /// - Throws: `Failure` with `inputOutput` where the system refuses.
  func synchronize() throws {
    try refused.withLock { try write(&$0) }
    try file.synchronize()
  }

  private func append(_ event: Event) throws {
    try refused.withLock { records in
      records.append(event.record)
      try write(&records)
    }
  }

  private func write(_ records: inout [[UInt8]]) throws {
    while let record = records.first {
      try file.append(record)
      records.removeFirst()
    }
  }

  /// The time in the name of an event file, of ten digits until the year 2286; nil in other names.
  private static func seconds(ofName name: String) -> Int? {
    guard name.hasPrefix(RunFiles.eventsPrefix) else { return nil }
    let digits = name.dropFirst(RunFiles.eventsPrefix.count).prefix { $0 != "." }
    return digits.utf8.count == 10 ? Int(digits) : nil
  }
}
