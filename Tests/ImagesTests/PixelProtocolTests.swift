import Images
import Kernels
import Testing

/// Which draws make the images of a model black and white.
@Suite struct PixelProtocolTests {
  /// The first image of a grey set, after `draws`.
  private func image(_ draws: RandomStream?) -> [UInt8] {
    let memory = Buffer<UInt8>(repeating: 128, count: 128)
    let shape = Dataset.Shape(count: 2, rows: 8, columns: 8, hasLabels: false)
    let shades = Dataset(shape, in: memory.bytes).shades(first: 1, draws: draws)
    _ = memory.count  // Lives until here.
    return shades
  }

  @Test("grey images stay as they are")
  func grey() {
    #expect(PixelProtocol.grey.trainingDraws(seed: 1, epoch: 1) == nil)
    #expect(PixelProtocol.grey.evaluationDraws(of: .test) == nil)
    #expect(image(nil) == [UInt8](repeating: 128, count: 64))
  }

  @Test("the fixed binarisation depends on the split alone")
  func fixed() {
    let image = image(PixelProtocol.fixed.trainingDraws(seed: 1, epoch: 1))
    #expect(Set(image) == [0, 255])
    #expect(image == self.image(PixelProtocol.fixed.trainingDraws(seed: 2, epoch: 9)))
    #expect(image == self.image(PixelProtocol.fixed.evaluationDraws(of: .train)))
    #expect(image != self.image(PixelProtocol.fixed.evaluationDraws(of: .test)))
  }

  @Test("the dynamic binarisation depends on seed and epoch, and is fixed for evaluation")
  func dynamic() {
    let images = [(1, 1), (1, 2), (2, 1)].map {
      image(PixelProtocol.dynamic.trainingDraws(seed: $0.0, epoch: $0.1))
    }
    #expect(Set(images).count == 3)
    for split in Dataset.Split.allCases {
      #expect(
        image(PixelProtocol.dynamic.evaluationDraws(of: split))
          == image(PixelProtocol.fixed.evaluationDraws(of: split)))
    }
  }

  /// An image is drawn by its index in the file, whatever part of the file a run trains on.
  @Test("images that are held out are drawn as they are among all", arguments: [1, 3, 4])
  func heldOut(count: Int) throws {
    let memory = Buffer<UInt8>(repeating: 100, count: 5 * 64)
    let shape = Dataset.Shape(count: 5, rows: 8, columns: 8, hasLabels: false)
    let all = Dataset(shape, in: memory.bytes, split: .test)
    let (rest, last) = all.holdingOut(count)
    let held = try #require(last)
    #expect(rest.split == .test && held.split == .test)
    for draws in [
      PixelProtocol.fixed.evaluationDraws(of: .test),
      PixelProtocol.dynamic.trainingDraws(seed: 3, epoch: 2),
    ] {
      let parts =
        rest.shades(first: rest.count, draws: draws)
        + held.shades(first: count, draws: draws)
      #expect(parts == all.shades(first: 5, draws: draws))
    }
    _ = memory.count  // Lives until here.
  }
}
