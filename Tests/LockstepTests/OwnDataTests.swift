import Foundation
import Support
import Testing

/// A model keeps to the images that it was trained on, and anything else is told.
@Suite struct OwnDataTests {
  private let folder: RunFolder
  private let other: String

  /// A run, and other images of the same shape.
  init() throws {
    folder = try RunFolder.trained()
    other = try SmallData(train: 250, test: 90).write(
      to: folder.folder.url.appendingPathComponent("other"))
  }

  private var words: [String] {
    var words = folder.trainWords()
    words.removeSubrange(1...2)  // --data and its value
    return words
  }

  @Test("commands take the run's own data", arguments: Launch.both)
  func own(launch: Launch) throws {
    let row = try #require(try folder.contents.rows().last { $0.kind == "epoch" })
    for path in [folder.run, "\(folder.run)/latest", "\(folder.run)/latest/model.safetensors"] {
      let outcome = try Job(["evaluate", path, "--json"], launch).succeed()
      #expect(outcome.output.contains("\"test_loss\":\(try #require(row.testLoss))"), "\(path)")
      #expect(outcome.errors.isEmpty)
    }
    let codes = folder.path("codes.npy")
    try Job(["encode", folder.run, "--output", codes], launch).succeed()
    #expect(try floats(codes).values.count == 70 * 4)
  }

  @Test("other data are used where they are named, and told", arguments: Launch.both)
  func named(launch: Launch) throws {
    let outcome = try Job(["evaluate", folder.run, "--data", other, "--json"], launch).succeed()
    #expect(outcome.output.contains("\"images\":90"))
    #expect(outcome.errors.contains("using the images in \(other) instead of the run's"))
    #expect(outcome.errors.contains("not those that the run was tested on"))
  }

  /// A folder whose files were exchanged since.
  @Test("changed data are told")
  func changed() throws {
    try FileManager.default.removeItem(atPath: folder.data)
    try FileManager.default.moveItem(atPath: other, toPath: folder.data)
    let outcome = try Job(["evaluate", folder.run]).succeed()
    #expect(outcome.errors.contains("not those that the run was tested on"))
    #expect(!outcome.errors.contains("instead of the run's"))
    try Job(words + ["--epochs", "3"]).fail(65, "the training images in \(folder.data) (SHA-256 ")
  }

  @Test("a file that does not tell which data they are is no reason to take others")
  func untold() throws {
    let file = URL(fileURLWithPath: "\(folder.run)/config.yaml")
    let text = try String(contentsOf: file, encoding: .utf8)
    for (damage, reason) in [
      ("", "(it is not a list of names and values)"),
      (text.replacing("epochs: 2", with: "epochs: two"), "'epochs'"),
      (text.replacing("latent:", with: "laten:"), "it has no 'latent'"),
      ("epochs: [", "not a list"),
    ] {
      try Data(damage.utf8).write(to: file)
      try Job(["evaluate", folder.run]).fail(65, "this is not the configuration", reason, "--data")
    }
    try Job(["evaluate", folder.run, "--data", folder.data]).succeed()
    try Job(["report", folder.run]).succeed()
    let page = try String(contentsOfFile: "\(folder.run)/report.html", encoding: .utf8)
    #expect(page.contains("could not be used: \(file.path): this is not the configuration"))
  }

  /// Commands would else take MNIST, whatever the model was trained on.
  @Test("images that chance alone has led to are refused, or told of")
  func untoldFolder() throws {
    let home = folder.path("cache")
    let mnist = "\(home)/lockstep/mnist"
    try FileManager.default.createDirectory(
      atPath: "\(home)/lockstep", withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: other, toPath: mnist)
    let environment = ["XDG_CACHE_HOME": home]
    try FileManager.default.removeItem(atPath: "\(folder.run)/config.yaml")
    try Job(["evaluate", folder.run], environment: environment)
      .fail(
        65, "nothing tells which folder the run had its images in",
        "name the run's folder with --data")
    try Job(["report", folder.run], environment: environment).succeed()
    let page = try String(contentsOfFile: "\(folder.run)/report.html", encoding: .utf8)
    #expect(page.contains("could not be used: nothing tells which folder"))
    let bare = folder.path("model.safetensors")
    try FileManager.default.copyItem(
      atPath: "\(folder.run)/latest/model.safetensors", toPath: bare)
    let outcome = try Job(["evaluate", bare], environment: environment).succeed()
    #expect(outcome.errors.contains("nothing tells which images this model was trained on; using"))
    #expect(try Job(["evaluate", bare, "--data", mnist]).succeed().errors.isEmpty)
  }

  /// Nobody has typed its name.
  @Test("a folder that has gone is told to be the run's")
  func gone() throws {
    try FileManager.default.removeItem(atPath: folder.data)
    try Job(["evaluate", folder.run]).fail(74, "(the run had its images there)")
  }

  @Test("where a flag came from is told where its value is refused")
  func source() throws {
    try Job(words + ["--epochs", "3"], environment: ["LOCKSTEP_DATA": other])
      .fail(64, "are not those", "(flags were also read from LOCKSTEP_DATA)")
  }

  @Test("a run does not go on with other data", arguments: Launch.both)
  func refused(launch: Launch) throws {
    let files = try folder.contents.names()
    for extra in [[], ["--dry-run"]] {
      try Job(words + ["--data", other, "--epochs", "3"] + extra, launch).fail(
        64, "are not those that the run was trained on", "in \(folder.data)", "leave --data out",
        "--other-data")
    }
    #expect(try folder.contents.names() == files)
    #expect(try folder.contents.latest() == "step-00000008")
  }

  /// The epoch of fewer images has ended before.
  @Test("nor with fewer, in the midst of an epoch", arguments: Launch.both)
  func fewer(launch: Launch) throws {
    try Job(words + ["--epochs", "3", "--max-steps", "11"], launch).succeed()
    let few = try SmallData(train: 70, test: 70).write(
      to: folder.folder.url.appendingPathComponent("few"))
    let more = ["--data", few, "--epochs", "3"]
    try Job(words + more, launch).fail(64, "are not those that the run was trained on")
    try Job(words + more + ["--other-data"], launch).fail(65, "images into an epoch that has 70")
  }

  @Test("with --other-data it does, and is at home there from then on")
  func meant() throws {
    let outcome = try Job(words + ["--data", other, "--epochs", "3", "--other-data"]).succeed()
    #expect(outcome.errors.contains("goes on with other images"))
    #expect(try Job(words + ["--epochs", "4"]).succeed().errors.isEmpty)
    try Job(words + ["--data", folder.data, "--epochs", "5"]).fail(64, "leave --data out")
  }

  @Test("other test images are told of, and labels are of no account")
  func otherTestImages() throws {
    for name in ["images-idx3", "labels-idx1"] {
      let files = ["t10k", "train"].map { "\(folder.data)/\($0)-\(name)-ubyte" }
      try FileManager.default.removeItem(atPath: files[0])
      if name == "images-idx3" {
        try FileManager.default.copyItem(atPath: "\(other)/t10k-\(name)-ubyte", toPath: files[0])
      } else {
        try FileManager.default.removeItem(atPath: files[1])
      }
    }
    let outcome = try Job(words + ["--epochs", "3"]).succeed()
    #expect(outcome.errors.contains("these are not the test images of the run"))
  }

  /// Losses of other test images do not compare, however low.
  @Test("the best checkpoint is one of those that were judged by the same images")
  func best() throws {
    for split in ["t10k", "train"] {
      let file = URL(fileURLWithPath: "\(other)/\(split)-images-idx3-ubyte")
      // White images cost more than the run's, which are mostly black.
      let bytes = try Data(contentsOf: file)
      try (bytes.prefix(16) + Data(repeating: 127, count: bytes.count - 16)).write(to: file)
    }
    func best() throws -> String {
      try FileManager.default.destinationOfSymbolicLink(atPath: "\(folder.run)/best")
    }
    #expect(try best() == "step-00000008")
    try Job(words + ["--data", other, "--epochs", "3", "--other-data", "--keep", "1"]).succeed()
    let rows = try folder.contents.rows().filter { $0.kind == "epoch" }
    #expect(try #require(rows[2].testLoss) > #require(rows[1].testLoss))
    #expect(try best() == folder.contents.latest())
  }

  /// Gone test images are no reason to take any others without a word.
  @Test("a job without test images does not forget which they were")
  func forgotten() throws {
    let names = ["images-idx3", "labels-idx1"].map { "t10k-\($0)-ubyte" }
    for name in names { try FileManager.default.removeItem(atPath: "\(folder.data)/\(name)") }
    let without = try Job(words + ["--epochs", "3"]).succeed()
    #expect(without.errors.contains("has no test images"))
    #expect(!without.errors.contains("not the test images of the run"))
    for name in names {
      try FileManager.default.copyItem(
        atPath: "\(other)/\(name)", toPath: "\(folder.data)/\(name)")
    }
    let outcome = try Job(words + ["--epochs", "4"]).succeed()
    #expect(outcome.errors.contains("these are not the test images of the run"))
  }

  /// As earlier versions wrote it.
  @Test("a run whose checkpoint does not tell goes on, and tells from then on")
  func old() throws {
    try forget()
    #expect(try Job(words + ["--epochs", "3"]).succeed().errors.isEmpty)
    #expect(try folder.contents.text("latest/state.json").contains("\"train\" : \""))
    try Job(words + ["--data", other, "--epochs", "4"]).fail(64, "leave --data out")
  }

  @Test("such a run takes data from elsewhere, and tells")
  func oldElsewhere() throws {
    try forget()
    let outcome = try Job(words + ["--data", other, "--epochs", "3"]).succeed()
    #expect(outcome.errors.contains("the run had its images in \(folder.data), and nothing tells"))
    // The shape stands in the model's file, too.
    try forget(in: folder.contents.latest())
    let wide = try SmallData(rows: 4, columns: 16).write(
      to: folder.folder.url.appendingPathComponent("wide"))
    try Job(words + ["--data", wide, "--epochs", "4"]).fail(65, "images are 4 × 16 pixels")
  }

  /// Takes what earlier versions did not know from a state.
  private func forget(in name: String = "step-00000008") throws {
    let checkpoint = URL(fileURLWithPath: "\(folder.run)/\(name)")
    let file = checkpoint.appendingPathComponent("state.json")
    var state = try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
    for key in ["data", "imageSize"] { #expect(state.removeValue(forKey: key) != nil) }
    try JSONSerialization.data(withJSONObject: state).write(to: file)
    let names = ["model.safetensors", "optimizer.safetensors", "state.json"]
    let sums = try Command(["sha256sum"] + names).run(in: checkpoint).output
    try Data(sums.utf8).write(to: checkpoint.appendingPathComponent("SHA256SUMS"))
  }

  /// Computed apart from the program: sizes as 64 bits, little-endian, then the pixels.
  @Test("the fingerprint is of the images, and stands in state.json and environment.json")
  func fingerprint() throws {
    let script = """
      d=$(mktemp) && printf '\\310\\0\\0\\0\\0\\0\\0\\0\\10\\0\\0\\0\\0\\0\\0\\0\\10\\0\\0\\0\\0\\0\\0\\0' >"$d" &&
      tail -c +17 "$1/train-images-idx3-ubyte" >>"$d" && sha256sum <"$d" | cut -d ' ' -f 1; rm "$d"
      """
    let digest = try Command(["sh", "-c", script, "sh", folder.data]).run().output.dropLast()
    #expect(digest.count == 64)
    for name in ["latest/state.json", "environment.json"] {
      #expect(try folder.contents.text(name).contains("\"train\" : \"\(digest)\""), "\(name)")
    }
    let environment = try folder.contents.text("environment.json")
    #expect(environment.contains(/"date" : "20[0-9-]+T[0-9:]+Z"/))
    #expect(environment.contains("\"version\" : \"0.1.0\""))
    let page = try folder.contents.text("report.html")
    #expect(page.contains("Lockstep 0.1.0"))
    #expect(page.contains("training images SHA-256 \(digest)"))
  }
}
