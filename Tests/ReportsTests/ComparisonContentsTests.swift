import Formats
import Foundation
import Testing
import VAE

@testable import Reports

/// The page of made-up figures.
@Suite struct ComparisonContentsTests {
  private let picture = PNG.encode(GreyImage(width: 3, height: 2))

  private func run(_ name: String, _ kind: ModelKind, map: LatentMap?) -> MeasuredRun {
    let figures = ComparedRun(
      name: name, kind: kind, sizes: "64-16-1-16-64", recipe: "", latent: 1, crossEntropy: 70.25,
      squaredError: 0.01, divergence: nil, drawsMet: 0.25, latentsMet: 0.5, recognisable: nil,
      recognisableLabels: nil, codeAccuracy: nil)
    return MeasuredRun(figures: figures, map: map, strip: picture, samples: picture, walks: picture)
  }

  private func page(_ runs: [MeasuredRun]) -> String {
    let figures = ComparisonFigures(
      runs: runs.map(\.figures), testImages: 10, trainingImages: 20, neighbours: 5, imageBytes: 64)
    return String(
      decoding: ComparisonContents(figures: figures, runs: runs).page.bytes, as: UTF8.self)
  }

  @Test("what is missing is told of, and kinds of models are")
  func missing() {
    let text = page([run("a", .autoencoder, map: nil), run("b<i>", .vae, map: nil)])
    for part in [
      "a beside b&lt;i&gt;", "Autoencoder 64-16-1-16-64.", "VAE 64-16-1-16-64.",
      "A map of the codes is drawn for models with 2 to 128 latents; this one has 1.",
      "these images do not have", "infinitely far from the prior", ">∞<", "<td>70.25</td>",
      "<dd>16.0<small> to 1</small></dd>", "an image’s pixels are 64",
    ] {
      #expect(text.contains(part), "\(part)")
    }
    #expect(!text.contains("<i>") && !text.contains("Recognisable draws"))
  }

  /// Four codes in a plane of three latents, whose mean is (1, 1, 1): the prior's middle, the origin, lies at
  /// −√3 along the direction from it. In the drawing circles have radii in the proportion of 1 to 2.
  @Test("the prior is drawn around the origin, also in a plane of principal components")
  func prior() throws {
    let codes: [Float] = [2, 2, 2, 0, 0, 0, 1.5, 0.5, 1, 0.5, 1.5, 1]
    let map = LatentMap(codes, labels: nil, latent: 3, showsPrior: true)
    let (inner, outer) = (map.chart.circles[0], map.chart.circles[1])
    #expect(map.chart.circles.count == 2 && (inner.radius, outer.radius) == (1, 2))
    for circle in [inner, outer] {
      #expect(abs(circle.x + Double(3).squareRoot()) < 1e-6 && abs(circle.y) < 1e-6)
    }
    let flat = LatentMap([5, 5, 6, 7], labels: [1, 2], latent: 2, showsPrior: true)
    #expect(flat.chart.circles.allSatisfy { $0.x == 0 && $0.y == 0 })
    let text = page([run("a", .autoencoder, map: map), run("b", .autoencoder, map: flat)])
    #expect(text.components(separatedBy: "class=\"circle\"").count == 5)
    #expect(LatentMap(codes, labels: nil, latent: 3).chart.circles.isEmpty)
  }
}
