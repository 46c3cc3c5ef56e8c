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
  static let height = PanelBench.height

  private let threads: ThreadPool
  private let benches: [PanelBench]
  private let memory: Buffer<Float>

  /// The floats that `threads` threads need for a model of `layout`, panels to send included.
  static func count(_ layout: ParameterLayout, threads: Int) -> Int {
    threads * (PanelBench.floats(layout) + height * layout.configuration.pixels)
  }

  /// Prepares work with `parameters`, which the caller keeps alive, on `threads` of this rank.
  init(_ layout: ParameterLayout, _ parameters: Vector, threads: Int) throws {
    let memory = Buffer<Float>(repeating: 0, count: threads * PanelBench.floats(layout))
    benches = (0..<threads).map { number in
      let start = number * PanelBench.floats(layout)
      return PanelBench(
        layout, parameters, memory.vector[start..<start + PanelBench.floats(layout)])
    }
    self.threads = try ThreadPool(threads)
    self.memory = memory
  }

  /// Computes `width` floats for each of `count` positions and hands them to rank zero in order.
  ///
  /// Collective. `compute` fills a panel (height, width) for positions, which may be fewer than its
  /// rows, on any thread, with what that thread's bench has. `receive` runs on rank zero only, with
  /// (positions, width) at a time; when it throws, all ranks stop after the round. Memory does not
  /// grow with `count`.
  func collect(
    _ count: Int, width: Int, among communicator: borrowing Communicator,
    compute: (PanelBench, Range<Int>, Matrix) -> Void,
    receive: (Range<Int>, Span<Float>) throws -> Void
  ) throws {
    let (rank, ranks, floats) = (communicator.rank, communicator.size, Self.height * width)
    let panels = (count + Self.height - 1) / Self.height
    let own = Buffer<Float>(repeating: 0, count: floats * threads.count)
    let all = Buffer<Float>(repeating: 0, count: rank == 0 ? own.count * ranks : 0)
    let round = ranks * threads.count
    for first in stride(from: 0, to: panels, by: round) {
      threads.run { thread in
        let panel = first + rank * threads.count + thread
        guard panel < panels else { return }
        compute(
          benches[thread], Self.positions(panel, count),
          own.vector.matrix(at: thread * floats, rows: Self.height, columns: width))
      }
      try Self.gather(own, into: all, communicator)
      try communicator.together {
        guard rank == 0 else { return }
        for panel in first..<min(first + round, panels) {
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
