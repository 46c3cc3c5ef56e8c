internal import Kernels
internal import MPI

/// What a lane's ranks send one another of their teams' memories, prepared once.
struct Gathering: ~Copyable {
  private var messages: PersistentMessages
  private let samples: [Int: Int]
  private let parameters: Int
  private let moments: Int

  /// Prepares to gather `pieces` of `memory` over `lane`.
  init(
    _ pieces: GatheringPieces, in memory: borrowing TeamMemory, over lane: borrowing Communicator
  ) throws {
    var messages = lane.persistentMessages()
    let parameters = try Self.add(pieces.parameters, memory, &messages)
    let moments = try Self.add(pieces.moments, memory, &messages)
    var samples: [Int: Int] = [:]
    // In one order on all ranks.
    for count in pieces.batchCounts {
      samples[count] = try Self.add(pieces.samples(count), memory, &messages)
    }
    (self.parameters, self.moments, self.samples) = (parameters, moments, samples)
    self.messages = messages
  }

  private static func add(
    _ pieces: [[Range<Int>]], _ memory: borrowing TeamMemory,
    _ messages: inout PersistentMessages
  ) throws -> Int {
    try memory.vector.withMutableSpan { span throws(MPIError) in
      try messages.addAllGather(&span, pieces: pieces)
    }
  }

  /// Begins to gather what is known of a batch of `count` samples.
  mutating func startSamples(_ count: Int) throws { try messages.start(samples[count]!) }

  /// Waits for it.
  mutating func waitForSamples(_ count: Int) throws { try messages.wait(samples[count]!) }

  /// Gathers the tiles' parameters.
  mutating func gatherParameters() throws { try gather(parameters) }

  /// Gathers the tiles' moments.
  mutating func gatherMoments() throws { try gather(moments) }

  private mutating func gather(_ group: Int) throws {
    try messages.start(group)
    try messages.wait(group)
  }

  /// The tags that no message of these has, from this one on.
  var nextTag: Int { messages.count }

  /// The bytes that this rank gives MPI in a step on `count` samples.
  func sentBytes(_ count: Int) -> Int {
    messages.sentBytes(samples[count]!) + messages.sentBytes(parameters)
  }

  /// Gives the requests back.
  consuming func free() throws { try messages.free() }
}
