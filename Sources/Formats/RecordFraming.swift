/// How records follow one another in a TFRecord file, such as TensorBoard's event files.
///
/// A record is its length as a 64-bit integer, that integer's check, the bytes, and their check;
/// all little-endian. Source: tensorflow/core/lib/io/record_writer.h.
enum RecordFraming {
  /// The bytes of a file that hold `record`.
  static func frame(_ record: [UInt8]) -> [UInt8] {
    let length = withUnsafeBytes(of: UInt64(record.count).littleEndian, Array.init)
    return length + check(length) + record + check(record)
  }

  /// The check is masked, so that the check of bytes which hold checks is no special one.
  private static func check(_ bytes: [UInt8]) -> [UInt8] {
    let check = CRC32C.check(bytes)
    let masked = (check >> 15 | check << 17) &+ 0xA282_EAD8
    return withUnsafeBytes(of: masked.littleEndian, Array.init)
  }
}
