internal import Formats
internal import Kernels
internal import Platform

/// Images that are PNG files, one each.
final class PictureReader: ImageReader {
  let shape: Dataset.Shape

  private let paths: [String]
  private let labels: [UInt8]

  /// More bytes than any picture to train on takes.
  private static let largestFile = 1 << 28

  /// Will read the pictures of `share`. Looks at the header of each.
  ///
  /// - Throws: `DataError` where a file is no PNG file, has another size than the first, or cannot hold the
  ///   pixels that it claims.
  init(_ set: PictureSet, _ share: Share) throws {
    let indices = set.paths.indices.filter(share.contains)
    paths = indices.map { set.paths[$0] }
    labels = set.labels.isEmpty ? [] : indices.map { set.labels[$0] }
    var first: PNG.Header?
    for path in paths {
      let header = try Self.header(path)
      if let first, (first.width, first.height) != (header.width, header.height) {
        throw Self.otherSize(path, header.height, header.width, than: first, paths[0])
      }
      first = first ?? header
    }
    shape = Dataset.Shape(
      count: paths.count, rows: first?.height ?? 0, columns: first?.width ?? 0,
      hasLabels: !labels.isEmpty)
  }

  /// The header of the file at `path`, which must be large enough for what the header claims.
  private static func header(_ path: String) throws -> PNG.Header {
    let file = try DataError.check { try InputFile(path: path) }
    var bytes = [UInt8](repeating: 0, count: min(file.size, PNG.Header.size))
    try bytes.withUnsafeMutableBytes { buffer in
      do { try file.read(at: 0, into: buffer) } catch let error as FileError {
        throw DataError(error)
      }
    }
    let size = file.size
    return try check(path) {
      let header = try PNG.Header(bytes)
      guard header.fits(in: size) else { throw header.problem(in: size) }
      return header
    }
  }

  /// Does `work` on the file at `path`.
  private static func check<Result>(_ path: String, _ work: () throws -> Result) throws -> Result {
    do { return try work() } catch let problem as PNG.Problem {
      throw DataError.malformed(
        path, problem: problem.text, advice: "write the file again, or remove it")
    }
  }

  private static func otherSize(
    _ path: String, _ height: Int, _ width: Int, than first: PNG.Header, _ firstPath: String
  ) -> DataError {
    .malformed(
      path,
      problem: "this picture has \(height) × \(width) pixels, and \(firstPath) has "
        + "\(first.height) × \(first.width)",
      advice: "bring all pictures to one size")
  }

  func read(into dataset: Dataset) throws {
    if !labels.isEmpty {
      dataset.labels.withMutableSpan { for index in $0.indices { $0[index] = labels[index] } }
    }
    let size = shape.pixelCount
    for (index, path) in paths.enumerated() {
      let file = try DataError.check { try FileSystem.readBytes(path, atMost: Self.largestFile) }
      try Self.check(path) {
        let picture = try PNG.Picture(file)
        guard (picture.header.height, picture.header.width) == (shape.rows, shape.columns) else {
          throw DataError.malformed(path, problem: "the size of this picture has changed just now")
        }
        try dataset.images[index * size..<(index + 1) * size].withMutableSpan {
          try picture.decode(into: &$0)
        }
      }
    }
  }
}
