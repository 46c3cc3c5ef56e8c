internal import CMPI

/// What the threads of a process may do with MPI (MPI 3.1, 12.4.3).
///
/// Levels are ordered: each allows all that the ones before it allow.
public enum ThreadLevel: Int, Comparable, CaseIterable, Sendable {
  /// `MPI_THREAD_SINGLE`: the process has one thread.
  case single
  /// `MPI_THREAD_FUNNELED`: it has several; the one that made the ``World`` alone calls MPI.
  case funneled
  /// `MPI_THREAD_SERIALIZED`: any thread calls MPI, one at a time.
  case serialized
  /// `MPI_THREAD_MULTIPLE`: any thread calls MPI at any time.
  case multiple

  /// Whether `left` allows less than `right`.
  public static func < (left: ThreadLevel, right: ThreadLevel) -> Bool {
    left.rawValue < right.rawValue
  }
}

extension ThreadLevel {
  /// The implementation's number for the level.
  var code: CInt {
    switch self {
    case .single: CMPI_thread_single()
    case .funneled: CMPI_thread_funneled()
    case .serialized: CMPI_thread_serialized()
    case .multiple: CMPI_thread_multiple()
    }
  }

  /// The highest level that the implementation's number `code` grants.
  init(granted code: CInt) {
    // The standard promises that the numbers are ordered as the levels are.
    self = ThreadLevel.allCases.last { $0.code <= code } ?? .single
  }
}
