internal import SwiftProtobuf

/// A record of TensorBoard's event files. Times are in seconds since 1970.
///
/// Source: tensorflow/core/util/event.proto.
package struct Event: Sendable {
  private var message = TensorBoardEvent()

  /// The event that every file begins with.
  package static func version(at time: Double) -> Event {
    Event(step: 0, at: time) { $0.fileVersion = "brain.Event:2" }
  }

  /// Training begins, or is resumed, with `step`: events of `step` and later steps in earlier files
  /// are no longer valid.
  package static func start(with step: Int, at time: Double) -> Event {
    Event(step: step, at: time) { $0.sessionLog.status = .start }
  }

  /// The event that holds the summary of `step`.
  package static func summary(_ summary: Summary, step: Int, at time: Double) -> Event {
    Event(step: step, at: time) { $0.summary = summary.values }
  }

  /// The bytes to append to a file.
  package var record: [UInt8] { RecordFraming.frame(message.encode()) }

  /// `time` is in seconds since 1970.
  private init(step: Int, at time: Double, fill: (inout TensorBoardEvent) -> Void) {
    message.wallTime = time
    message.step = Int64(step)
    fill(&message)
  }
}

/// How records follow one another in a TFRecord file, such as TensorBoard's event files.
///
/// A record is its length as a 64-bit integer, the check of that integer, the record's bytes, and
/// the check of those bytes; all little-endian. A check is a masked ``CRC32C``. Source:
/// tensorflow/core/lib/io/record_writer.h.
private enum RecordFraming {
  /// The bytes of a file that hold `record`, with its length and checks.
  static func frame(_ record: [UInt8]) -> [UInt8] {
    let length = withUnsafeBytes(of: UInt64(record.count).littleEndian, Array.init)
    return length + check(length) + record + check(record)
  }

  /// The check of `bytes`, masked because bytes that end with their own plain check all have the
  /// same plain check.
  private static func check(_ bytes: [UInt8]) -> [UInt8] {
    let check = CRC32C.check(bytes)
    let masked = (check >> 15 | check << 17) &+ 0xA282_EAD8
    return withUnsafeBytes(of: masked.littleEndian, Array.init)
  }
}

extension Message {
  /// The message's bytes. Equal messages have equal bytes.
  func encode() -> [UInt8] {
    var options = BinaryEncodingOptions()
    options.useDeterministicOrdering = true
    do {
      return try serializedBytes(options: options)
    } catch {
      preconditionFailure("a message of our own cannot be encoded: \(error)")
    }
  }
}
