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

  /// Will read the pictures of `share`. Looks at the headers of all, so that one of another size is found
  /// whatever share it is in.
  ///
  /// - Throws: `DataError` where a file is no PNG file, has another size than most, or cannot hold the pixels
  ///   that it claims.
  init(_ set: PictureSet, _ share: Share) throws {
    let indices = set.paths.indices.filter(share.contains)
    paths = indices.map { set.paths[$0] }
    labels = set.labels.isEmpty ? [] : indices.map { set.labels[$0] }
    let size = try PictureSize.common(to: set.paths) { path in
      let header = try Self.header(path)
      return PictureSize(rows: header.height, columns: header.width)
    }
    shape = Dataset.Shape(
      count: paths.count, rows: size.rows, columns: size.columns, hasLabels: !labels.isEmpty)
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

/// The size of a picture in pixels.
private struct PictureSize: Hashable {
  let rows: Int
  let columns: Int

  /// The size of all pictures at `paths`, of which there is one at least; `read` tells the size of one.
  ///
  /// - Throws: what `read` throws, and `DataError` where not all are of one size: it names the first picture
  ///   that has not the size which most have.
  static func common(
    to paths: [String], _ read: (_ path: String) throws -> PictureSize
  ) throws -> PictureSize {
    var counts: [PictureSize: Int] = [:]
    var firsts: [(size: PictureSize, path: String)] = []
    for path in paths {
      let size = try read(path)
      if counts[size] == nil { firsts.append((size, path)) }
      counts[size, default: 0] += 1
    }
    guard var common = firsts.first?.size else { preconditionFailure("there are no pictures") }
    for first in firsts where counts[first.size]! > counts[common]! { common = first.size }
    guard let other = firsts.first(where: { $0.size != common }) else { return common }
    throw DataError.malformed(
      other.path,
      problem:
        "this picture has \(other.size.rows) × \(other.size.columns) pixels (rows × columns), and "
        + "\(counts[common]!) of the \(paths.count) pictures have \(common.rows) × \(common.columns)",
      advice: "bring all pictures to one size")
  }
}
