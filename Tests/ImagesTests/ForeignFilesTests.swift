import Foundation
@testable import Images
import Support
import Testing

private let python = ProcessInfo.processInfo.environment["LOCKSTEP_PYTHON"]

/// Files that NumPy and Pillow write. Beside them NumPy writes IDX files with the pixels that we should find.
@Suite(.enabled(if: python != nil, "LOCKSTEP_PYTHON names no Python: scripts/test sets one up"))
struct ForeignFilesTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  /// Runs a script that has `idx(name, array)`, the images `pixels` and their `labels`.
  private func run(_ script: String) throws {
    let beginning = """
      import gzip, os
      import numpy as np
      from PIL import Image
      def idx(name, array):
          os.makedirs(os.path.dirname(name), exist_ok=True)
          array = np.asarray(array)
          assert array.dtype == np.uint8, array.dtype
          sizes = np.array(array.shape, ">u4").view(np.uint8)
          np.concatenate([np.uint8([0, 0, 8, array.ndim]), sizes, array.ravel()]).tofile(name)
      random = np.random.default_rng(1)
      pixels = random.integers(0, 256, (21, 6, 5), np.uint8)
      labels = random.integers(0, 49, 21, np.uint8)
      idx("idx/train-images-idx3-ubyte", pixels[:14])
      idx("idx/train-labels-idx1-ubyte", labels[:14])
      idx("idx/t10k-images-idx3-ubyte", pixels[14:])
      idx("idx/t10k-labels-idx1-ubyte", labels[14:])

      """
    let outcome = try Command([try #require(python), "-c", beginning + script]).run(in: folder.url)
    #expect(outcome.status == 0, "\(outcome.errors)")
  }

  private func contents(_ name: String, _ split: Dataset.Split = .train) throws -> Contents {
    try Contents(directory: folder.path(name), split: split)
  }

  private func expectSame(_ names: String..., as other: String = "idx") throws {
    for name in names {
      for split in Dataset.Split.allCases {
        #expect(try contents(name, split) == contents(other, split), "\(name), \(split)")
      }
    }
  }

  @Test func archives() throws {
    try run(
      """
      arrays = dict(x_train=pixels[:14], y_train=labels[:14], x_test=pixels[14:], y_test=labels[14:])
      np.savez("a.npz", **arrays)
      np.savez_compressed("b.npz", **arrays)
      np.savez("c.npz", train_images=pixels[:14, :, :, None], train_labels=labels[:14, None],
          test_images=pixels[14:, None], test_labels=labels[14:].astype(np.int64))
      np.savez_compressed("d.npz", **{name: np.asfortranarray(a) for name, a in arrays.items()})
      os.makedirs("e"); os.makedirs("f/raw")
      for name, a in arrays.items(): np.save(f"e/{name}.npy", a)
      for split in ["train", "test"]:
          np.savez_compressed(f"f/raw/k49-{split}-imgs.npz", arrays[f"x_{split}"])
          np.savez_compressed(f"f/raw/k49-{split}-labels.npz", arrays[f"y_{split}"])
      """)
    try expectSame("a.npz", "b.npz", "c.npz", "d.npz", "e", "f", "f/raw", "f/raw/k49")
  }

  /// `round(255 x)` as NumPy rounds it, in double precision, in which it is exact.
  @Test(arguments: ["float16", "float32", "float64", ">f4", "bool", "int64", ">i2"])
  func types(type: String) throws {
    try run(
      """
      t = np.dtype("\(type)")
      images = random.random((7, 30, 50))
      images[:5].flat[:256] = np.arange(256) / 255
      images[5].flat[:510] = np.arange(510) / 510
      images = (images if t.kind == "f" else images > 0.5 if t.kind == "b" else images * 255).astype(t)
      expected = images.astype(float) * (1 if t.kind == "i" else 255)
      idx("expected/train-images-idx3-ubyte", np.round(expected).astype(np.uint8)[:6])
      idx("expected/t10k-images-idx3-ubyte", np.round(expected).astype(np.uint8)[6:])
      np.save("a.npy", images)
      np.save("b.npy", np.asfortranarray(images))
      np.savez_compressed("c.npz", images)
      np.savez_compressed("d.npz", images=np.asfortranarray(images))
      with gzip.open("e.npy.gz", "wb") as file: np.save(file, images)
      """)
    try expectSame("a.npy", "b.npy", "c.npz", "d.npz", "e.npy.gz", as: "expected")
  }

  @Test func squares() throws {
    try run(
      """
      idx("expected/train-images-idx3-ubyte", pixels[:12, :5, :5])
      idx("expected/t10k-images-idx3-ubyte", pixels[12:, :5, :5])
      np.savez("a.npz", x_train=pixels[:12, :5, :5].reshape(12, 25),
          x_test=np.asfortranarray(pixels[12:, :5, :5].reshape(-1, 25)))
      """)
    try expectSame("a.npz", as: "expected")
  }

  @Test func objects() throws {
    try run(
      """
      np.save("a.npy", np.array([pixels[0], None], object), allow_pickle=True)
      np.save("b.npy", np.zeros(3, [("x", "<f4"), ("y", "<i4")]))
      np.save("c.npy", np.array(["a"])); np.save("d.npy", np.zeros((3, 4, 4), complex))
      """)
    for (name, words) in [("a", "Python objects"), ("b", "records"), ("c", "<U1"), ("d", "<c16")] {
      let error = try #require(throws: DataError.self) { try contents("\(name).npy") }
      #expect(error.problem.contains(words), "\(error)")
    }
  }

  /// Every kind of PNG file that Pillow writes: what is opaque as `convert("L")` has it.
  @Test(arguments: ["1", "L", "P", "RGB", "LA", "RGBA", "I;16"]) func pictures(mode: String) throws
  {
    try run(
      """
      mode = "\(mode)"
      os.makedirs("png/train/0"); os.makedirs("png/test/1")
      shades = []
      for number in range(21):
          rgba = random.integers(0, 256, (6, 5, 4), np.uint8)
          if mode == "I;16":
              wide = random.integers(0, 65536, (6, 5), np.uint16)
              image, shade = Image.fromarray(wide), wide >> 8
          else:
              image = Image.fromarray(rgba, "RGBA")
              image = image if mode == "RGBA" else image.convert("RGB").convert(mode)
              if mode == "LA": image.putalpha(Image.fromarray(rgba[:, :, 3]))
              shade = np.array(image.convert("L"), int)
              if "A" in mode: shade = (shade * rgba[:, :, 3] + 127) // 255
          assert image.mode == mode, image.mode
          name = f"png/{'train/0' if number < 14 else 'test/1'}/{number:02}.png"
          # Four bits a sample lose some, so that what counts is what Pillow finds in the file.
          bits = {"bits": 4} if number == 3 and mode in "LP" else {}
          image.save(name, optimize=number == 4, **bits)
          shades.append(np.array(Image.open(name).convert("L")) if bits else shade)
      shades = np.array(shades).astype(np.uint8)
      for split, part, label in [("train", shades[:14], 0), ("t10k", shades[14:], 1)]:
          idx(f"expected/{split}-images-idx3-ubyte", part)
          idx(f"expected/{split}-labels-idx1-ubyte", np.full(len(part), label, np.uint8))
      """)
    try expectSame("png", as: "expected")
  }

  /// Transparency that palettes, grey and colors have in a chunk of its own, and few bits.
  @Test func transparency() throws {
    try run(
      """
      os.makedirs("png")
      grey = np.arange(30, dtype=np.uint8).reshape(6, 5) * 8
      Image.fromarray(grey).save("png/0.png", transparency=80)
      color = np.stack([grey, grey, grey], 2)
      Image.fromarray(color).save("png/1.png", transparency=(80, 80, 80))
      palette = Image.fromarray(np.arange(30, dtype=np.uint8).reshape(6, 5) % 4, "P")
      palette.putpalette([0, 0, 0, 255, 255, 255, 80, 80, 80, 255, 0, 0])
      palette.save("png/2.png", bits=2, transparency=bytes([255, 128, 0, 255]))
      few = palette.copy(); few.info.clear(); few.save("png/3.png", bits=2)
      Image.fromarray(grey).save("png/4.png", pnginfo=None, dpi=(72, 72), gamma=0.5)
      holed = np.where(grey == 80, 0, grey)
      indices = np.arange(30).reshape(6, 5) % 4
      shades = [holed, holed, np.array([0, 128, 0, 76])[indices], np.array([0, 255, 80, 76])[indices], grey]
      idx("expected/train-images-idx3-ubyte", np.array(shades).astype(np.uint8))
      """)
    #expect(try contents("png").images == contents("expected").images)
  }
}
