internal import Platform

/// A chart with one column for each of several numbered things.
package struct ColumnChart: Sendable {
  /// What the chart shows, for readers who cannot see it.
  package let title: String
  /// The horizontal axis's name.
  package let x: String
  /// The vertical axis's name and unit.
  package let y: String
  /// The columns' heights. The column of index 0 stands at 0 on the horizontal axis.
  package let heights: [Double]

  /// A chart of `heights`, one at least.
  package init(_ title: String, x: String, y: String, heights: [Double]) {
    self.title = title
    self.x = x
    self.y = y
    self.heights = heights
  }

  /// The chart, whose vertical axis begins at zero.
  package var markup: Markup {
    let ends = [-0.5, Double(heights.count) - 0.5]
    let frame = ChartFrame(
      x: Axis(ends, isRound: false, isWhole: true, most: 8), y: Axis(heights + [0]), width: 340,
      height: 230)
    let width = (frame.x(1) - frame.x(0)) * (heights.count > 40 ? 1 : 0.7)
    let columns = heights.enumerated().filter { $0.element.isDrawable && $0.element > 0 }.map {
      number, height in
      let left = frame.x(Double(number)) - min(width, 48) / 2
      return "M\(NumberText.coordinate(left)) \(NumberText.coordinate(frame.y(0)))"
        + "V\(NumberText.coordinate(frame.y(height)))h\(NumberText.coordinate(min(width, 48)))"
        + "V\(NumberText.coordinate(frame.y(0)))z"
    }
    return frame.markup(
      title, xName: x, yName: y, kind: "columns",
      content: .element("path", ["d": columns.joined(), "class": "column"]))
  }
}
