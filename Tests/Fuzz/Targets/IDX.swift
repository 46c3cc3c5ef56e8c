@testable import Images

extension FuzzTarget {
  /// A file of images or labels, plain or packed.
  static let idx = FuzzTarget(
    "idx", .ofPackedData,
    { input in
      let pixels = try pixels(of: IDXArray(path: input.path, as: .images))
      guard !input.isGzip else { return }
      claim(Array(input.bytes.dropFirst(16)) == pixels, "pixels are not the file's bytes")
    },
    { input in _ = try labels(of: IDXArray(path: input.path, as: .labels)) })
}

extension FuzzTarget.Memory {
  /// A byte of deflate data can stand for 1032 bytes.
  static let ofPackedData = Self(each: 3 * 1032)
}

extension FuzzInput {
  /// Whether the bytes begin as gzip data.
  var isGzip: Bool { bytes.starts(with: [0x1f, 0x8b]) }
}

/// All pixels of an array.
func pixels(of array: any StoredArray) throws -> [UInt8] {
  let count = array.dimensions.reduce(1, *)
  claim(array.dimensions.count == 3 && count > 0, "no images: \(array.dimensions)")
  var pixels = [UInt8](repeating: 0, count: count)
  var span = pixels.mutableSpan
  try array.readPixels(into: &span)
  try array.finish()
  return pixels
}

/// All labels of an array.
func labels(of array: any StoredArray) throws -> [UInt8] {
  claim(array.dimensions.count == 1, "no labels: \(array.dimensions)")
  var labels = [UInt8](repeating: 0, count: array.dimensions[0])
  var span = labels.mutableSpan
  try array.readLabels(into: &span)
  return labels
}
