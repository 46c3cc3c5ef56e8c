internal import Glibc
internal import Synchronization

/// What a rank does, in memory that the node's other ranks read: see ``StallWatch``.
///
/// The main thread writes, of its own rank alone, a few times a step; each is a store or two of a word.
package struct RankActivity {
  /// What a rank is about.
  package enum Stage: Int, CaseIterable, Sendable {
    /// Reading images, allocating, loading.
    case preparing
    /// Its part of a step.
    case computing
    /// Waiting for the ranks with which it shares memory.
    case waitingForNode
    /// Waiting for messages of other nodes' ranks.
    case waitingForMessages
    /// Waiting for all ranks of the job.
    case waitingForAll
    /// The loss of images that it is not trained on, and pictures.
    case evaluating
    /// A checkpoint.
    case saving
    /// The report at the end.
    case reporting
  }

  /// The words of a rank, in two cache lines of its own.
  enum Word: Int {
    /// The rank in the job, plus one; zero before it has begun.
    case rank
    /// The process, and when it was started: see ``Platform/SystemProcess``.
    case process, start
    /// Counted up by the rank's watch.
    case beat
    /// The step under way.
    case step
    case stage
    /// Counted up whenever the main thread gets on.
    case advances
    /// Not zero where the watch asks the main thread what it waits for.
    case isAsked
    /// The lowest of the ranks whose messages are missing, plus one, or zero; and how many others there are.
    case missing, others
  }

  /// The words that a rank has room for.
  static let count = 16

  private let words: UnsafeMutablePointer<Atomic<Int>>

  /// The words that begin at `address`, which is aligned to 8 bytes and outlives this value.
  init(at address: UnsafeMutableRawPointer) {
    words = address.bindMemory(to: Atomic<Int>.self, capacity: Self.count)
  }

  subscript(word: Word) -> Int {
    get { words[word.rawValue].load(ordering: .relaxed) }
    nonmutating set { words[word.rawValue].store(newValue, ordering: .relaxed) }
  }
}

extension RankActivity {
  // Sound: only the main thread uses it, and changes it only where no watch is on.
  /// This rank's own; nobody reads it while no watch is on. The main thread's alone.
  nonisolated(unsafe) package internal(set) static var own = unread

  /// Words that nobody reads but the watch of a rank that is alone on its node.
  nonisolated(unsafe) static let unread: RankActivity = {
    let words = UnsafeMutableRawPointer.allocate(
      byteCount: 8 * count, alignment: MemoryLayout<Atomic<Int>>.alignment)
    memset(words, 0, 8 * count)
    return RankActivity(at: words)
  }()

  /// Says that this rank gets on with `stage`.
  package func begin(_ stage: Stage) {
    self[.stage] = stage.rawValue
    self[.missing] = 0
    advance()
  }

  /// Says that this rank begins step number `step`.
  package func begin(step: Int) {
    self[.step] = step
    begin(.computing)
  }

  /// Says that this rank gets on.
  package func advance() { self[.advances] &+= 1 }

  /// Does `work`, which is `stage`, then goes on with the stage before.
  package func during<Result>(_ stage: Stage, _ work: () throws -> Result) rethrows -> Result {
    let before = self[.stage]
    begin(stage)
    defer { begin(Stage(rawValue: before) ?? .computing) }
    return try work()
  }

  /// Whether somebody wants to know whose messages are missing: see ``tell(missing:)``.
  package var isAsked: Bool { self[.isAsked] != 0 }

  /// Answers that the messages of the job's `ranks` are missing.
  package func tell(missing ranks: [Int]) {
    self[.others] = max(0, ranks.count - 1)
    self[.missing] = (ranks.min() ?? -1) + 1
    self[.isAsked] = 0
  }
}
