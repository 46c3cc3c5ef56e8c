import Foundation
import Images
import Kernels
import Testing

/// The folder with the real data: `LOCKSTEP_MNIST`, or where `scripts/fetch-mnist` puts it.
private let folder =
  ProcessInfo.processInfo.environment["LOCKSTEP_MNIST"] ?? Dataset.defaultDirectory

private let isThere = ["train-images-idx3-ubyte", "train-images-idx3-ubyte.gz"].contains {
  FileManager.default.fileExists(atPath: "\(folder)/\($0)")
}

/// Writing 5 to it makes the kernel forget the largest memory this process has had: proc(5).
private let forgetPeak = "/proc/self/clear_refs"

@Suite(.enabled(if: isThere, "MNIST is not in \(folder): run scripts/fetch-mnist"))
struct RealMNISTTests {
  /// Counts, labels and mean as published and as NumPy computes them.
  @Test func train() throws {
    let data = try Contents(directory: folder, split: .train)
    #expect(data.shape == Dataset.Shape(count: 60_000, rows: 28, columns: 28))
    #expect(data.labels.prefix(5) == [5, 0, 4, 1, 9])
    let sum = data.images.reduce(0) { $0 + Int($1) }
    #expect(abs(Double(sum) / Double(data.images.count) / 255 - 0.1306604762738429) < 1e-15)
  }

  @Test func test() throws {
    let data = try Contents(directory: folder, split: .test)
    #expect(data.shape.count == 10_000)
    #expect(data.labels.prefix(5) == [7, 2, 1, 0, 4])
    #expect(data.images.count == 7_840_000)
  }

  /// Reading takes the memory of what is read and small buffers, compressed or not.
  @Test(.enabled(if: FileManager.default.isWritableFile(atPath: forgetPeak)))
  func memory() throws {
    try Data("5".utf8).write(to: URL(fileURLWithPath: forgetPeak))
    let before = try kilobytes("VmRSS")
    let files = try DatasetFiles(directory: folder, split: .train)
    let memory = Buffer<UInt8>(repeating: 0, count: files.shape.byteCount)
    _ = try files.read(into: memory.bytes)
    let grown = try kilobytes("VmHWM") - before
    let size = memory.count / 1024
    #expect(grown < size + 1024, "\(grown) KiB for \(size) KiB")
  }

  /// A figure that the kernel keeps of this process: proc(5), "status".
  private func kilobytes(_ name: String) throws -> Int {
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("\(name):") })
    return try #require(Int(line.split(whereSeparator: \.isWhitespace)[1]))
  }
}
