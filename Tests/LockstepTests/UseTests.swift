import Foundation
import Support
import Testing

/// What commands make of a checkpoint, on any number of ranks.
@Suite struct UseTests {
  private let folder: RunFolder

  init() throws { folder = try RunFolder.trained() }

  private struct Evaluation: Decodable {
    var test_loss: Double
    var reconstruction: Double
    var kl: Double
    var images: Int
    var log_likelihood: Double?
    var importance_samples: Int?
  }

  private func evaluate(_ words: [String], _ launch: Launch = .alone) throws -> Evaluation {
    let outcome = try Job(
      ["evaluate"] + words + ["--data", folder.data, "--json"], launch
    ).succeed()
    return try JSONDecoder().decode(Evaluation.self, from: Data(outcome.output.utf8))
  }

  /// JSON tells doubles so that they read back to the bit.
  @Test("evaluate repeats the epoch row's losses to the last digit")
  func evaluate() throws {
    let rows = try folder.contents.rows().filter { $0.kind == "epoch" }
    #expect(rows.count == 2)
    for row in rows {
      let result = try evaluate(["\(folder.run)/step-0000000\(row.step)"])
      #expect(result.test_loss == row.testLoss)
      #expect(result.reconstruction == row.reconstruction)
      #expect(result.kl == row.kl)
      #expect(result.images == 70)
      #expect(result.log_likelihood == nil)
    }
    let text = try Job(["evaluate", folder.run, "--data", folder.data]).succeed().output
    let last = try #require(rows.last?.testLoss)
    #expect(text.hasPrefix("test_loss       \(last)\n"))
  }

  /// The second would replace the first once that is there.
  @Test("a link to the file of codes that is to be is not another file")
  func dangling() throws {
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("labels.npy"), withDestinationPath: "codes.npy")
    let files = ["--output", folder.path("codes.npy"), "--labels", folder.path("labels.npy")]
    try Job(["encode", folder.run, "--data", folder.data] + files).fail(64, "must be two files")
  }

  /// Under a launcher it is the launcher that writes.
  @Test(
    "a result that cannot be told is a failure",
    arguments: [["inspect"], ["evaluate", "--data"], ["evaluate", "--json", "--data"]])
  func full(words: [String]) throws {
    let job = Job(
      [words[0], folder.run] + words.dropFirst() + (words.count > 1 ? [folder.data] : []))
    let outcome = try Command(
      ["sh", "-c", "exec \"$@\" >/dev/full", "sh"] + job.command.words,
      environment: job.command.environment
    ).run()
    outcome.expectFailure(74, ["standard output cannot be written to"])
  }

  /// `open` would wait for somebody who writes to it.
  @Test("a pipe is no file", arguments: ["--init", "--resume", "--data"])
  func pipe(flag: String) throws {
    let pipe = folder.path("pipe")
    #expect(try Command(["mkfifo", pipe]).run().status == 0)
    let run = folder.path("other")
    if flag == "--data" {
      try FileManager.default.createDirectory(
        atPath: folder.path("pipes"), withIntermediateDirectories: true)
      for name in try FileManager.default.contentsOfDirectory(atPath: folder.data) {
        try FileManager.default.createSymbolicLink(
          atPath: folder.path("pipes/\(name)"), withDestinationPath: pipe)
      }
      try Job(["evaluate", folder.run, "--data", folder.path("pipes")]).fail(
        74, "a pipe or a device")
    } else {
      try Job(folder.trainWords(run: run) + [flag, pipe]).fail(
        flag == "--init" ? 74 : 65, flag == "--init" ? "regular file" : "parameters alone")
    }
  }

  @Test("a run that has no checkpoint is not called damaged")
  func unborn() throws {
    let run = folder.path("young")
    try FileManager.default.createDirectory(atPath: run, withIntermediateDirectories: true)
    try FileManager.default.copyItem(
      atPath: "\(folder.run)/config.yaml", toPath: "\(run)/config.yaml")
    try Job(["inspect", run]).fail(65, "this run has no checkpoint")
  }

  /// The same latents are the first of more; log 1/K Σ w is at least the bound with one sample, on
  /// average, and grows with K: Burda and others, theorem 1.
  @Test("the importance-weighted bound tightens")
  func importance() throws {
    let one = try evaluate([folder.run, "--importance-samples", "1"])
    #expect(abs(try #require(one.log_likelihood) + one.test_loss) < 0.3)
    let bounds = try [1, 4, 64].map {
      try #require(try evaluate([folder.run, "--importance-samples", "\($0)"]).log_likelihood)
    }
    #expect(bounds[0] < bounds[1] && bounds[1] < bounds[2])
    #expect(one.importance_samples == 1)
  }

  /// 300 images are three chunks, so that four ranks have one too many and two have one left over.
  @Test("the number of ranks and threads changes no byte")
  func ranks() throws {
    let large = try SmallData(test: 300).write(
      to: folder.folder.url.appendingPathComponent("large"))
    let commands = [
      ["sample", folder.run, "--count", "300", "--output", "samples.npy"],
      ["sample", folder.run, "--count", "300", "--output", "samples.png"],
      ["sample", folder.run, "--walk", "--count", "300", "--output", "walk.npy"],
      ["reconstruct", folder.run, "--data", large, "--count", "200", "--output", "pairs.png"],
      ["encode", folder.run, "--data", large, "--output", "codes.npy"],
      ["evaluate", folder.run, "--data", large, "--importance-samples", "3"],
    ]
    for command in commands {
      let alone = try bytes(of: command, .alone)
      #expect(alone.count > 100)
      for (count, threads) in [(1, 3), (2, 2), (3, 1), (5, 1)] {
        let words =
          command.dropLast(2) + ["--threads-per-rank", "\(threads)"] + command.suffix(2)
        #expect(try bytes(of: Array(words), .ranks(count)) == alone, "\(count) ranks: \(words)")
      }
    }
  }

  /// The file that a command writes, or what it prints where it writes none.
  private func bytes(of command: [String], _ launch: Launch) throws -> Data {
    let output = try Job(command, launch).succeed(in: folder.folder.url).output
    guard command.contains("--output"), let name = command.last else {
      return Data(output.replacing("\r", with: "").utf8)
    }
    let file = folder.folder.url.appendingPathComponent(name)
    defer { try? FileManager.default.removeItem(at: file) }
    return try Data(contentsOf: file)
  }

  @Test("encode writes one code an image, of either split")
  func encode() throws {
    for (split, count) in [("test", 70), ("train", 200)] {
      let path = folder.path("codes.npy")
      try Job(
        ["encode", folder.run, "--data", folder.data, "--split", split, "--output", path]
      ).succeed()
      let file = try floats(path)
      #expect(file.header.contains("'shape': (\(count), 4)"))
      #expect(file.values.count == count * 4)
      #expect(Set(file.values).count > count)
    }
  }

  @Test("a run, a checkpoint and its parameters alone mean the same model")
  func references() throws {
    let paths = [
      "run", "run/", "run/latest", "./run/step-00000008/", "run/latest/model.safetensors",
    ]
    let files = try paths.map { path in
      let output = folder.path("samples.npy")
      try Job(["sample", path, "--output", output]).succeed(in: folder.folder.url)
      return try Data(contentsOf: URL(fileURLWithPath: output))
    }
    for (path, file) in zip(paths, files) { #expect(file == files[0], "\(path)") }
  }

  @Test(
    "an output that cannot be written",
    arguments: Launch.each(["nowhere/x.npy", "data/x.npy/x.npy", "full.npy"], onRanks: 0, 2))
  func output(name: String, launch: Launch) throws {
    // Writing to this device fails as on a disk without space: full(4).
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("full.npy"), withDestinationPath: "/dev/full")
    let words = ["--output", folder.path(name)]
    try Job(["encode", folder.run, "--data", folder.data] + words, launch).fail(74, name)
    try Job(["sample", folder.run, "--count", "1000"] + words, launch).fail(74, name)
    #expect(!FileManager.default.fileExists(atPath: folder.path("nowhere")))
  }
}
