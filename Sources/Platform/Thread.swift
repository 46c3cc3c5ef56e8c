internal import Glibc

/// A thread of this process, which must be joined: `pthread_create`.
///
/// It blocks the signals that the thread which starts it blocks. It must not call MPI.
package struct Thread {
  private let handle: pthread_t

  /// Starts `body` on a new thread; nil where the system grants none.
  package init?(_ body: @escaping @Sendable () -> Void) {
    final class Box {
      let body: @Sendable () -> Void
      init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    let box = Unmanaged.passRetained(Box(body))
    var handle = pthread_t()
    let status = pthread_create(
      &handle, nil,
      { box in
        Unmanaged<Box>.fromOpaque(box!).takeRetainedValue().body()
        return nil
      }, box.toOpaque())
    guard status == 0 else {
      box.release()
      return nil
    }
    self.handle = handle
  }

  /// Waits until the thread ends. Call it exactly once.
  package func join() { pthread_join(handle, nil) }
}
