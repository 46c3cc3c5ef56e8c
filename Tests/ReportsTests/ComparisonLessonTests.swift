import Testing
import VAE

@testable import Reports

/// What the text of a comparison claims must follow from the figures.
@Suite struct ComparisonLessonTests {
  private func run(_ name: String, _ kind: ModelKind, latent: Int = 20) -> ComparedRun {
    ComparedRun(
      name: name, kind: kind, sizes: "", recipe: "", latent: latent, crossEntropy: 80,
      squaredError: 0.01, divergence: 1, drawsMet: 0.45, latentsMet: 0.45, recognisable: 0.5,
      recognisableLabels: ["0": 500], codeAccuracy: 0.97)
  }

  private func claims(
    _ runs: [ComparedRun], testImages: Int = 10_000
  ) -> [ComparisonLesson.Claim] {
    ComparisonLesson(
      ComparisonFigures(
        runs: runs, testImages: testImages, trainingImages: 60_000, neighbours: 5, imageBytes: 784,
        pixelAccuracy: 0.9688, recognisableTestImages: 0.8)
    ).claims
  }

  @Test("an autoencoder beside a VAE, with the figures that such models have", arguments: [0, 1])
  func typical(first: Int) {
    var (plain, variational) = (run("a", .autoencoder), run("b", .vae))
    (plain.crossEntropy, plain.divergence, plain.recognisable) = (66.66, 129.76, 0.02)
    (plain.drawsMet, plain.latentsMet, plain.recognisableLabels) = (0.01, 0, ["1": 494, "7": 26])
    (variational.drawsMet, variational.latentsMet) = (0.3, 0.1)
    let claims = claims(first == 0 ? [plain, variational] : [variational, plain])
    #expect(
      claims.map { $0.claim + $0.rest } == [
        "The autoencoder rebuilds images better: 66.7 nats against 80.0 with the VAE, from codes of 80 bytes "
          + "(1/9.8 of the pixels’). As features its codes tell 97 % of labels, those of the VAE 97 %.",
        "The autoencoder’s latent space has holes where one draws: its codes are 129.8 nats from the prior, "
          + "N(0, I), those of the VAE 1.0 nats; 1 % of draws have one of its latents for nearest neighbour, with "
          + "the VAE 30 %, where 50 % would be a perfect mix.",
        "So generate from the VAE: of 1,000 draws, 50 % decode to recognisable images with the VAE, and 52 % with "
          + "the autoencoder, but 95 % of these show label 1; 50 % and 2 % where no label counts beyond its share of the "
          + "test images.",
      ])
  }

  @Test("an autoencoder whose figures are no worse is not said to be worse")
  func untypical() {
    var (plain, variational) = (run("a", .autoencoder), run("b", .vae))
    #expect(
      claims([plain, variational]).map(\.claim) == [
        "Both rebuild images about equally well:",
        "Both latent spaces follow the prior about equally:",
        "Both generate about equally well:",
      ])
    (plain.recognisable, variational.drawsMet, variational.crossEntropy) = (0.7, 0.2, 79)
    #expect(
      claims([plain, variational]).map(\.claim) == [
        "The VAE rebuilds images better:", "The VAE’s latent space has holes where one draws:",
        "The autoencoder generates better:",
      ])
    (plain.recognisable, variational.recognisable, plain.divergence) = (0.01, 0.04, nil)
    (plain.latentsMet, plain.drawsMet, variational.drawsMet) = (0.1, 0.3, 0.45)
    let claims = claims([plain, variational])
    #expect(claims[1].claim == "The autoencoder’s latent space follows the prior less:")
    #expect(claims[1].rest.contains("its codes are infinitely far from the prior"))
    #expect(claims[2].claim == "Neither generates recognisable images:")
  }

  @Test("where nothing differs, sentences name both runs")
  func equal() {
    let claims = claims([run("a", .autoencoder), run("b", .vae)])
    #expect(
      claims.map { $0.claim + $0.rest } == [
        "Both rebuild images about equally well: 80.0 nats with the VAE and 80.0 with the autoencoder, from codes of "
          + "80 bytes (1/9.8 of the pixels’). As features the codes of the VAE tell 97 % of labels, those of the "
          + "autoencoder 97 %.",
        "Both latent spaces follow the prior about equally: the codes of the autoencoder are 1.0 nats from the prior, "
          + "N(0, I), those of the VAE 1.0 nats; 45 % of draws have one of the autoencoder’s latents for nearest "
          + "neighbour, with the VAE 45 %, where 50 % would be a perfect mix.",
        "Both generate about equally well: of 1,000 draws, 50 % decode to recognisable images with the autoencoder, "
          + "and 50 % with the VAE, but 100 % of these show label 0.",
      ])
  }

  @Test(
    "latent spaces that both lie apart from the prior are told by their distance",
    arguments: [0, 1])
  func apart(first: Int) {
    var (plain, variational) = (run("a", .autoencoder), run("b", .conditional))
    (plain.drawsMet, plain.latentsMet, plain.divergence) = (0, 0, 196.2)
    (variational.drawsMet, variational.latentsMet, variational.divergence) = (0.01, 0, 25)
    let runs = first == 0 ? [plain, variational] : [variational, plain]
    let claims = claims(runs)
    #expect(
      claims[1].claim
        == "Neither latent space is where one draws, the autoencoder’s least of all:")
    #expect(claims[1].rest.hasPrefix(" its codes are 196.2 nats from"))
    #expect(
      claims[2].rest.hasSuffix("The decoder of the conditional VAE is told a label with each draw.")
    )
    variational.divergence = 180
    #expect(
      self.claims([plain, variational])[1].claim == "Neither latent space is where one draws:")
    (plain.drawsMet, plain.latentsMet, plain.divergence) = (0.45, 0.45, 9)
    (variational.drawsMet, variational.latentsMet, variational.divergence) = (0.45, 0.45, 1)
    #expect(
      self.claims([plain, variational])[1].claim
        == "The autoencoder’s latent space follows the prior less:")
  }

  @Test("what few images could tell by chance is not claimed", arguments: [10_000, 70])
  func few(images: Int) {
    var (plain, variational) = (run("a", .autoencoder), run("b", .vae))
    (plain.crossEntropy, plain.drawsMet) = (78, 0.35)
    let claims = claims([plain, variational], testImages: images).map(\.claim)
    #expect(claims[0].hasPrefix("Both") == (images == 70))
    #expect(claims[1].hasPrefix("Both") == (images == 70))
    (plain.crossEntropy, plain.drawsMet, plain.latentsMet) = (50, 0.01, 0)
    #expect(
      self.claims([plain, variational], testImages: images).map(\.claim).prefix(2) == [
        "The autoencoder rebuilds images better:",
        "The autoencoder’s latent space has holes where one draws:",
      ])
  }

  @Test("two runs of one kind are called by their names, and only told apart by figures")
  func sameKind() {
    var (small, large) = (run("small", .vae, latent: 2), run("large", .vae))
    (small.crossEntropy, large.drawsMet, large.latentsMet) = (140, 0.3, 0.1)
    large.recognisable = 0.4
    let claims = claims([small, large])
    #expect(
      claims.map(\.claim) == [
        "large rebuilds images better:", "large’s latent space follows the prior less:",
        "small generates better:",
      ])
    #expect(
      claims[0].rest.contains(
        "140.0 with small, from codes of 80 bytes (1/9.8 of the pixels’) against 8 bytes."))
    let text = claims.map { $0.claim + $0.rest }.joined()
    #expect(!text.contains("autoencoder") && !text.contains("VAE"))
  }

  @Test("without labels it says what is not told")
  func unlabelled() {
    var runs = [run("a", .autoencoder), run("b", .vae)]
    for index in runs.indices { (runs[index].recognisable, runs[index].codeAccuracy) = (nil, nil) }
    let claims = claims(runs)
    #expect(claims[2].rest.contains("these images have none"))
    #expect(!claims[0].rest.contains("As features"))
  }

  @Test(
    "runs have different names",
    arguments: [
      (["runs/a", "runs/b/"], ["a", "b"]), (["x/run", "y/run"], ["x/run", "y/run"]),
      (["a.safetensors", "a"], ["a.safetensors", "a"]),
    ])
  func names(paths: [String], names: [String]) {
    #expect(RunLabel.names(of: paths) == names)
  }
}
