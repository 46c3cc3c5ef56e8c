package import Formats
package import Images
package import Kernels
package import MPI
internal import Platform
internal import Ranks

extension InferenceSession {
  /// Decodes `count` latents and writes a sheet of the images, as PNG, to `path`, each pixel
  /// enlarged `scale` times; collective.
  ///
  /// - Returns: on rank zero, the file's bytes; none on others.
  @discardableResult
  package func writeSheet(
    of count: Int, latents fill: (Range<Int>, Matrix) -> Void, columns: Int, to path: String,
    rows: Int, scale: Int = 2, among communicator: borrowing Communicator
  ) throws -> [UInt8] {
    let sheet = sheet(columns: columns, imageHeight: rows, scale: scale)
    try requireMemory(for: count, on: sheet, among: communicator)
    var shades: [UInt8] = []
    try decode(count, among: communicator, latents: fill) { _, images in
      shades += GreyImage.shades(of: images)
    }
    return try communicator.together {
      guard communicator.rank == 0 else { return [] }
      return try Self.write(sheet.grid(shades.span), to: path)
    }
  }

  /// Writes a sheet of the first `count` images over their reconstructions, as PNG, to `path`, each
  /// pixel enlarged `scale` times; collective.
  ///
  /// - Returns: on rank zero, the file's bytes; none on others.
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
      let originals = dataset.images[0..<count * dataset.pixelCount].elements
      return try Self.write(
        sheet.pairs(originals: originals.span, reconstructions: shades.span), to: path)
    }
  }

  /// A sheet for images of this model.
  package func sheet(columns: Int, imageHeight: Int, scale: Int) -> Sheet {
    var sheet = Sheet(columns: columns)
    sheet.scale = scale
    sheet.imageHeight = imageHeight
    sheet.imageWidth = pixels / imageHeight
    return sheet
  }

  /// Makes sure that rank zero can have `sheet` with `count` pictures, and its PNG file;
  /// collective.
  private func requireMemory(
    for count: Int, on sheet: Sheet, among communicator: borrowing Communicator
  ) throws {
    try communicator.together {
      guard communicator.rank == 0 else { return }
      try MachineMemory.require(
        2 * sheet.pixelCount(of: count), for: "this sheet",
        advice: "choose a smaller --scale or --count")
    }
  }

  private static func write(_ image: GreyImage, to path: String) throws -> [UInt8] {
    let bytes = PNG.encode(image)
    try OutputFile.replace(path) { try $0.write(bytes) }
    return bytes
  }
}
