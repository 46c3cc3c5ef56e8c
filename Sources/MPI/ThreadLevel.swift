internal import CMPI

/// Which threads of a process may call MPI, and when (MPI 3.1, 12.4.3).
///
/// Levels are ordered: each also allows everything that a lower level allows.
public enum ThreadLevel: Int, Comparable, CaseIterable, Sendable {
  /// `MPI_THREAD_SINGLE`: the process has one thread.
  case single
  /// `MPI_THREAD_FUNNELED`: the process may have several threads, but only the one that made the
  /// ``World`` may call MPI.
  case funneled
  /// `MPI_THREAD_SERIALIZED`: any thread may call MPI, but not two at the same time.
  case serialized
  /// `MPI_THREAD_MULTIPLE`: any thread may call MPI at any time.
  case multiple

  /// Whether `left` allows less than `right`.
  public static func < (left: ThreadLevel, right: ThreadLevel) -> Bool {
    left.rawValue < right.rawValue
  }
}

extension ThreadLevel {
  /// The number of the level in this implementation.
  var code: CInt {
    switch self {
    case .single: CMPI_THREAD_SINGLE
    case .funneled: CMPI_THREAD_FUNNELED
    case .serialized: CMPI_THREAD_SERIALIZED
    case .multiple: CMPI_THREAD_MULTIPLE
    }
  }

  /// The level with the number `code` in this implementation.
  init(granted code: CInt) {
    // The standard says that the numbers have the same order as the levels.
    self = ThreadLevel.allCases.last { $0.code <= code } ?? .single
  }
}
