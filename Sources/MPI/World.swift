internal import CMPI
internal import Glibc

/// The initialised MPI library, and the communicator of all ranks of the job.
///
/// A process can make a world only once. All other communicators are made from ``communicator``, so
/// a program that compiles calls MPI only after MPI is initialised. A program ends its world in one
/// of two ways:
///
/// - all ranks call ``finalize()``, or
/// - one rank calls ``abort(code:)-swift.method``, which ends all ranks.
///
/// If a world is dropped without either, for example because an error was thrown, MPI stays
/// initialised: finalising it is collective, and a rank that has failed must not wait for the
/// others. When such a process exits, the launcher treats it as failed and ends the job.
///
/// A world should be a local variable, in a function or in a `do` block. A global variable cannot
/// be consumed by ``finalize()``: the compiler reports "cannot consume noncopyable stored property
/// 'world' that is global".
///
///     func run() throws {
///       let world = try World()
///       let comm = world.communicator
///       let sum = try comm.allReduce(comm.rank, .sum)
///       if comm.rank == 0 { print("the numbers of \(comm.size) ranks add up to \(sum)") }
///       try world.finalize()
///     }
public struct World: ~Copyable {
  private let whole: Communicator
  /// Which threads may call MPI: the level that was required, or a higher one.
  public let threadLevel: ThreadLevel

  /// Initialises MPI, and has it return errors rather than end the job.
  ///
  /// A process that was not started by MPI's launcher is the only rank of its world.
  ///
  /// `MPI_Init_thread`; MPI 3.1, 12.4.3.
  ///
  /// - Parameter required: which threads of this process are going to call MPI.
  /// - Throws: ``MPIError`` if the call fails, if the loaded library is not of the kind whose header
  ///   this module was compiled with, if MPI was initialised in this process before, or if the
  ///   library does not provide the required level. MPI is finalised in the last case.
  public init(threadLevel required: ThreadLevel = .funneled) throws(MPIError) {
    try Self.requireLibraryOfHeader()
    try Self.requireFirst()
    let granted = try Self.initialise(required)
    // MPI raises errors of calls without a communicator on MPI_COMM_WORLD (MPI 3.1) or
    // MPI_COMM_SELF (MPI 4.0). `Communicator` sets the error handler of the former.
    try check("MPI_Comm_set_errhandler", CMPI_comm_return_errors(CMPI_comm_self()))
    whole = try Communicator(adopting: CMPI_comm_world())
    threadLevel = granted
  }

  /// The communicator of all ranks of the job (`MPI_COMM_WORLD`).
  ///
  /// Reading this property costs nothing, and always gives the same communicator.
  /// ``Communicator/free()`` throws for it. If the communicator is used after ``finalize()``, the
  /// library prints an error and ends the process.
  public var communicator: Communicator { Communicator(naming: whole) }

  /// Calls `MPI_Init_thread`, and returns the level that the library provides.
  private static func initialise(_ required: ThreadLevel) throws(MPIError) -> ThreadLevel {
    var provided: CInt = 0
    try check("MPI_Init_thread", MPI_Init_thread(nil, nil, required.code, &provided))
    let granted = ThreadLevel(granted: provided)
    guard granted >= required else {
      try Lifecycle.finalize()
      throw MPIError(
        "MPI_Init_thread", .other,
        message:
          "thread level \(required) was asked for and \(granted) provided: use an MPI library "
          + "built for more threads, or ask for less")
    }
    return granted
  }

  /// Throws if MPI was initialised in this process before.
  private static func requireFirst() throws(MPIError) {
    switch Lifecycle.current {
    case .before: return
    case .alive:
      throw MPIError(
        "MPI_Init_thread", .other,
        message:
          "MPI is initialised already: a process has one World; pass on that one or its communicator"
      )
    case .over:
      throw MPIError(
        "MPI_Init_thread", .other,
        message:
          "MPI is finalised and cannot be initialised again: finalise at the end of the program")
    }
  }

  /// Finalises MPI, after which no other call of this module may be made.
  ///
  /// Collective over all ranks of the job. The program must have waited for its requests and freed
  /// its windows and communicators before.
  ///
  /// `MPI_Finalize`; MPI 3.1, 8.7.
  ///
  /// - Throws: ``MPIError`` if the call fails.
  public consuming func finalize() throws(MPIError) {
    try Lifecycle.finalize()
  }

  /// Ends all ranks of the job at once, for a failure that only this rank has met.
  ///
  /// Standard output is flushed first.
  ///
  /// `MPI_Abort`; MPI 3.1, 8.7.
  ///
  /// - Parameter code: the exit status of the launcher, not zero.
  public consuming func abort(code: Int32) -> Never { Self.abort(code: code) }

  /// Ends all ranks of the job at once, for code that does not own the world.
  ///
  /// This method may be called at any time. Before MPI is initialised, it ends this process in such
  /// a way that the launcher ends the other ranks. After MPI is finalised, it ends only this
  /// process. Standard output is flushed first.
  ///
  /// `MPI_Abort`; MPI 3.1, 8.7.
  ///
  /// - Parameter code: the exit status of the launcher, not zero.
  public static func abort(code: Int32) -> Never {
    precondition(code != 0, "an aborted job must not look like a success")
    // MPI_Abort may end the process without flushing the C library's streams, as exit would.
    fflush(nil)
    Lifecycle.abort(code: code)
    exit(code)
  }
}

/// Which threads may use the world depends on its ``ThreadLevel``, which the compiler cannot check.
@available(*, unavailable)
extension World: Sendable {}
