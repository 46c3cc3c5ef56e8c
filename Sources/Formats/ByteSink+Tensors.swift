package import Platform

extension ByteSink where Self: ~Copyable {
  /// Writes all elements of `values`, little-endian.
  ///
  /// - Throws: `FileError`, for instance when the disk is full.
  package mutating func write<Element: TensorElement>(_ values: Span<Element>) throws {
    try write(values.bytes)
  }
}
