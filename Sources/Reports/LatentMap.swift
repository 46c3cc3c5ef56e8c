internal import Formats
internal import Platform

/// A map of the codes of images: for a model with two latents in the plane of these; for other models in
/// the plane of the codes' first two principal components.
struct LatentMap {
  /// The most latents that a model with a map may have.
  static let mostDimensions = 128

  /// The most labels that a map tells apart: the numbers of more would cover the points.
  private static let mostLabels = 30

  /// An upper bound of the points that are drawn.
  private static let mostPoints = 5000

  /// The map as a drawing.
  let chart: ScatterChart
  /// The caption, which tells the number of images.
  let caption: String

  /// The map of the `codes` (n, latent) of n images, one for each of `labels`; all points have one colour
  /// where `labels` is nil, or has too many to be told apart. The codes are means of `posterior`, if that is
  /// given. `showsPrior` adds circles around the middle of the prior, in the same plane.
  init(
    _ codes: [Float], labels found: [UInt8]?, latent: Int, meansOf posterior: String? = nil,
    showsPrior: Bool = false
  ) {
    precondition((2...Self.mostDimensions).contains(latent), "there is no map of \(latent) latents")
    let isDirect = latent == 2
    let labelCount = Set(found ?? []).count
    let labels = labelCount > Self.mostLabels ? nil : found
    let components = isDirect ? nil : PrincipalComponents(of: codes, dimensions: latent)
    let places =
      components?.plane(codes)
      ?? (0..<codes.count / 2).map { (Double(codes[2 * $0]), Double(codes[2 * $0 + 1])) }
    let points = places.enumerated().map {
      ScatterChart.Point(x: $0.element.x, y: $0.element.y, kind: Int(labels?[$0.offset] ?? 0))
    }
    // The points that are drawn are spread evenly over all points, since images may be sorted.
    let step = max(1, (points.count + Self.mostPoints - 1) / Self.mostPoints)
    let drawn = stride(from: 0, to: points.count, by: step).map { points[$0] }
    let shares = components.map { found in
      found.variances.prefix(2).map {
        NumberText.fixed(100 * $0 / max(found.variances.reduce(0, +), 1e-300)) + " %"
      }
    }
    let names = ["z₁", "z₂"].map { posterior == nil ? $0 : "mean of \($0)" }
    var chart = ScatterChart(
      isDirect ? "The codes of test images" : "The first two principal components of the codes",
      x: shares.map { "first component, \($0[0]) of the variance" } ?? names[0],
      y: shares.map { "second component, \($0[1])" } ?? names[1],
      points: drawn, middles: labels == nil ? [] : Self.middles(points))
    if showsPrior { chart.circles = Self.prior(around: components?.plane(Self.origin(latent))[0]) }
    self.chart = chart
    caption =
      "\(drawn.count.grouped) of \(points.count.grouped) test images, each at "
      + "its code" + (posterior.map { ", the mean of \($0)" } ?? "")
      + (isDirect
        ? "." : "\(posterior == nil ? "" : ",") in the plane in which all codes vary most.")
      + (labels == nil ? "" : Self.labelCaption)
      + (labelCount > Self.mostLabels
        ? " Their \(labelCount) labels are too many to be told apart." : "")
      + (showsPrior ? Self.priorCaption : "")
  }

  private static let labelCaption =
    " Colours and numbers are labels; a number stands at the middle of its images."

  private static let priorCaption =
    " The dashed circles are the prior: of its draws 39 % lie within one standard deviation, the inner circle, "
    + "and 86 % within two."

  private static func origin(_ latent: Int) -> [Float] { Array(repeating: 0, count: latent) }

  /// Circles of one and two standard deviations of the prior, around `middle`; around the origin where that
  /// is nil. In a plane of orthonormal directions the prior is a standard normal distribution, too.
  private static func prior(around middle: (x: Double, y: Double)?) -> [ScatterChart.Circle] {
    [1.0, 2].map { ScatterChart.Circle(x: middle?.x ?? 0, y: middle?.y ?? 0, radius: $0) }
  }

  /// The mean of the points of each kind, which is a label.
  private static func middles(_ points: [ScatterChart.Point]) -> [ScatterChart.Point] {
    Dictionary(grouping: points, by: \.kind).sorted { $0.key < $1.key }.map { kind, own in
      let sum = own.reduce((0.0, 0.0)) { ($0.0 + $1.x, $0.1 + $1.y) }
      return (sum.0 / Double(own.count), sum.1 / Double(own.count), kind)
    }
  }
}
