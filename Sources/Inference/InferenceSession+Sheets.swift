package import Formats
package import Images
package import Kernels
package import MPI
internal import Platform
internal import Ranks

extension InferenceSession {
  /// Decodes the `count` latents that `fill` writes for given positions, and writes the images, arranged
  /// on `sheet`, as PNG to `path`; collective.
  ///
  /// - Returns: the file's bytes on rank zero, an empty array on the other ranks.
  /// - Throws: on all ranks, where a pixel is not finite, or rank zero lacks memory or cannot write.
  @discardableResult
  package func writeSheet(
    _ sheet: Sheet, of count: Int, latents fill: (Range<Int>, Matrix) -> Void, to path: String,
    among communicator: borrowing Communicator
  ) throws -> [UInt8] {
    try requireMemory(for: count, on: sheet, among: communicator)
    let picture = try draw(count, latents: fill, on: sheet, among: communicator)
    return try communicator.together {
      try picture.map { try Self.write($0, to: path) } ?? []
    }
  }

  /// Decodes the `count` latents that `fill` writes for given positions, and arranges the images on
  /// `sheet`; collective.
  ///
  /// - Returns: the picture on rank zero, nil on the other ranks.
  package func draw(
    _ count: Int, latents fill: (Range<Int>, Matrix) -> Void, on sheet: Sheet,
    among communicator: borrowing Communicator
  ) throws -> GreyImage? {
    var shades: [UInt8] = []
    try decode(count, among: communicator, latents: fill) { _, images in
      shades += GreyImage.shades(of: images)
    }
    return communicator.rank == 0 ? sheet.grid(shades.span) : nil
  }

  /// Writes a sheet of the first `count` images, or of all where there are fewer, as PNG to `path`: each
  /// image above its reconstruction, `columns` side by side, each pixel enlarged `scale` times; collective.
  ///
  /// - Returns: the file's bytes on rank zero, an empty array on the other ranks.
  /// - Throws: on all ranks, where a pixel is not finite, or rank zero lacks memory or cannot write.
  @discardableResult
  package func writeReconstructions(
    of dataset: Dataset, count: Int, columns: Int, to path: String, scale: Int = 2,
    among communicator: borrowing Communicator
  ) throws -> [UInt8] {
    let count = min(count, dataset.count)
    let sheet = sheet(columns: min(columns, count), imageHeight: dataset.rows, scale: scale)
    try requireMemory(for: 2 * count, on: sheet, among: communicator)
    var shades: [UInt8] = []
    try reconstruct(dataset, count: count, among: communicator) { _, images in
      shades += GreyImage.shades(of: images)
    }
    return try communicator.together {
      guard communicator.rank == 0 else { return [] }
      let originals = dataset.shades(
        first: count, draws: shown.evaluationDraws(of: dataset.split))
      return try Self.write(
        sheet.pairs(originals: originals.span, reconstructions: shades.span), to: path)
    }
  }

  /// A sheet for images of this model, `imageHeight` pixels high: `columns` side by side, each pixel
  /// enlarged `scale` times.
  package func sheet(columns: Int, imageHeight: Int, scale: Int = 2) -> Sheet {
    var sheet = Sheet(columns: columns)
    sheet.scale = scale
    sheet.imageHeight = imageHeight
    sheet.imageWidth = pixels / imageHeight
    return sheet
  }

  /// Makes sure that rank zero has memory for `sheet` with `count` images and for its PNG file;
  /// collective.
  private func requireMemory(
    for count: Int, on sheet: Sheet, among communicator: borrowing Communicator
  ) throws {
    try communicator.together {
      guard communicator.rank == 0 else { return }
      try MachineMemory.require(
        2 * sheet.pixelCount(of: count), for: "this sheet",
        advice: "choose a smaller \(setting: .scale) or \(setting: .count)")
    }
  }

  private static func write(_ image: GreyImage, to path: String) throws -> [UInt8] {
    let bytes = PNG.encode(image)
    try OutputFile.replace(path) { try $0.write(bytes) }
    return bytes
  }
}
