internal import Formats
internal import Platform

/// A map of the codes of images: for a model with two latents in the plane of these; for other models in
/// the plane of the codes' first two principal components.
struct LatentMap {
  /// The most latents that a model with a map may have.
  static let mostDimensions = 128

  /// An upper bound of the points that are drawn.
  private static let mostPoints = 5000

  /// The map as a drawing.
  let chart: ScatterChart
  /// The caption, which tells the number of images.
  let caption: String

  /// The map of the `codes` (n, latent) of n images, one for each of `labels`.
  init(_ codes: [Float], labels: [UInt8], latent: Int) {
    precondition((2...Self.mostDimensions).contains(latent), "there is no map of \(latent) latents")
    let isDirect = latent == 2
    let components = isDirect ? nil : PrincipalComponents(of: codes, dimensions: latent)
    let places =
      components?.plane(codes)
      ?? labels.indices.map { (Double(codes[2 * $0]), Double(codes[2 * $0 + 1])) }
    let points = zip(places, labels).map {
      ScatterChart.Point(x: $0.0.x, y: $0.0.y, kind: Int($0.1))
    }
    // The points that are drawn are spread evenly over all points, since images may be sorted.
    let step = max(1, (points.count + Self.mostPoints - 1) / Self.mostPoints)
    let drawn = stride(from: 0, to: points.count, by: step).map { points[$0] }
    let shares = components.map { found in
      found.variances.prefix(2).map {
        NumberText.fixed(100 * $0 / max(found.variances.reduce(0, +), 1e-300)) + " %"
      }
    }
    chart = ScatterChart(
      isDirect ? "The codes of test images" : "The first two principal components of the codes",
      x: shares.map { "first component, \($0[0]) of the variance" } ?? "mean of z₁",
      y: shares.map { "second component, \($0[1])" } ?? "mean of z₂",
      points: drawn, middles: Self.middles(points))
    caption =
      "\(drawn.count.grouped) of \(points.count.grouped) test images, each at "
      + (isDirect ? "its code" : "its code in the plane in which all codes vary most")
      + ", the mean of q(z|x). Colours and numbers are labels; a number stands at the middle of its "
      + "images."
  }

  /// The mean of the points of each kind, which is a label.
  private static func middles(_ points: [ScatterChart.Point]) -> [ScatterChart.Point] {
    Dictionary(grouping: points, by: \.kind).sorted { $0.key < $1.key }.map { kind, own in
      let sum = own.reduce((0.0, 0.0)) { ($0.0 + $1.x, $0.1 + $1.y) }
      return (sum.0 / Double(own.count), sum.1 / Double(own.count), kind)
    }
  }
}
