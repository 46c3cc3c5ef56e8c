internal import FoundationEssentials

/// What TensorBoard shows of one step, under any number of tags.
///
/// Numbers, histograms and pictures have the plain form, which every reader of event files knows.
/// Source: tensorflow/core/framework/summary.proto.
package struct Summary: Sendable {
  var values = TensorBoardSummary()

  /// An empty summary.
  package init() {}

  /// Adds a point of a curve. TensorBoard shows `description` beside the curve's name.
  package mutating func add(_ tag: String, _ scalar: Double, description: String = "") {
    add(tag, description: description, for: .scalars) { $0.simpleValue = Float(scalar) }
  }

  /// Adds a histogram.
  package mutating func add(_ tag: String, _ histogram: Histogram, description: String = "") {
    var message = TensorBoardSummary.Histogram()
    message.min = histogram.minimum
    message.max = histogram.maximum
    message.num = histogram.counts.reduce(0) { $0 + Double($1) }
    message.sum = histogram.sum
    message.sumSquares = histogram.sumOfSquares
    let filled = histogram.counts.indices.filter { histogram.counts[$0] > 0 }
    // TensorBoard takes the minimum and the maximum for the outermost bounds, so empty bins at
    // either end would lie outside of the bounds.
    if let first = filled.first, let last = filled.last {
      message.bucketLimit = histogram.bounds[first..<last] + [histogram.maximum]
      message.bucket = histogram.counts[first...last].map(Double.init)
    }
    add(tag, description: description, for: .histograms) { $0.histo = message }
  }

  /// Adds a picture in shades of grey, by the bytes of its PNG file.
  package mutating func add(_ tag: String, png: [UInt8], description: String = "") {
    guard let size = PNG.dimensions(of: png) else {
      preconditionFailure("\(png.count) bytes are no PNG file")
    }
    var message = TensorBoardSummary.Image()
    message.width = Int32(size.width)
    message.height = Int32(size.height)
    message.colorspace = 1
    message.encodedImageString = Data(png)
    add(tag, description: description, for: .images) { $0.image = message }
  }

  /// Adds a text, which is shown as Markdown.
  package mutating func add(_ tag: String, markdown: String, description: String = "") {
    add(tag, description: description, for: .text) {
      $0.tensor.dtype = 7
      $0.tensor.tensorShape = .init()
      $0.tensor.stringVal = [Data(markdown.utf8)]
    }
  }

  private mutating func add(
    _ tag: String, description: String, for plugin: Plugin,
    fill: (inout TensorBoardSummary.Value) -> Void
  ) {
    var value = TensorBoardSummary.Value()
    value.tag = tag
    // Without plugin name and class TensorBoard would pass over the description.
    value.metadata.pluginData.pluginName = plugin.rawValue
    value.metadata.dataClass = plugin.dataClass
    value.metadata.summaryDescription = description
    fill(&value)
    values.value.append(value)
  }
}

/// The part of TensorBoard that shows a value.
private enum Plugin: String {
  case scalars
  case images
  case histograms
  case text

  /// The value's class, by its number in `framework/summary.proto`.
  var dataClass: Int32 {
    switch self {
    case .scalars: 1
    case .histograms, .text: 2
    case .images: 3
    }
  }
}
