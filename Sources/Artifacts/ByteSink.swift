/// Whatever takes bytes one after another, such as an ``OutputFile``.
public protocol ByteSink: ~Copyable {
  /// How many bytes have been written.
  var offset: Int { get }

  /// Writes all of `bytes`.
  ///
  /// - Throws: `ArtifactError`, for instance when the disk is full.
  mutating func write(_ bytes: RawSpan) throws
}

extension ByteSink where Self: ~Copyable {
  /// Writes all elements of `values`, little-endian.
  ///
  /// - Throws: `ArtifactError`, for instance when the disk is full.
  public mutating func write<Element: TensorElement>(_ values: Span<Element>) throws {
    try write(values.bytes)
  }

  /// Writes all of `bytes`.
  ///
  /// - Throws: `ArtifactError`, for instance when the disk is full.
  public mutating func write(_ bytes: [UInt8]) throws { try write(bytes.span.bytes) }
}
