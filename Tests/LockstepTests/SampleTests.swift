import Foundation
import Support
import Testing

/// What `lockstep sample` draws.
@Suite struct SampleTests {
  private let folder: RunFolder

  init() throws { folder = try RunFolder.trained() }

  @Test("fewer samples are the first of more")
  func prefix() throws {
    let counts = [1, 64, 130, 257]
    let files = try counts.map { count in
      let path = folder.path("\(count).npy")
      try Job(["sample", folder.run, "--count", "\(count)", "--output", path]).succeed()
      return try floats(path)
    }
    for (count, file) in zip(counts, files) {
      #expect(file.header.contains("'shape': (\(count), 8, 8)"), "\(file.header)")
      #expect(file.values.count == count * 64)
      #expect(file.values == Array(files[3].values.prefix(count * 64)))
      #expect(file.values.allSatisfy { (0...1).contains($0) })
    }
  }

  @Test("another seed draws other samples, and the run's seed is the default")
  func seed() throws {
    let files = try [[], ["--seed", "1"], ["--seed", "2"]].map { seed in
      let path = folder.path("seed.npy")
      try Job(["sample", folder.run, "--count", "4", "--output", path] + seed).succeed()
      return try floats(path).values
    }
    #expect(files[0] == files[1])
    #expect(files[0] != files[2])
  }

  /// A walk of 3 × 3 leads from one image to another on each row: its corners are samples.
  @Test("a walk leads from sample to sample")
  func walk() throws {
    let (samples, walk) = (folder.path("samples.npy"), folder.path("walk.npy"))
    try Job(["sample", folder.run, "--count", "6", "--output", samples]).succeed()
    try Job(["sample", folder.run, "--count", "9", "--walk", "--output", walk]).succeed()
    let ends = try floats(samples).values
    let steps = try floats(walk).values
    for row in 0..<3 {
      for (column, sample) in [(0, 2 * row), (2, 2 * row + 1)] {
        let image = steps[(3 * row + column) * 64..<(3 * row + column + 1) * 64]
        for (one, other) in zip(image, ends[sample * 64..<(sample + 1) * 64]) {
          #expect(abs(one - other) < 1e-5)
        }
      }
      let between = steps[(3 * row + 1) * 64..<(3 * row + 2) * 64]
      #expect(Array(between) != Array(steps[3 * row * 64..<(3 * row + 1) * 64]))
    }
  }
}
