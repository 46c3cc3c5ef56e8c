internal import Glibc
internal import Platform

/// A pipe from a child process, and what came through it.
struct Stream {
  private var readEnd: CInt
  private(set) var writeEnd: CInt
  private var bytes: [UInt8] = []

  /// Whether more may come.
  private(set) var isOpen = true

  /// What came, as text.
  var text: String { String(decoding: bytes, as: UTF8.self) }

  /// A pipe whose ends no child inherits by accident; this process has one thread, so that nobody
  /// starts one between the calls.
  init() throws {
    var ends: [CInt] = [0, 0]
    guard pipe(&ends) == 0 else {
      throw Failure(
        .inputOutput,
        "cannot make a pipe: \(String(cString: strerror(errno))); let this shell have more files "
          + "open: ulimit -n 1024")
    }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    (readEnd, writeEnd) = (ends[0], ends[1])
  }

  /// Leaves the writing to the child.
  func closeWriteEnd() { Glibc.close(writeEnd) }

  /// Gives up what may still come.
  func close() { Glibc.close(readEnd) }

  /// Takes what comes through `streams` within `milliseconds`, at most one piece of each.
  static func read(_ streams: inout [Stream], milliseconds: CInt) {
    var polls = streams.map {
      pollfd(fd: $0.isOpen ? $0.readEnd : -1, events: Int16(POLLIN), revents: 0)
    }
    guard poll(&polls, nfds_t(polls.count), milliseconds) > 0 else { return }
    for (index, poll) in polls.enumerated() where poll.revents != 0 { streams[index].readPiece() }
  }

  private mutating func readPiece() {
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    let count = Glibc.read(readEnd, &piece, piece.count)
    if count < 0 && (errno == EINTR || errno == EAGAIN) { return }
    guard count > 0 else { return isOpen = false }
    bytes += piece[..<count]
  }
}

/// Lists of words as the C library takes them.
enum CStrings {
  /// Calls `body` with both lists, each ended by a null pointer; they live as long as the call.
  static func with<Result>(
    _ first: [String], _ second: [String],
    _ body: ([UnsafeMutablePointer<CChar>?], [UnsafeMutablePointer<CChar>?]) -> Result
  ) -> Result {
    let lists = [first, second].map { $0.map { strdup($0) } + [nil] }
    defer { lists.joined().forEach { free($0) } }
    return body(lists[0], lists[1])
  }
}
