internal import Checkpoints
internal import Engine
internal import FoundationEssentials
internal import Images
internal import Inference
internal import Kernels
internal import MPI
internal import Platform
internal import VAE

/// The findings of all ranks of a job.
struct JobFindings: Codable, Equatable {
  /// The findings of each rank, in the order of the ranks; one at least.
  let ranks: [RankFindings]

  /// The ranks that share memory, by node, in the order of their lowest ranks.
  var nodes: [[RankFindings]] { grouped(by: \.node) }

  /// The ranks that share processors, by machine; a machine may have several nodes, as where the nodes
  /// are containers.
  var machines: [[RankFindings]] { grouped(by: \.machine) }

  /// The commands to start the ranks in other ways.
  var advice: LaunchAdvice { ranks[0].advice }

  private func grouped<Key: Hashable>(by key: (RankFindings) -> Key) -> [[RankFindings]] {
    Dictionary(grouping: ranks, by: key).values.sorted { $0[0].rank < $1[0].rank }
  }
}

extension JobFindings {
  /// Collects the findings of all ranks on rank zero; collective.
  ///
  /// - Returns: the findings on rank zero, nil on the other ranks.
  static func collect(
    _ world: borrowing World, threads: Int, data directory: String
  ) throws -> JobFindings? {
    let mine = try JSONEncoder().encode(RankFindings(world, threads: threads, data: directory))
    let bytes = [UInt8](mine)
    let counts = try world.communicator.gather(Int64(bytes.count), to: 0)?.map { Int($0) } ?? []
    var all = [UInt8](repeating: 0, count: counts.reduce(0, +))
    var span = all.mutableSpan
    try world.communicator.gather(bytes.span, into: &span, counts: counts, to: 0)
    guard world.communicator.rank == 0 else { return nil }
    var rest = all[...]
    return JobFindings(
      ranks: try counts.map { count in
        defer { rest = rest.dropFirst(count) }
        return try JSONDecoder().decode(RankFindings.self, from: Data(rest.prefix(count)))
      })
  }
}

extension JobFindings {
  /// The bytes of shared memory that the default run takes on a node, data included; 0 where a rank is
  /// alone on the node, since it then shares nothing.
  func sharedNeed(_ node: [RankFindings]) -> Int {
    node.count > 1 ? memory(node).teamBytes + dataBytes : 0
  }

  /// The bytes of the default run that count against the limits of one process of the node: the
  /// process's own memory, and the memory that it shares with others.
  func processNeed(_ node: [RankFindings]) -> Int {
    let need = memory(node)
    return dataBytes + need.rootBytes + need.teamBytes + need.rankBytes + ProcessLimit.reserve
  }

  /// The bytes of the images and labels that rank zero has read; every node gets a copy of them.
  private var dataBytes: Int { ranks[0].data?.bytes ?? 0 }

  /// The bytes of memory that the default run takes on a node, including the data, and the program and
  /// libraries of every rank.
  func memoryNeed(_ node: [RankFindings]) -> Int {
    let need = memory(node)
    let program = 64 << 20  // Measured processes took less for their program and libraries.
    return dataBytes + need.rootBytes + need.teamBytes + node.count * (need.rankBytes + program)
  }

  /// What training by the default recipe takes, without data and program, of the node of these ranks, which
  /// are a team, and of each of them.
  private func memory(_ node: [RankFindings]) -> MemoryPlan {
    let (recipe, threads) = (Recipe(), node[0].threads)
    let pixels = ranks[0].data?.sizes.map { $0[2] * $0[3] } ?? 784
    let layout = ParameterLayout(recipe.model(pixels: pixels))
    let sizes = nodes.map(\.count)
    var shape = JobShape()
    shape.threadsPerRank = threads
    shape.reserve = MemoryReserve(runOf: layout, threads: threads)
    return MemoryPlan(
      layout, recipe, batchCounts: [recipe.batchSize],
      job: JobLayout(
        teamSizes: sizes, team: sizes.firstIndex(of: node.count) ?? 0, member: 0,
        threads: threads), shape: shape)
  }
}
