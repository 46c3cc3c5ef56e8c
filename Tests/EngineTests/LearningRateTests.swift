@testable import Engine
import Foundation
import Kernels
import Platform
import Testing

/// Learning rates against those of PyTorch's schedulers.
@Suite struct LearningRateTests {
  /// The contents of a file that `scripts/golden-gradients.py` writes.
  struct Golden: Decodable {
    struct Case: Decodable {
      let schedule: LearningRateSchedule
      let epochs, warmup_steps: Int?
      let milestones: [Int]?
      let decay_factor: Double?
      let rates: [Double]
    }
    /// The rate of each epoch, at whose end there is a loss.
    struct Plateau: Decodable {
      let losses, rates: [Double]
      let epochs: Int
      let decay_factor: Double
    }
    let plateau: Plateau
    let learning_rate: Double
    let batches_per_epoch: Int
    let cases: [Case]
  }

  private func recipe(_ golden: Golden, _ number: Int) throws -> Recipe {
    let values = golden.cases[number]
    var recipe = Recipe()
    (recipe.learningRate, recipe.schedule) = (golden.learning_rate, values.schedule)
    (recipe.warmupSteps, recipe.scheduleEpochs) = (values.warmup_steps ?? 0, values.epochs)
    recipe.milestones = try #require(Milestones(values.milestones ?? []))
    recipe.decayFactor = values.decay_factor ?? 0.1
    return recipe
  }

  private func golden() throws -> Golden {
    let file = try #require(
      Bundle.module.url(forResource: "schedules", withExtension: "json", subdirectory: "Golden"))
    return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
  }

  @Test("the rate of each epoch is that of PyTorch's ReduceLROnPlateau")
  func plateau() throws {
    let golden = try golden()
    var recipe = Recipe()
    (recipe.schedule, recipe.validation) = (.plateau, 100)
    (recipe.plateauEpochs, recipe.decayFactor) = (
      golden.plateau.epochs, golden.plateau.decay_factor
    )
    recipe.learningRate = golden.learning_rate
    #expect(recipe.problem == nil)
    var progress = Progress()
    for (loss, expected) in zip(golden.plateau.losses, golden.plateau.rates) {
      let rule = recipe.updateRule(step: 1, batchesPerEpoch: 7, plateau: progress.plateau)
      #expect(abs(rule.learningRate / expected - 1) < 1e-14, "epoch \(progress.epoch)")
      progress.note(validationLoss: loss, for: recipe)
      progress = progress.atNextEpoch
    }
    #expect(progress.plateau?.rateFalls == 3)
    // Losses of other images do not compare with the least so far, and the rate stays.
    progress.forgetValidationLosses()
    progress.note(validationLoss: 50, for: recipe)
    #expect(progress.plateau?.leastLoss == 50 && progress.plateau?.rateFalls == 3)
    recipe.schedule = .constant
    progress = Progress()
    progress.note(validationLoss: 1, for: recipe)
    #expect(progress.plateau == nil)
  }

  @Test("the rate of each step is that of PyTorch's scheduler", arguments: 0..<6)
  func asPyTorch(number: Int) throws {
    let golden = try golden()
    let recipe = try recipe(golden, number)
    #expect(recipe.problem == nil)
    let rates = golden.cases[number].rates
    try #require(rates.count == 42 && golden.cases.count == 6)
    for (index, expected) in rates.enumerated() {
      let rule = recipe.updateRule(step: index + 1, batchesPerEpoch: golden.batches_per_epoch)
      // PyTorch's 1 + cos loses digits near its end.
      let error = abs(rule.learningRate - expected)
      #expect(error <= 1e-15 * golden.learning_rate, "step \(index + 1)")
    }
  }

  /// Burda et al., 2015: 3ⁱ epochs with the rate 10^(−i/7), i from 0 to 7.
  @Test("stages of a published table are milestones")
  func stages() throws {
    var recipe = Recipe()
    (recipe.schedule, recipe.decayFactor) = (.step, 0.719_685_673_001_152)
    recipe.milestones = try #require(Milestones("1,4,13,40,121,364,1093"))
    for (stage, first) in [0, 1, 4, 13, 40, 121, 364, 1093].enumerated() {
      let expected = 1e-3 * pow(10, -Double(stage) / 7)
      for epoch in [first, [1, 4, 13, 40, 121, 364, 1093, 3280][stage] - 1] {
        for step in [epoch * 10 + 1, epoch * 10 + 10] {
          let rate = recipe.learningRate(step: step, batchesPerEpoch: 10)
          #expect(abs(rate / expected - 1) < 1e-13, "epoch \(epoch)")
        }
      }
    }
  }

  @Test("a cosine is zero beyond its end, and a warm-up may take all of it")
  func ends() {
    var recipe = Recipe()
    (recipe.schedule, recipe.scheduleEpochs) = (.cosine, 2)
    #expect(recipe.learningRate(step: 6, batchesPerEpoch: 3) > 0)
    #expect(recipe.learningRate(step: 7, batchesPerEpoch: 3) == 0)
    recipe.warmupSteps = 8
    #expect(recipe.learningRate(step: 8, batchesPerEpoch: 3) == 1e-3)
    #expect(recipe.learningRate(step: 9, batchesPerEpoch: 3) == 0)
  }

  @Test("milestones are read from numbers in order, and from nothing else")
  func milestones() {
    #expect(Milestones("1,4,13")?.epochs == [1, 4, 13])
    #expect(Milestones("7")?.shown == "7")
    for text in ["", "4,1", "1,1", "0,2", "1,,2", "1, 2", "-1", "x", "1,2,"] {
      #expect(Milestones(text) == nil, "\(text)")
    }
  }

  @Test("a schedule that lacks something is named")
  func problems() throws {
    let cases: [(String, (inout Recipe) -> Void)] = [
      ("schedule step needs milestones", { $0.schedule = .step }),
      ("schedule cosine needs schedule-epochs", { $0.schedule = .cosine }),
      ("milestones 3 is of use with schedule step", { $0.milestones = Milestones([3])! }),
      ("decay-factor 0.5 is of use with schedule step or plateau", { $0.decayFactor = 0.5 }),
      ("schedule plateau looks at the loss of images", { $0.schedule = .plateau }),
      ("plateau-epochs 3 is of use with schedule plateau", { $0.plateauEpochs = 3 }),
      ("plateau-epochs must be from 1", { ($0.schedule, $0.plateauEpochs) = (.plateau, 0) }),
      ("schedule-epochs 5 is of use with schedule cosine", { $0.scheduleEpochs = 5 }),
      ("schedule-epochs must be at least 1", { ($0.schedule, $0.scheduleEpochs) = (.cosine, 0) }),
      ("warmup-steps must be from 0", { $0.warmupSteps = -1 }),
    ]
    for (problem, change) in cases {
      var recipe = Recipe()
      change(&recipe)
      #expect(recipe.problem?.description.hasPrefix(problem) ?? false, "\(problem)")
    }
  }
}
