internal import Synchronization

/// How many of a message's buckets are computed, which a rank's threads count together.
final class BucketProgress: Sendable {
  private let threads: Int
  private let arrivals: [Arrivals]

  /// The threads that are through with a bucket.
  private final class Arrivals: Sendable { let count = Atomic(0) }

  /// For `count` buckets, each computed by `threads` threads.
  init(_ count: Int, threads: Int) {
    arrivals = (0..<count).map { _ in Arrivals() }
    self.threads = threads
  }

  /// Begins anew, before any thread computes.
  func begin() { for bucket in arrivals { bucket.count.store(0, ordering: .relaxed) } }

  /// Says that the calling thread is through with its part of bucket `number`.
  func finish(_ number: Int) { arrivals[number].count.wrappingAdd(1, ordering: .releasing) }

  /// How many buckets, from the first, all threads are through with: their gradients can be read.
  var finished: Int {
    arrivals.firstIndex { $0.count.load(ordering: .acquiring) < threads } ?? arrivals.count
  }
}
