internal import Platform

/// Curves over one horizontal axis, each with its name and last value at its end.
package struct LineChart: Sendable {
  /// A curve.
  package struct Curve: Sendable {
    /// The name that is written at the curve's end.
    package let name: String
    /// The curve's class in the page's style sheet, which gives the curve a colour.
    package let kind: String
    /// The curve's points, from left to right.
    package let points: [(x: Double, y: Double)]

    /// A curve through `points`; points that cannot be drawn are left out.
    package init(_ name: String, kind: String, points: [(x: Double, y: Double)]) {
      self.name = name
      self.kind = kind
      self.points = points.filter { $0.x.isDrawable && $0.y.isDrawable }
    }
  }

  /// What the chart shows, for readers who cannot see it.
  package let title: String
  /// The horizontal axis's name.
  package let x: String
  /// The vertical axis's name and unit.
  package let y: String
  /// The curves.
  package let curves: [Curve]
  /// Whether the vertical axis begins at zero.
  package var isFromZero = false
  /// The decimals of the values at the curves' ends.
  package var places = 1

  /// A chart of `curves`; curves without points are left out.
  package init(_ title: String, x: String, y: String, curves: [Curve]) {
    self.title = title
    self.x = x
    self.y = y
    self.curves = curves.filter { !$0.points.isEmpty }
  }

  /// The chart; only whole numbers are written at the horizontal axis.
  package var markup: Markup {
    let points = curves.flatMap(\.points)
    let frame = ChartFrame(
      x: Axis(points.map(\.x), isRound: false, isWhole: true, most: 6),
      y: Axis(points.map(\.y) + (isFromZero ? [0] : [])), width: 340, height: 230, right: 66)
    return frame.markup(
      title, xName: x, yName: y, kind: "line",
      content: Markup(curves.map { draw($0, frame) } + labels(frame)))
  }

  private func draw(_ curve: Curve, _ frame: ChartFrame) -> Markup {
    let places = curve.points.map {
      "\(NumberText.coordinate(frame.x($0.x))) \(NumberText.coordinate(frame.y($0.y)))"
    }
    var marks = [
      Markup.element(
        "path", ["d": "M" + places.joined(separator: "L"), "class": "curve \(curve.kind)"])
    ]
    // Points are marked if there are so few that they can be told apart.
    if places.count <= 40 {
      let dots = places.map { "M\($0)h0" }.joined()
      marks.append(.element("path", ["d": dots, "class": "dots \(curve.kind)"]))
    }
    return Markup(marks)
  }

  /// Names and last values, moved apart where they would overlap.
  private func labels(_ frame: ChartFrame) -> [Markup] {
    let height = 33.0
    let sorted = curves.sorted { frame.y($0.points.last!.y) < frame.y($1.points.last!.y) }
    var places = sorted.map { frame.y($0.points.last!.y) }
    for index in places.indices.dropFirst() {
      places[index] = max(places[index], places[index - 1] + height)
    }
    let over = (places.last ?? 0) + 14 - frame.bottom
    if over > 0 { places = places.map { $0 - over } }
    return zip(sorted, places).flatMap { curve, place in
      let x = frame.width - frame.right + 9
      let value = NumberText.fixed(curve.points.last!.y, self.places)
      return [
        ChartFrame.text(curve.name, x: x, y: place - 2, anchor: "start", kind: "end \(curve.kind)"),
        ChartFrame.text(value, x: x, y: place + 12, anchor: "start", kind: "value \(curve.kind)"),
      ]
    }
  }
}
