@testable import Checkpoints
@testable import Engine
import Foundation
import Images
import Kernels
@testable import Platform
import Support
import Testing
import VAE

/// The tables of settings, and the files that they are written to and read from.
@Suite struct SettingTests {
  /// What version 0.1.0 wrote.
  private static let oldState = """
    {
      "arithmetic" : {
        "sums" : 1
      },
      "data" : {
        "test" : "dd7cf2d6abb65ee833d880748c8247e7448723076633296d717bc11dc25d68ce",
        "train" : "e98b300cecaa094331d94fb9d41af24bd471c809bea149d123328d477d8bd33a"
      },
      "format" : 1,
      "imageSize" : {
        "columns" : 28,
        "rows" : 28
      },
      "pixels" : 784,
      "progress" : {
        "epoch" : 0,
        "losses" : {
          "count" : 384,
          "divergence" : 24.09207484126091,
          "reconstruction" : 212054.37768554688
        },
        "offset" : 384,
        "step" : 3
      },
      "recipe" : {
        "batch-size" : 128,
        "hidden" : 20,
        "latent" : 3,
        "learning-rate" : 0.0003333333333333334,
        "precision" : "fp32",
        "seed" : 1
      }
    }

    """

  /// The same version's, with all keys that it could have.
  private static let oldConfiguration = """
    hidden: 20
    latent: 3
    batch-size: 128
    learning-rate: 0.0003333333333333334
    seed: 1
    precision: fp32
    epochs: 10
    data: /root/.cache/lockstep/mnist
    teams: node
    exchange: all-gather
    wire: fp32
    log-every: 10
    verify-every: 2
    checkpoint-every: 30s
    keep: 3
    tensorboard: 'off'
    init: /models/a.safetensors

    """

  private static var configuration: RunConfiguration {
    var configuration = RunConfiguration(data: "/root/.cache/lockstep/mnist")
    (configuration.recipe.hidden, configuration.recipe.latent) = (20, 3)
    configuration.recipe.learningRate = 0.0003333333333333334
    configuration.exchange = .allGather
    configuration.verifyEvery = 2
    (configuration.checkpointEvery, configuration.keep) = (.seconds(30), .newest(3))
    configuration.tensorboard = .off
    configuration.initialParameters = "/models/a.safetensors"
    return configuration
  }

  @Test("names and places are each one setting's")
  func names() {
    let names =
      Recipe.table.settings.map(\.name) + RunConfiguration.table.settings.map(\.name)
    #expect(Set(names).count == names.count)
  }

  /// The lines of `text`, in their order, that are also in `old`; a comma at a line's end does not count.
  private func lines(_ text: String, alsoIn old: String? = nil) -> [String] {
    let lines = text.split(separator: "\n").map {
      $0.hasSuffix(",") ? String($0.dropLast()) : String($0)
    }
    guard let old else { return lines }
    let known = Set(self.lines(old))
    return lines.filter(known.contains)
  }

  @Test("an old state.json is read, and written again as it was but for later settings")
  func state() throws {
    let state = try CheckpointState(decoding: Self.oldState)
    #expect(state.recipe == Self.configuration.recipe)
    let text = String(decoding: try state.text, as: UTF8.self)
    #expect(lines(text, alsoIn: Self.oldState) == lines(Self.oldState))
    #expect(try CheckpointState(decoding: text).recipe == state.recipe)
  }

  @Test("an old config.yaml is read, and written again as it was but for later settings")
  func configuration() throws {
    let read = try RunConfiguration(decoding: Self.oldConfiguration)
    #expect(read == Self.configuration)
    let text = try read.text
    #expect(lines(text, alsoIn: Self.oldConfiguration) == lines(Self.oldConfiguration))
    #expect(try RunConfiguration(decoding: text) == read)
  }

  /// A setting that a later version has added must not make files of this one unreadable.
  @Test("a file without a setting is read where the setting came later, else refused by its name")
  func absence() throws {
    let first = [
      "hidden", "latent", "batch-size", "learning-rate", "seed", "precision", "epochs", "data",
      "teams", "log-every",
    ]
    let before = RunConfiguration(data: "")
    let lines = Self.oldConfiguration.split(separator: "\n")
    for setting in RunConfiguration.table.settings {
      let text = lines.filter { !$0.hasPrefix("\(setting.name): ") }.joined(separator: "\n")
      read(setting, first.contains(setting.name.text), before) {
        try RunConfiguration(decoding: text)
      }
    }
    for setting in Recipe.table.settings {
      let text = lines.filter { !$0.hasPrefix("\(setting.name): ") }.joined(separator: "\n")
      let state = Self.oldState.split(separator: "\n")
        .filter { !$0.hasPrefix("    \"\(setting.name)\"") }.joined(separator: "\n")
        // The last of a list has no comma behind it.
        .replacing("\"fp32\",\n  }", with: "\"fp32\"\n  }")
      read(setting, first.contains(setting.name.text), Recipe()) {
        try RunConfiguration(decoding: text).recipe
      }
      read(setting, first.contains(setting.name.text), Recipe()) {
        try CheckpointState(decoding: state).recipe
      }
    }
  }

  /// Reads a file without `setting`, which the first version has written or not; `before` has the
  /// values of runs that had no such setting.
  private func read<Root>(
    _ setting: any AnySetting<Root>, _ isOfFirstVersion: Bool, _ before: Root,
    decode: () throws -> Root
  ) {
    do {
      let root = try decode()
      #expect(!isOfFirstVersion, "\(setting.name)")
      #expect(!setting.differs(root, before), "\(setting.name)")
      #expect(!setting.differsFromAbsence(in: root), "\(setting.name)")
    } catch DecodingError.keyNotFound(let key, _) {
      #expect(isOfFirstVersion && key.stringValue == setting.name.text)
    } catch {
      Issue.record("\(setting.name): \(error)")
    }
  }

  @Test("a request changes what it was given, and nothing else")
  func request() throws {
    var request = RunRequest()
    var configuration = Self.configuration
    request.apply(to: &configuration)
    #expect(configuration == Self.configuration)
    request.hidden = 7
    request.keep = .all
    request.verifyEvery = 0
    #expect(request.hidden == 7 && request.verifyEvery == 0 && request.latent == nil)
    var expected = Self.configuration
    (expected.recipe.hidden, expected.keep, expected.verifyEvery) = (7, .all, 0)
    request.apply(to: &configuration)
    #expect(configuration == expected)
  }

  @Test(
    "requests are the same whatever the order in which they were given, and what was taken back")
  func order() throws {
    var (one, other) = (RunRequest(), RunRequest())
    (one.hidden, one.keep, one.seed, one.initialParameters) = (7, .all, 1, "a")
    one.seed = nil
    one.initialParameters = nil
    (other.keep, other.hidden) = (.all, 7)
    #expect(one == other)
    #expect(one != RunRequest())
  }

  @Test("what is impossible about a request is told with the setting's name")
  func problems() {
    let cases: [(String, (inout RunRequest) -> Void)] = [
      ("epochs must be at least 1", { $0.epochs = 0 }),
      ("epochs must be at most 1073741824", { $0.epochs = .max }),
      ("log-every must be at least 1", { $0.logEvery = 0 }),
      ("verify-every must be at least 0", { $0.verifyEvery = -1 }),
      ("validation must be from 0", { $0.validation = -1 }),
      ("patience must be at least 0", { $0.patience = -1 }),
      ("clip-gradient must be a positive number", { $0.clipGradient = 0 }),
      ("hidden must be from 1 to 1048576", { $0.hidden = 0 }),
      (
        "wire bf16 rounds gradients, and exchange all-gather",
        { ($0.wire, $0.exchange) = (.bf16, .allGather) }
      ),
    ]
    for (problem, change) in cases {
      var request = RunRequest()
      change(&request)
      #expect(request.problem?.description.hasPrefix(problem) ?? false, "\(problem)")
    }
    #expect(RunRequest().problem == nil)
  }

  @Test("a setting that has no use beside others is left out, and refused where it is given")
  func misuse() throws {
    var recipe = Recipe()
    #expect(recipe.problem == nil)
    let cases: [(String, (inout Recipe) -> Void)] = [
      ("momentum 0.5 is of use with optimizer sgd alone", { $0.momentum = 0.5 }),
      ("weight-decay 0.1 is of use with optimizer adamw alone", { $0.weightDecay = 0.1 }),
      (
        "epsilon 0.0001 is of use with optimizer adam or adamw alone",
        { ($0.epsilon, $0.optimizer) = (1e-4, .sgd) }
      ),
      ("momentum must be a number from 0 to less than 1", { $0.momentum = 1 }),
      ("epsilon must be a number, at least 0", { $0.epsilon = -1 }),
    ]
    for (problem, change) in cases {
      var recipe = Recipe()
      change(&recipe)
      #expect(recipe.problem?.description.hasPrefix(problem) ?? false, "\(problem)")
    }
    (recipe.optimizer, recipe.momentum) = (.sgd, 0.5)
    #expect(recipe.problem == nil)
    var configuration = Self.configuration
    configuration.recipe = recipe
    (configuration.recipe.schedule, configuration.recipe.milestones) = (.step, Milestones([4, 7])!)
    let text = try configuration.text
    #expect(text.contains("schedule: step\n") && text.contains("milestones: 4,7\n"))
    #expect(text.contains("optimizer: sgd\nmomentum: 5e-1\n"))
    #expect(!text.contains("weight-decay") && !text.contains("epsilon"))
    #expect(try RunConfiguration(decoding: text) == configuration)
  }

  @Test("a recipe is described by its figures")
  func figures() {
    var recipe = Recipe()
    recipe.seed = .max
    #expect(
      recipe.figures.filter(\.isTold).map(\.words).joined(separator: ", ")
        == "batch 128, learning rate 0.001, seed 18446744073709551615, fp32, adam")
    let told = recipe.figures.filter(\.isTold)
    #expect(told.map(\.key) == ["batch_size", "learning_rate", "seed", "precision", "optimizer"])
    #expect(told.map(\.number) == [128, 1e-3, nil, nil, nil])
    #expect(told[1].row == ["learning rate", "0.001"] && told[3].row == ["products", "fp32"])
    #expect(recipe.figures.allSatisfy { !$0.differsFromAbsence })
    recipe.beta = 4
    #expect(recipe.figures.filter(\.isTold).map(\.words).contains("beta 4.0"))
    #expect(recipe.figures.filter(\.differsFromAbsence).map(\.key) == ["beta"])
    recipe.pixels = .fixed
    #expect(
      recipe.figures.filter(\.differsFromAbsence).map(\.key) == ["beta", "pixel_protocol"])
  }
}
