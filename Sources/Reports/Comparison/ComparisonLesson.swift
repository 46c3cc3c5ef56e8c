internal import Platform
internal import VAE

/// What two runs teach when they are set side by side: three sentences, each a claim and the figures that it
/// follows from.
///
/// The claims are about the runs' figures and never about their kinds alone: where an autoencoder's figures
/// are not worse than those of a VAE, no claim says that they are.
struct ComparisonLesson {
  private let figures: ComparisonFigures

  /// The lesson of `figures`.
  init(_ figures: ComparisonFigures) { self.figures = figures }

  /// A claim, and the figures that complete the sentence.
  typealias Claim = (claim: String, rest: String)

  /// The three claims.
  var claims: [Claim] { [reconstruction, latentSpace, generation] }

  private var runs: [ComparedRun] { figures.runs }

  /// Whether the two models are of different kinds.
  var isOfTwoKinds: Bool { runs[0].kind != runs[1].kind }

  /// What the page calls a run in a sentence.
  func subject(_ run: ComparedRun) -> String {
    guard isOfTwoKinds else { return run.name }
    return switch run.kind {
    case .vae: "the VAE"
    case .autoencoder: "the autoencoder"
    case .conditional: "the conditional VAE"
    }
  }

  private func capital(_ run: ComparedRun) -> String {
    isOfTwoKinds ? "T" + subject(run).dropFirst() : subject(run)
  }

  /// Two standard errors of a share of the test images, at most.
  private var noise: Double { 1 / Double(max(figures.testImages, 1)).squareRoot() }

  /// The two runs, that with the larger `value` first; and whether the values differ by more than `least`.
  private func order(
    by value: (ComparedRun) -> Double, least: Double
  ) -> (larger: ComparedRun, smaller: ComparedRun, differ: Bool) {
    let isFirst = value(runs[0]) >= value(runs[1])
    let (larger, smaller) = (runs[isFirst ? 0 : 1], runs[isFirst ? 1 : 0])
    return (larger, smaller, value(larger) - value(smaller) > least)
  }

  private var reconstruction: Claim {
    // The loss of an image is seldom half its mean away from it, so that two standard errors of the mean of n
    // images are about its 1/√n: 1 % for 10,000 images.
    let (worse, better, differ) = order(
      by: \.crossEntropy,
      least: max(0.01, noise) * min(runs[0].crossEntropy, runs[1].crossEntropy))
    let claim =
      differ
      ? "\(capital(better)) rebuilds images better:" : "Both rebuild images about equally well:"
    func size(_ run: ComparedRun) -> String {
      "codes of \(run.codeBytes.grouped) bytes (\(Self.ratio(figures.imageBytes, run.codeBytes)) of the pixels’)"
    }
    let joint = differ ? "against" : "and"
    var rest =
      " \(Self.nats(better.crossEntropy)) nats\(differ ? "" : " with \(subject(better))") \(joint) "
      + "\(Self.nats(worse.crossEntropy)) with \(subject(worse)), from "
      + (worse.codeBytes == better.codeBytes
        ? size(better) : "\(size(better)) \(joint) \(worse.codeBytes.grouped) bytes") + "."
    if let one = better.codeAccuracy, let other = worse.codeAccuracy {
      rest +=
        " As features \(codes(better, isNamed: !differ)) tell \(Self.percent(one)) of labels, those of "
        + "\(subject(worse)) \(Self.percent(other))." + toldLabels
    }
    return (claim, rest)
  }

  /// A sentence, with a space before it, about encoders that are told what codes are asked for; empty where
  /// none is.
  var toldLabels: String {
    let told = runs.filter { $0.kind == .conditional }
    guard let first = told.first else { return "" }
    return told.count == 2
      ? " Both encoders are told the label of an image, so that codes need not hold it."
      : " The encoder of \(subject(first)) is told the label of an image, so that its codes need not hold it."
  }

  /// "its codes" where the claim before has named the run, else "the codes of the VAE".
  private func codes(_ run: ComparedRun, isNamed: Bool) -> String {
    isNamed ? "the codes of \(subject(run))" : "its codes"
  }

  private var latentSpace: Claim {
    // Where both lie apart from the prior, or both upon it, the mixture does not tell how far.
    let mixture = order(by: \.mismatch, least: max(0.05, 2 * noise))
    let distances = runs.map { $0.divergence ?? .infinity }
    let distance = order(
      by: { $0.divergence ?? .infinity }, least: max(1, 0.5 * distances.min()!))
    let (worse, better, differ) = mixture.differ ? mixture : distance
    let haveHoles = runs.allSatisfy { $0.drawsMet < 0.25 - noise }
    let claim: String
    if !differ {
      claim =
        haveHoles
        ? "Neither latent space is where one draws:"
        : "Both latent spaces follow the prior about equally:"
    } else if !mixture.differ, haveHoles {
      claim = "Neither latent space is where one draws, \(subject(worse))’s least of all:"
    } else if worse.drawsMet < 0.25 - noise {
      claim = "\(capital(worse))’s latent space has holes where one draws:"
    } else {
      claim = "\(capital(worse))’s latent space follows the prior less:"
    }
    func far(_ run: ComparedRun) -> String {
      run.divergence.map { "\(Self.nats($0)) nats" } ?? "infinitely far"
    }
    return (
      claim,
      " \(codes(worse, isNamed: !differ)) are \(far(worse)) from the prior, N(0, I), those of "
        + "\(subject(better)) \(far(better)); "
        + "\(Self.percent(worse.drawsMet)) of draws have one of "
        + "\(differ ? "its" : "\(subject(worse))’s") latents for nearest neighbour, with "
        + "\(subject(better)) \(Self.percent(better.drawsMet)), where 50 % would be a perfect mix."
    )
  }

  private var generation: Claim {
    guard let one = runs[0].recognisable, let other = runs[1].recognisable else {
      return (
        "Which generates better is not told:", " that takes labels, and these images have none."
      )
    }
    let (better, worse, differ) = order(by: { $0.recognisable ?? 0 }, least: 0.05)
    let claim: String
    if max(one, other) < 0.05 {
      claim = "Neither generates recognisable images:"
    } else if !differ {
      claim = "Both generate about equally well:"
    } else if worse.kind == .autoencoder, better.kind != .autoencoder {
      claim = "So generate from \(subject(better)):"
    } else {
      claim = "\(capital(better)) generates better:"
    }
    let shares = [max(one, other), min(one, other)].map(Self.percent)
    let all = [better, worse].map { Self.percent($0.recognisableDraws ?? 0) }
    let most = Self.mostFrequentLabel(worse).flatMap {
      $0.share > 0.5 ? ", but \(Self.percent($0.share)) of these show label \($0.label)" : nil
    }
    let even =
      all == shares
      ? ""
      : "; \(shares[0]) and \(shares[1]) where no label counts beyond its share of the test images"
    return (
      claim,
      " of \(RunMeasurement.draws.grouped) draws, \(all[0]) decode to recognisable images with \(subject(better)), "
        + "and \(all[1]) with \(subject(worse))\(most ?? "")\(even)." + toldDraws
    )
  }

  /// A sentence, with a space before it, about decoders that are told what to draw; empty where none is.
  private var toldDraws: String {
    let told = runs.filter { $0.kind == .conditional }
    guard let first = told.first else { return "" }
    return told.count == 2
      ? " Both decoders are told a label with each draw."
      : " The decoder of \(subject(first)) is told a label with each draw."
  }

  /// The most frequent label of a run's recognisable draws, and its share of these; of several such labels
  /// the first. Nil where there are none.
  static func mostFrequentLabel(_ run: ComparedRun) -> (label: String, share: Double)? {
    let counts = run.recognisableLabels ?? [:]
    guard let most = counts.min(by: { ($1.value, $0.key) < ($0.value, $1.key) }) else { return nil }
    return (most.key, Double(most.value) / Double(counts.values.reduce(0, +)))
  }
}

extension ComparisonLesson {
  /// A share in percent, without decimals.
  static func percent(_ share: Double) -> String { NumberText.fixed(100 * share) + " %" }

  /// A loss with one decimal.
  static func nats(_ value: Double) -> String { NumberText.fixed(value, 1) }

  /// The share of pixels' bytes that a code has, as in 1/9.8.
  static func ratio(_ pixels: Int, _ code: Int) -> String {
    "1/" + NumberText.trimmed(Double(pixels) / Double(code), places: 1)
  }
}

extension ComparisonFigures {
  /// What the comparison teaches, in three sentences.
  package var lesson: [String] {
    ComparisonLesson(self).claims.map { $0.claim + $0.rest }
  }
}
