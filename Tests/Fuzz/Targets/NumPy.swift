@testable import Images
import Kernels

extension FuzzTarget {
  /// An array of NumPy, plain or packed.
  static let npy = FuzzTarget(
    "npy", .ofPackedData,
    { input in _ = try pixels(of: NPYArray(UnpackedFile(path: input.path), as: .images)) },
    { input in _ = try labels(of: NPYArray(UnpackedFile(path: input.path), as: .labels)) })

  /// An archive of arrays: as a data set, and each array alone.
  static let npz = FuzzTarget(
    "npz", .ofPackedData,
    { input in
      let archive = try ZipArchive(path: input.path)
      for member in archive.members.prefix(4) {
        let bytes = try contents(of: member, in: archive)
        claim(bytes.count == member.size, "\(member) has \(bytes.count) bytes")
      }
    },
    { input in try readSet(input.path, .train) },
    { input in try readSet(input.path, .test) })

  private static func contents(
    of member: ZipArchive.Member, in archive: ZipArchive
  ) throws -> [UInt8] {
    var stream = try ZipMember(member, of: archive)
    let bytes = try stream.readBeginning(member.size)
    try stream.finish()
    return bytes
  }

  private static func readSet(_ path: String, _ split: Dataset.Split) throws {
    let files = try DatasetFiles(directory: path, split: split)
    let memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: files.shape.byteCount)
    defer { memory.deallocate() }
    let dataset = try files.read(into: Bytes(memory))
    claim(dataset.images.count == files.shape.count * files.shape.pixelCount)
  }
}
