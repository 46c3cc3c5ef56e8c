import Foundation
import Support
import Testing

/// `--validation` and `--patience`.
@Suite struct ValidationTests {
  private let folder: RunFolder

  init() throws { folder = try RunFolder() }

  /// Two files of images as if the last 60 of the training images were the test images.
  private func divided() throws -> String {
    let bytes = [UInt8](
      try Data(contentsOf: URL(fileURLWithPath: "\(folder.data)/train-images-idx3-ubyte")))
    let (size, path) = (64, folder.path("divided"))
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let images = Array(bytes.dropFirst(16))
    for (name, range) in [("train", 0..<140), ("t10k", 140..<200)] {
      try SmallData.write(
        images: Array(images[range.lowerBound * size..<range.upperBound * size]),
        labels: range.map { UInt8($0 % 10) }, rows: 8, columns: 8,
        to: URL(fileURLWithPath: path), named: name)
    }
    return path
  }

  /// Training and evaluation know nothing of where images come from.
  @Test(
    "a run that holds images out trains and evaluates as one whose files were divided",
    arguments: Launch.both)
  func heldOut(launch: Launch) throws {
    let other = folder.path("other")
    try folder.train("--epochs", "2", "--validation", "60", on: launch).succeed()
    var words = folder.trainWords(run: other) + ["--epochs", "2"]
    words[2] = try divided()
    try Job(words).succeed()
    let (mine, others) = (try folder.contents.rows(), try RunContents(other).rows())
    #expect(mine.map(\.loss) == others.map(\.loss) && mine.map(\.step) == others.map(\.step))
    #expect(mine.compactMap(\.validationLoss) == others.compactMap(\.testLoss))
    #expect(mine.compactMap(\.validationReconstruction).count == 2)
    #expect(mine.compactMap(\.testLoss) != others.compactMap(\.testLoss))
    #expect(mine.compactMap(\.testLoss).count == 2)
    // The parameters are the same, though one file says that images were held out.
    let models = try [folder.run, other].map { try RunContents($0).model().suffix(4 * 64 * 16) }
    #expect(models[0] == models[1])
    #expect(try folder.contents.text("report.html").contains("Validation loss"))
    let state = try folder.contents.text("latest/state.json")
    #expect(state.contains("\"validation\" : 60") && state.contains("\"validationLoss\" : "))
  }

  /// As those of pictures in a folder for each label are.
  @Test("images that are sorted by label are told of") func sorted() throws {
    #expect(try folder.train("--epochs", "1", "--validation", "60").succeed().errors.isEmpty)
    let labels = (0..<200).map { UInt8($0 / 20) }
    try Data(SmallData.header([200]) + labels)
      .write(to: URL(fileURLWithPath: "\(folder.data)/train-labels-idx1-ubyte"))
    let told = try folder.train("--epochs", "1", "--validation", "40", run: folder.path("b"))
      .succeed().errors
    #expect(
      told.contains("the 40 validation images show labels 8 and 9 alone, and those to train on 8"))
  }

  @Test("a run that holds images out stops and goes on to the same bits")
  func resumed() throws {
    let other = folder.path("other")
    try folder.train("--epochs", "2", "--validation", "60").succeed()
    try folder.train("--epochs", "2", "--validation", "60", "--max-steps", "4", run: other)
      .succeed()
    try folder.train(on: .ranks(2), run: other).succeed()
    try expectSameRun(other, folder.run, anyRanks: true)
    let line = try folder.train("--epochs", "3").succeed().output
    #expect(line.contains(#/epoch 3  train [0-9.]+  validation [0-9.]+  test [0-9.]+  /#))
    try folder.train("--epochs", "4", "--validation", "61").fail(64, "would change the model")
  }

  @Test("as many images as there are cannot be held out", arguments: Launch.both)
  func tooMany(launch: Launch) throws {
    try folder.train("--validation", "200", on: launch)
      .fail(64, "--validation 200 leaves none of the 200 training images to train on")
    #expect(!FileManager.default.fileExists(atPath: folder.run))
  }

  /// With steps that change nothing the loss is the same after each epoch, which is not less.
  private static let still = ["--optimizer", "sgd", "--learning-rate", "1e-30", "--epochs", "9"]

  @Test(
    "a run ends once its loss has not become less for some epochs, and stays ended",
    arguments: [["--validation", "60"], []])
  func patience(words: [String]) throws {
    let name = words.isEmpty ? "test" : "validation"
    let all = Self.still + words + ["--patience", "2"]
    let outcome = try Job(folder.trainWords() + all, .ranks(2)).succeed()
    let reason = "the \(name) loss has not become less since epoch 1, for 2 epochs"
    #expect(outcome.output.contains("ended before the last epoch: \(reason)"), "\(outcome.output)")
    #expect(try folder.contents.rows().filter { $0.kind == "epoch" }.map(\.epoch) == [1, 2, 3])
    let best = try FileManager.default.destinationOfSymbolicLink(atPath: "\(folder.run)/best")
    #expect(best == (words.isEmpty ? "step-00000004" : "step-00000003"))
    let again = try folder.train().succeed().output
    #expect(again.contains("nothing left to train: \(reason)"), "\(again)")
    let plan = try folder.train("--dry-run").succeed().output
    #expect(plan.contains("0 left to epoch 9: \(reason)"), "\(plan)")
    let told = try folder.train("--log-format", "json").succeed().output
    #expect(told.contains("\"reason\":\"\(reason)\""), "\(told)")
    // Stopped within the last epoch but one, and within the last.
    let other = folder.path("other")
    for steps in ["6", "9"] {
      try Job(folder.trainWords(run: other) + all + ["--max-steps", steps]).succeed()
    }
    try folder.train(run: other).succeed()
    try expectSameRun(other, folder.run, epochs: 3, anyRanks: true)
    try folder.train("--patience", "3").succeed()
    #expect(try folder.contents.rows().last?.epoch == 4)
    try folder.train("--patience", "0", "--epochs", "7").succeed()
    #expect(try folder.contents.rows().last?.epoch == 7)
  }

  /// Where the rate fell is known afterwards, and a schedule of steps can have it fall there.
  @Test(
    "a plateau schedule is one of steps where the validation loss stays, wherever the run stops")
  func plateau() throws {
    let base = ["--validation", "60", "--learning-rate", "0.3", "--epochs", "7"]
    let words = base + ["--schedule", "plateau", "--plateau-epochs", "1"]
    try Job(folder.trainWords() + words, .ranks(2)).succeed()
    let rows = try folder.contents.rows().filter { $0.kind == "epoch" }
    let (losses, rates) = (rows.compactMap(\.validationLoss), rows.compactMap(\.learningRate))
    try #require(losses.count == 7 && rates.count == 7)
    let stays = (1..<6).filter { losses[$0] >= losses[..<$0].min()! }.map { $0 + 1 }
    try #require(!stays.isEmpty && stays.count < 5, "\(losses)")
    let fallen = (1..<7).filter { rates[$0] < 0.5 * rates[$0 - 1] }
    #expect(fallen == stays, "\(losses) \(rates)")
    let (stopped, steps) = (folder.path("stopped"), folder.path("steps"))
    for last in ["\(3 * stays[0])", "\(3 * stays[0] + 1)"] {
      try Job(folder.trainWords(run: stopped) + words + ["--max-steps", last]).succeed()
    }
    try folder.train(run: stopped).succeed()
    try expectSameRun(stopped, folder.run, epochs: 7, anyRanks: true)
    let milestones = stays.map(String.init).joined(separator: ",")
    let step = base + ["--schedule", "step", "--milestones", milestones]
    try Job(folder.trainWords(run: steps) + step).succeed()
    // The parameters are the same, though the files name other schedules.
    let models = try [folder.run, steps].map { try RunContents($0).model().suffix(4 * 64 * 16) }
    #expect(models[0] == models[1])
    #expect(try folder.contents.text("config.yaml").contains("plateau-epochs: 1\n"))
  }

  @Test("patience without images that tell when is refused", arguments: Launch.both)
  func nothingToWaitFor(launch: Launch) throws {
    for name in ["images-idx3", "labels-idx1"] {
      try FileManager.default.removeItem(atPath: "\(folder.data)/t10k-\(name)-ubyte")
    }
    try folder.train("--patience", "2", on: launch)
      .fail(64, "--patience 2 needs a loss that can stop falling")
    #expect(!FileManager.default.fileExists(atPath: folder.run))
  }
}
