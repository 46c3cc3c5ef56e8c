internal import Platform

/// The axes of a chart with their numbers, names and units, as SVG that takes its colours and fonts
/// from the page around it.
struct ChartFrame {
  let x: Axis
  let y: Axis
  let width: Double
  let height: Double
  /// The room right of the plot.
  var right = 14.0
  /// Whether the horizontal axis has grid lines, too.
  var isSquared = false

  /// The room left of the plot for the vertical axis's numbers: seven units for a digit, and 50 at
  /// least.
  var left: Double {
    let digits = y.ticks.map { NumberText.fixed($0, y.places).count }.max() ?? 0
    return max(50, 7 * Double(digits) + 8)
  }
  var top: Double { 26 }
  var bottom: Double { height - 36 }

  /// The horizontal coordinate of a value.
  func x(_ value: Double) -> Double { x.coordinate(value, from: left, to: width - right) }

  /// The vertical coordinate of a value.
  func y(_ value: Double) -> Double { y.coordinate(value, from: bottom, to: top) }

  /// The whole chart: `content` over the axes, which are called `xName` and `yName`.
  func markup(_ title: String, xName: String, yName: String, kind: String, content: Markup)
    -> Markup
  {
    .element(
      "svg",
      [
        "viewBox": "0 0 \(Int(width)) \(Int(height))", "role": "img", "aria-label": title,
        "class": kind,
      ],
      content: Markup([grid, content, names(xName, yName)]))
  }

  /// Text whose middle, start or end, as `anchor` says, is at (`x`, `y`).
  static func text(
    _ words: String, x: Double, y: Double, anchor: String = "middle", kind: String? = nil
  ) -> Markup {
    .element(
      "text",
      [
        "x": NumberText.coordinate(x), "y": NumberText.coordinate(y), "text-anchor": anchor,
        "class": kind,
      ],
      content: Markup(words))
  }

  private var grid: Markup {
    let start = NumberText.coordinate(left)
    let lines = y.ticks.map { tick in
      Markup([
        line("M\(start) \(NumberText.coordinate(y(tick)))H\(Int(width - right))"),
        Self.text(NumberText.fixed(tick, y.places), x: left - 7, y: y(tick) + 4, anchor: "end"),
      ])
    }
    let numbers = x.ticks.map { tick in
      let path = "M\(NumberText.coordinate(x(tick))) \(Int(top))V\(Int(bottom))"
      return Markup(
        (isSquared ? [line(path)] : [])
          + [Self.text(NumberText.fixed(tick, x.places), x: x(tick), y: bottom + 17)])
    }
    return Markup(lines + numbers)
  }

  private func line(_ path: String) -> Markup { .element("path", ["d": path, "class": "grid"]) }

  private func names(_ xName: String, _ yName: String) -> Markup {
    Markup([
      Self.text(xName, x: (left + width - right) / 2, y: height - 3, kind: "name"),
      Self.text(yName, x: 4, y: 12, anchor: "start", kind: "name"),
    ])
  }
}

extension NumberText {
  /// A coordinate in a drawing, with one decimal, or none if that is 0.
  static func coordinate(_ value: Double) -> String { trimmed(value, places: 1) }
}
