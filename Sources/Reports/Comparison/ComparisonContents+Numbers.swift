internal import Formats
internal import Platform

extension ComparisonContents {
  /// The section of all numbers, each with a line that explains it.
  var numbers: ReportPage.Section {
    var content = [
      Markup.measures(
        head: figures.runs.map(\.name) + ["ideal"],
        rows: (reconstruction + prior + labelled).map { row in
          (
            name: row.name,
            values: figures.runs.map(row.value) + [row.reference], why: row.why
          )
        })
    ]
    if !hasLabels {
      content.append(
        .missing(
          "What draws decode to, and what codes are worth as features, is measured by labels, which these "
            + "images do not have."))
    }
    return ReportPage.Section("The numbers", id: "numbers", content: content)
  }

  /// A row of the table.
  private typealias Row = (
    name: String, value: (ComparedRun) -> String, reference: String, why: String
  )

  private var reconstruction: [Row] {
    [
      (
        "Bytes of a code", { $0.codeBytes.grouped }, "–",
        "Four for each latent; an image’s pixels are \(figures.imageBytes.grouped)."
      ),
      (
        "Cross-entropy, nats", { NumberText.fixed($0.crossEntropy, 2) }, "–",
        "Of \(figures.testImages.grouped) test images and what the decoder makes of their codes, a mean per "
          + "image. For a VAE the code is the mean of q(z|x)."
      ),
      (
        "Squared error of a pixel", { NumberText.fixed($0.squaredError, 4) }, "0",
        "Of the same, where pixels are from 0 to 1."
      ),
    ]
  }

  private var prior: [Row] {
    [
      (
        "KL from the prior, nats", { $0.divergence.map { NumberText.fixed($0, 2) } ?? "∞" }, "0",
        "Of the Gaussian with the mean and covariance of all latents, to N(0, I), in closed form. Latents are the "
          + "codes of test images; for a VAE q(z|x) around them, with its variances."
      ),
      (
        "Draws that meet latents", { ComparisonLesson.percent($0.drawsMet) }, "50 %",
        "The share of \(figures.testImages.grouped) draws of the prior whose nearest neighbour, among the other "
          + "draws and as many latents, is a latent. Where it is small, draws fall into holes. For a VAE an image’s "
          + "latent is one draw of q(z|x)."
      ),
      (
        "Latents that meet draws", { ComparisonLesson.percent($0.latentsMet) }, "50 %",
        "The other way round: where it is small, draws seldom come to where the latents are, or latents lie in "
          + "denser clusters."
      ),
    ]
  }

  private var labelled: [Row] {
    guard let accuracy = figures.pixelAccuracy, let recognisable = figures.recognisableTestImages
    else { return [] }
    let neighbours = figures.neighbours
    return [
      (
        "Recognisable draws", { $0.recognisableDraws.map(ComparisonLesson.percent) ?? "–" }, "–",
        "The share of \(RunMeasurement.draws.grouped) draws of the prior that decode to an image whose "
          + "\(neighbours) nearest training images, by pixels, all have one label, the farthest of them no farther "
          + "than for 95 % of test images."
      ),
      (
        "The same, evenly", { $0.recognisable.map(ComparisonLesson.percent) ?? "–" },
        ComparisonLesson.percent(recognisable),
        "Where no label counts beyond its share of the test images. Ideal is what test images themselves reach."
      ),
      (
        "Their most frequent label", { run in mostFrequent(run) }, "–",
        "And its share of all recognisable draws."
      ),
      (
        "Labels told by codes", { $0.codeAccuracy.map { Self.percentWithPlace($0) } ?? "–" },
        "100 %",
        "The share of test images whose label most of the \(neighbours) nearest codes of training images have: "
          + "what codes are worth as features. By pixels it is \(Self.percentWithPlace(accuracy))."
          + ComparisonLesson(figures).toldLabels
      ),
    ]
  }

  /// As in "1: 94 %"; a dash where nothing is recognisable.
  private func mostFrequent(_ run: ComparedRun) -> String {
    guard let most = ComparisonLesson.mostFrequentLabel(run) else { return "–" }
    return "\(most.label): \(ComparisonLesson.percent(most.share))"
  }

  private static func percentWithPlace(_ share: Double) -> String {
    NumberText.fixed(100 * share, 1) + " %"
  }
}
