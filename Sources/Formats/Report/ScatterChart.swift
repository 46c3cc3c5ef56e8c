internal import Platform

/// Points in a plane, coloured by their class. There are ten colours: class 10 has that of class 0,
/// and so on; each class's number stands at the middle of its points, for readers who cannot tell
/// the colours apart.
package struct ScatterChart: Sendable {
  /// A point and its class, counted from 0.
  package typealias Point = (x: Double, y: Double, kind: Int)

  /// A circle, in the units of the axes.
  package struct Circle: Sendable {
    /// The horizontal coordinate of the middle.
    package let x: Double
    /// The vertical coordinate of the middle.
    package let y: Double
    package let radius: Double

    /// A circle around (`x`, `y`).
    package init(x: Double, y: Double, radius: Double) {
      (self.x, self.y, self.radius) = (x, y, radius)
    }
  }

  /// What the chart shows, for readers who cannot see it.
  package let title: String
  /// The horizontal axis's name.
  package let x: String
  /// The vertical axis's name.
  package let y: String
  /// The points, drawn in this order.
  package let points: [Point]
  /// Where the classes' numbers stand.
  package let middles: [Point]
  /// Dashed circles over the points.
  package var circles: [Circle] = []

  /// A chart of `points` and `middles`; points that cannot be drawn are left out.
  package init(_ title: String, x: String, y: String, points: [Point], middles: [Point]) {
    self.title = title
    self.x = x
    self.y = y
    self.points = points.filter { $0.x.isDrawable && $0.y.isDrawable }
    self.middles = middles.filter { $0.x.isDrawable && $0.y.isDrawable }
  }

  /// The chart; a unit has the same length on the two axes.
  package var markup: Markup {
    let frame = frame
    return frame.markup(
      title, xName: x, yName: y, kind: "scatter",
      content: Markup(
        layers(frame) + circles.flatMap { draw($0, frame) }
          + numbers(frame).map { number in
            ChartFrame.text(
              "\(number.kind)", x: number.x, y: number.y + 6, kind: "middle")
          }))
  }

  /// A circle, and below it a broader one that sets it off from the points.
  private func draw(_ circle: Circle, _ frame: ChartFrame) -> [Markup] {
    ["halo", "circle"].map { kind in
      .element(
        "circle",
        [
          "cx": NumberText.coordinate(frame.x(circle.x)),
          "cy": NumberText.coordinate(frame.y(circle.y)),
          "r": NumberText.coordinate(frame.x(circle.x + circle.radius) - frame.x(circle.x)),
          "class": kind,
        ])
    }
  }

  /// Two axes of the same length around all points and circles.
  private var frame: ChartFrame {
    let ends = circles.flatMap {
      [($0.x - $0.radius, $0.y - $0.radius), ($0.x + $0.radius, $0.y + $0.radius)]
    }
    let (xs, ys) = (points.map(\.x) + ends.map(\.0), points.map(\.y) + ends.map(\.1))
    let spans = [xs, ys].map { ($0.min() ?? -1, $0.max() ?? 1) }
    let length = 1.04 * (spans.map { $0.1 - $0.0 }.max() ?? 2)
    let axes = spans.map { low, high in
      Axis(
        [(low + high - length) / 2, (low + high + length) / 2], isRound: false, most: 6)
    }
    return ChartFrame(x: axes[0], y: axes[1], width: 384, height: 382, isSquared: true)
  }

  /// Where the classes' numbers stand in the drawing: moved apart, little by little, where they
  /// overlap.
  private func numbers(_ frame: ChartFrame) -> [Point] {
    var places = middles.map { (x: frame.x($0.x), y: frame.y($0.y), kind: $0.kind) }
    let distance = 17.0
    for _ in 0..<100 {
      for one in places.indices {
        for other in places.indices.dropFirst(one + 1) {
          var (x, y) = (places[other].x - places[one].x, places[other].y - places[one].y)
          if x == 0 && y == 0 { x = 1 }
          let between = (x * x + y * y).squareRoot()
          guard between < distance else { continue }
          let push = (distance - between) / 2 / between
          (x, y) = (x * push, y * push)
          (places[one].x, places[one].y) = (places[one].x - x, places[one].y - y)
          (places[other].x, places[other].y) = (places[other].x + x, places[other].y + y)
        }
      }
    }
    return places
  }

  /// The points as groups, each of one class. Every 500 points are grouped anew, so that no class
  /// covers the others.
  private func layers(_ frame: ChartFrame) -> [Markup] {
    let size = 500
    let kinds = kinds
    return stride(from: 0, to: points.count, by: size).flatMap { start in
      let part = points[start..<min(start + size, points.count)]
      return kinds.compactMap { kind -> Markup? in
        let dots = part.filter { $0.kind == kind }.map {
          "M\(NumberText.coordinate(frame.x($0.x))) \(NumberText.coordinate(frame.y($0.y)))h0"
        }
        guard !dots.isEmpty else { return nil }
        return .element("path", ["d": dots.joined(), "class": "point \(Self.colour(kind))"])
      }
    }
  }

  /// The colours' meaning, for classes that occur; nil where no class has a number.
  package var legend: Markup? {
    middles.isEmpty
      ? nil
      : .element(
        "ul", ["class": "legend"],
        content: Markup(
          kinds.map { .element("li", ["class": Self.colour($0)], content: Markup("\($0)")) }))
  }

  /// The classes that occur.
  private var kinds: [Int] { Set(points.map(\.kind)).sorted() }

  /// The style of a class's points, one of ten.
  private static func colour(_ kind: Int) -> String { "k\(kind % 10)" }
}
