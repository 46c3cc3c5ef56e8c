internal import Kernels
internal import MNIST
internal import MPI
internal import VAE

/// Forward passes over any number of images or latents, shared by all ranks.
///
/// The work is cut into panels of one fixed height, computed whole even where fewer rows are
/// wanted. So each row is the product of the same shapes, and has the same bits, whoever computes
/// it and however many there are.
struct PanelWork: ~Copyable {
  /// The rows of a panel.
  static let height = 128

  let model: VariationalAutoencoder
  let parameters: Vector
  private let memory: ActivationMemory
  private let lossMemory = Buffer<Float>(repeating: 0, count: 2 * height)

  /// Prepares work with `parameters`, which the caller keeps alive.
  init(_ layout: ParameterLayout, _ parameters: Vector) {
    model = VariationalAutoencoder(layout, engine: MatrixEngine())
    memory = ActivationMemory(layout, capacity: Self.height)
    self.parameters = parameters
  }

  /// The panel's memory.
  var activations: Activations { memory.activations }

  /// Room for the panel's losses (height, 2).
  var losses: Matrix { lossMemory.vector.matrix(rows: Self.height, columns: 2) }

  /// All rows of a panel.
  var rows: Range<Int> { 0..<Self.height }

  /// Computes `width` floats for each of `count` positions and hands them to rank zero in order.
  ///
  /// Collective. `compute` fills a panel (height, width) for positions, which may be fewer than its
  /// rows. `receive` runs on rank zero only, with (positions, width) at a time; when it throws, all
  /// ranks stop after the round. Memory does not grow with `count`.
  func collect(
    _ count: Int, width: Int, among communicator: borrowing Communicator,
    compute: (Range<Int>, Matrix) throws -> Void,
    receive: (Range<Int>, Span<Float>) throws -> Void
  ) throws {
    let (rank, ranks, floats) = (communicator.rank, communicator.size, Self.height * width)
    let panels = (count + Self.height - 1) / Self.height
    let own = Buffer<Float>(repeating: 0, count: floats)
    let all = Buffer<Float>(repeating: 0, count: rank == 0 ? floats * ranks : 0)
    for first in stride(from: 0, to: panels, by: ranks) {
      if first + rank < panels {
        try compute(
          Self.positions(first + rank, count), own.vector.matrix(rows: Self.height, columns: width))
      }
      try Self.gather(own, into: all, communicator)
      try communicator.together {
        guard rank == 0 else { return }
        for panel in first..<min(first + ranks, panels) {
          let positions = Self.positions(panel, count)
          let start = (panel - first) * floats
          try receive(
            positions, all.span.extracting(start..<start + positions.count * width))
        }
      }
    }
  }

  private static func positions(_ panel: Int, _ count: Int) -> Range<Int> {
    panel * height..<min((panel + 1) * height, count)
  }

  private static func gather(
    _ own: borrowing Buffer<Float>, into all: borrowing Buffer<Float>,
    _ communicator: borrowing Communicator
  ) throws {
    try all.vector.withMutableSpan { result throws(MPIError) in
      try communicator.gather(own.span, into: &result, to: 0)
    }
  }
}
