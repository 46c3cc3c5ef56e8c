internal import Platform

/// The safetensors format: named tensors in one file that any framework can read.
///
/// A file is the header's length N as a little-endian 64-bit integer, N bytes of JSON that map each
/// name to element type, shape and range of bytes, then the elements of all tensors, row-major and
/// little-endian, without a gap.
///
/// Source: https://github.com/huggingface/safetensors, "Format".
package enum Safetensors {
  /// A tensor as the header describes it.
  package struct Tensor: Sendable, Equatable {
    /// Its name, for instance `fc1.weight`.
    package let name: String
    /// The type of its elements.
    package let elementType: ElementType
    /// Its sizes, outermost first; empty for a single number.
    package let shape: [Int]

    /// A tensor to be written.
    package init(name: String, elementType: ElementType = .float32, shape: [Int]) {
      self.name = name
      self.elementType = elementType
      self.shape = shape
    }

    /// How many elements it has.
    package var elementCount: Int { shape.reduce(1, *) }
    /// How many bytes its elements take.
    package var size: Int { elementCount * elementType.bitCount / 8 }
  }

  /// The key under which the header keeps the text that describes the whole file.
  static let metadataKey = "__metadata__"
  /// The longest header the reference implementation accepts.
  static let largestHeader = 100_000_000
  /// The size of the integer that tells the header's length.
  static let prefixSize = 8

  /// The file at `path` is no safetensors file, or not one that holds what is wanted; the error is
  /// about the `tensor` of that name, or, where it is nil, about the whole file.
  static func malformed(
    _ path: String, at offset: Int? = nil, tensor: String? = nil, _ problem: String,
    advice: Sentence = "the file is damaged or was not written as safetensors: use another copy"
  ) -> FileError {
    .malformed(
      path, at: offset, part: tensor.map { FileError.Part(kind: "tensor", name: $0) }, problem,
      advice: advice)
  }
}
