internal import CMPI
internal import Glibc

/// MPI, alive: the proof that it was initialised, and the way to all its ranks.
///
/// A process can have one world, once. Every communicator comes from ``communicator``, so nothing
/// can be sent before MPI is initialised. A program ends its world in one of two ways:
///
/// - all ranks call ``finalize()``, or
/// - one rank calls ``abort(code:)-swift.method``, which ends them all.
///
/// A world that is merely dropped stays initialised: `MPI_Finalize` is collective, and a rank that
/// leaves early must not wait for the others. Launchers treat a process that exits in that state as
/// failed and end the job.
///
/// It belongs in a function, or between the braces of `do { … }`. Of a global one the compiler says
/// "cannot consume noncopyable stored property 'world' that is global", as ``finalize()`` consumes
/// it:
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
  /// What this process's threads may do with MPI: at least what was asked for.
  public let threadLevel: ThreadLevel

  /// Initialises MPI and makes it return its errors.
  ///
  /// Without a launcher the process becomes a world of one rank.
  ///
  /// `MPI_Init_thread`; MPI 3.1, 12.4.3.
  ///
  /// - Parameter required: what this process's threads are going to do.
  /// - Throws: ``MPIError`` if MPI was initialised before in this process, or does not allow its
  ///   threads what they require. MPI is finalised again in the latter case.
  public init(threadLevel required: ThreadLevel = .funneled) throws(MPIError) {
    try Self.requireFirst()
    let granted = try Self.initialise(required)
    // Errors that belong to no communicator are raised on the world (MPI 3.1) or self (MPI 4.0).
    try check("MPI_Comm_set_errhandler", CMPI_comm_return_errors(CMPI_comm_self()))
    whole = try Communicator(adopting: CMPI_comm_world())
    threadLevel = granted
  }

  /// All ranks of the job (`MPI_COMM_WORLD`).
  ///
  /// May be given a name, `let comm = world.communicator`, or be asked for each time: it costs
  /// nothing and always is the same group. It ends with the world: ``Communicator/free()`` refuses
  /// it, and a call of it after ``finalize()`` ends the process with the library's words.
  public var communicator: Communicator { Communicator(naming: whole) }

  private static func initialise(_ required: ThreadLevel) throws(MPIError) -> ThreadLevel {
    var provided: CInt = 0
    try check("MPI_Init_thread", MPI_Init_thread(nil, nil, required.code, &provided))
    let granted = ThreadLevel(granted: provided)
    guard granted >= required else {
      try Lifecycle.finalize()
      throw MPIError(
        "MPI_Init_thread", .other,
        "thread level \(required) was asked for and \(granted) provided: use an MPI library "
          + "built for more threads, or ask for less")
    }
    return granted
  }

  private static func requireFirst() throws(MPIError) {
    switch Lifecycle.current {
    case .before: return
    case .alive:
      throw MPIError(
        "MPI_Init_thread", .other,
        "MPI is initialised already: a process has one World; pass it or its communicator on")
    case .over:
      throw MPIError(
        "MPI_Init_thread", .other,
        "MPI is finalised and cannot be initialised again: finalise at the end of the program")
    }
  }

  /// Ends MPI in this process, when all ranks have come to it.
  ///
  /// Collective over all ranks. Free windows and communicators, and wait for requests, before.
  ///
  /// `MPI_Finalize`; MPI 3.1, 8.7.
  public consuming func finalize() throws(MPIError) {
    try Lifecycle.finalize()
  }

  /// Ends all ranks at once, for a failure that only this one knows of.
  ///
  /// What was written to standard output is flushed first. The launcher reports `code`.
  ///
  /// `MPI_Abort`; MPI 3.1, 8.7.
  ///
  /// - Parameter code: the exit status of the job, not zero.
  public consuming func abort(code: Int32) -> Never { Self.abort(code: code) }

  /// Ends all ranks at once, from where no world is at hand or it is only borrowed.
  ///
  /// Before MPI begins it ends this process and tells the launcher, which ends the others; after
  /// MPI's end, this process alone.
  ///
  /// `MPI_Abort`; MPI 3.1, 8.7.
  ///
  /// - Parameter code: the exit status of the job, not zero.
  public static func abort(code: Int32) -> Never {
    precondition(code != 0, "an aborted job must not look like a success")
    // MPI_Abort may leave without running what the C library does at exit.
    fflush(nil)
    Lifecycle.abort(code: code)
    exit(code)
  }
}

/// The world is one thread's unless its level says otherwise: see ``ThreadLevel``.
@available(*, unavailable)
extension World: Sendable {}
