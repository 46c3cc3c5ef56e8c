internal import CMPI

/// The kind of an MPI failure (MPI 3.1, 8.4).
///
/// Implementations of MPI number these classes differently; here a class has the same name with all
/// implementations. There is a case for every class that the calls of this module can fail with.
public enum ErrorClass: Hashable, Sendable {
  /// `MPI_ERR_BUFFER`: an invalid buffer.
  case buffer
  /// `MPI_ERR_COUNT`: a count that is negative or does not fit a C `int`.
  case count
  /// `MPI_ERR_TYPE`: an invalid datatype.
  case datatype
  /// `MPI_ERR_TAG`: a tag out of range.
  case tag
  /// `MPI_ERR_COMM`: an invalid communicator.
  case communicator
  /// `MPI_ERR_RANK`: no such rank in the communicator.
  case rank
  /// `MPI_ERR_REQUEST`: an invalid request.
  case request
  /// `MPI_ERR_ROOT`: no such root in the communicator.
  case root
  /// `MPI_ERR_GROUP`: an invalid group.
  case group
  /// `MPI_ERR_OP`: an operation that is not defined for the datatype.
  case operation
  /// `MPI_ERR_ARG`: another invalid argument.
  case argument
  /// `MPI_ERR_TRUNCATE`: a message longer than the buffer it was received in.
  case truncate
  /// `MPI_ERR_IN_STATUS`: the error's code is in a status.
  case inStatus
  /// `MPI_ERR_PENDING`: a request that has neither failed nor completed.
  case pending
  /// `MPI_ERR_INFO`, `MPI_ERR_INFO_KEY`, `MPI_ERR_INFO_VALUE`, `MPI_ERR_INFO_NOKEY`: an invalid
  /// hint.
  case info
  /// `MPI_ERR_NO_MEM`: memory is exhausted.
  case noMemory
  /// `MPI_ERR_ASSERT`: an invalid assertion about a window.
  case assertion
  /// `MPI_ERR_DISP`: an invalid displacement unit.
  case displacement
  /// `MPI_ERR_LOCKTYPE`: an invalid lock.
  case lock
  /// `MPI_ERR_SIZE`: an invalid size of a window.
  case size
  /// `MPI_ERR_WIN`: an invalid window.
  case window
  /// `MPI_ERR_RMA_SYNC`: calls to a window out of order.
  case synchronisation
  /// `MPI_ERR_RMA_SHARED`: ranks that cannot share memory.
  case shared
  /// `MPI_ERR_OTHER`: a known error that has no class of its own.
  case other
  /// `MPI_ERR_INTERN`: an error inside the library.
  case `internal`
  /// `MPI_ERR_UNKNOWN`: an unknown error.
  case unknown
  /// Another class of the standard or of the implementation, with the implementation's number.
  case unlisted(Int32)
}

extension ErrorClass {
  /// The class that has the number `code` in this implementation.
  init(code: CInt) {
    self = numbered.first { $0.code == code }?.errorClass ?? .unlisted(code)
  }
}

private let numbered: [(code: CInt, errorClass: ErrorClass)] = [
  (CMPI_ERR_BUFFER, .buffer), (CMPI_ERR_COUNT, .count), (CMPI_ERR_TYPE, .datatype),
  (CMPI_ERR_TAG, .tag), (CMPI_ERR_COMM, .communicator), (CMPI_ERR_RANK, .rank),
  (CMPI_ERR_REQUEST, .request), (CMPI_ERR_ROOT, .root), (CMPI_ERR_GROUP, .group),
  (CMPI_ERR_OP, .operation), (CMPI_ERR_ARG, .argument), (CMPI_ERR_TRUNCATE, .truncate),
  (CMPI_ERR_IN_STATUS, .inStatus), (CMPI_ERR_PENDING, .pending), (CMPI_ERR_INFO, .info),
  (CMPI_ERR_INFO_KEY, .info), (CMPI_ERR_INFO_VALUE, .info), (CMPI_ERR_INFO_NOKEY, .info),
  (CMPI_ERR_NO_MEM, .noMemory), (CMPI_ERR_ASSERT, .assertion), (CMPI_ERR_DISP, .displacement),
  (CMPI_ERR_LOCKTYPE, .lock), (CMPI_ERR_SIZE, .size), (CMPI_ERR_WIN, .window),
  (CMPI_ERR_RMA_SYNC, .synchronisation), (CMPI_ERR_RMA_SHARED, .shared), (CMPI_ERR_OTHER, .other),
  (CMPI_ERR_INTERN, .internal), (CMPI_ERR_UNKNOWN, .unknown),
]
