import Formats
import Foundation
@testable import Platform
import Support
import Testing

private let python = ProcessInfo.processInfo.environment["LOCKSTEP_PYTHON"]

/// The tools that people read our files with: safetensors, NumPy and Pillow.
@Suite(.enabled(if: python != nil, "LOCKSTEP_PYTHON names no Python: scripts/test sets one up"))
struct PythonTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func run(_ script: String) throws {
    let outcome = try Command([try #require(python), "-c", script]).run(in: folder.url)
    #expect(outcome.status == 0, "\(outcome.errors)")
  }

  private let weight: [Float] = [1, -2, 3.5, .infinity, 1.5e-20, 0]

  private func writeModel() throws {
    try OutputFile.replace(folder.path("a.safetensors")) { file in
      let tensors = [
        Safetensors.Tensor(name: "fc1.bias", shape: [1]),
        Safetensors.Tensor(name: "fc1.weight", shape: [2, 3]),
        Safetensors.Tensor(name: "fc2 \"é\"\n", shape: [0, 7]),
      ]
      try Safetensors.write(tensors, metadata: ["format": "pt"], to: &file) { tensor, file in
        switch tensor.name {
        case "fc1.bias": try file.write(([0.25] as [Float]).span)
        case "fc1.weight": try file.write(weight.span)
        default: break
        }
      }
    }
  }

  @Test func safetensorsReadsOurs() throws {
    try writeModel()
    try run(
      """
      import numpy as np
      from safetensors import safe_open
      with safe_open("a.safetensors", framework="numpy") as f:
          assert f.metadata() == {"format": "pt"}, f.metadata()
          assert set(f.keys()) == {"fc1.bias", "fc1.weight", 'fc2 "é"\\n'}, list(f.keys())
          w = f.get_tensor("fc1.weight")
          assert w.dtype == np.float32 and w.shape == (2, 3)
          assert (w.ravel() == np.array([1, -2, 3.5, np.inf, 1.5e-20, 0], np.float32)).all(), w
          assert f.get_tensor("fc1.bias").tolist() == [0.25]
          assert f.get_tensor('fc2 "é"\\n').shape == (0, 7)
      """)
  }

  /// The reference implementation orders by name: given that order we write its very bytes.
  @Test func sameBytesAsSafetensors() throws {
    try writeModel()
    try run(
      """
      import numpy as np
      from safetensors.numpy import save_file
      save_file({
          "fc1.weight": np.array([[1, -2, 3.5], [np.inf, 1.5e-20, 0]], np.float32),
          "fc1.bias": np.array([0.25], np.float32),
          'fc2 "é"\\n': np.zeros((0, 7), np.float32),
      }, "b.safetensors", metadata={"format": "pt"})
      """)
    #expect(try folder.contents("a.safetensors") == folder.contents("b.safetensors"))
  }

  @Test func weReadSafetensors() throws {
    try run(
      """
      import numpy as np
      from safetensors.numpy import save_file
      save_file({
          "f": np.arange(12, dtype=np.float32).reshape(3, 4), "h": np.zeros(3, np.float16),
          "i": np.array(-5, np.int64), "u": np.array([2**64 - 1], np.uint64),
          "d": np.array([0.1]), "b": np.array([True]), "c": np.array([[7, 8]], np.uint8),
      }, "a.safetensors", metadata={"a": "1", "b": "\\u2603"})
      """)
    let file = try SafetensorsFile(opening: folder.path("a.safetensors"))
    #expect(file.metadata == ["a": "1", "b": "☃"])
    #expect(try file.tensor("f").shape == [3, 4])
    #expect(try file.read("f") == (0..<12).map { Float($0) })
    #expect(try file.read("i") == [-5 as Int64])
    #expect(try file.tensor("i").shape == [])
    #expect(try file.read("u") == [UInt64.max])
    #expect(try file.read("d") == [0.1])
    #expect(try file.read("c") == [7, 8 as UInt8])
    #expect(try file.tensor("h").elementType == .float16)
    #expect(try file.tensor("b").elementType == .bool)
  }

  @Test func numpyReadsOurs() throws {
    try OutputFile.replace(folder.path("f.npy")) { file in
      try NPY.write([2, 3], of: Float.self, to: &file) { try $0.write(weight.span) }
    }
    try OutputFile.replace(folder.path("u.npy")) { file in
      try NPY.write([2], of: UInt8.self, to: &file) { try $0.write([7, 255]) }
    }
    try OutputFile.replace(folder.path("i.npy")) { file in
      try NPY.write([], of: Int64.self, to: &file) { try $0.write(([-3] as [Int64]).span) }
    }
    try run(
      """
      import numpy as np
      f, u, i = (np.load(name + ".npy") for name in "fui")
      assert f.dtype == np.float32 and f.shape == (2, 3)
      assert (f.ravel() == np.array([1, -2, 3.5, np.inf, 1.5e-20, 0], np.float32)).all(), f
      assert u.dtype == np.uint8 and u.tolist() == [7, 255]
      assert i.dtype == np.int64 and i.shape == () and i == -3
      np.save("g.npy", f)
      assert open("f.npy", "rb").read() == open("g.npy", "rb").read()
      """)
  }

  @Test func pillowReadsOurs() throws {
    var image = GreyImage(width: 5, height: 3)
    image.pixels = (0..<15).map { UInt8($0 * 17) }
    try OutputFile.replace(folder.path("a.png")) { try $0.write(PNG.encode(image)) }
    try run(
      """
      from PIL import Image
      image = Image.open("a.png")
      assert image.mode == "L" and image.size == (5, 3) and not image.info, image.info
      assert list(image.tobytes()) == [17 * i for i in range(15)]
      """)
  }
}
