/// Whatever takes bytes one after another, such as an ``OutputFile``.
package protocol ByteSink: ~Copyable {
  /// How many bytes have been written.
  var offset: Int { get }

  /// Writes all of `bytes`.
  ///
  /// - Throws: `FileError`, for instance when the disk is full.
  mutating func write(_ bytes: RawSpan) throws
}

extension ByteSink where Self: ~Copyable {
  /// Writes all of `bytes`.
  ///
  /// - Throws: `FileError`, for instance when the disk is full.
  package mutating func write(_ bytes: [UInt8]) throws { try write(bytes.span.bytes) }
}
