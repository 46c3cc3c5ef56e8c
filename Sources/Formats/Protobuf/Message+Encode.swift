internal import SwiftProtobuf

extension Message {
  /// The message's bytes, the same for the same content.
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
