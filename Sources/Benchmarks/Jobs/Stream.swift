internal import Glibc
internal import Platform
internal import SystemPackage

/// A pipe from a child process, and what has come through it.
struct Stream {
  private let readEnd: FileDescriptor
  /// The end that the child writes to.
  let writeEnd: FileDescriptor
  private var bytes: [UInt8] = []

  /// Whether the child may still write.
  private(set) var isOpen = true

  /// What has come so far, as text.
  var text: String { String(decoding: bytes, as: UTF8.self) }

  /// A pipe whose ends no child inherits by accident: `pipe2`.
  init() throws {
    do {
      (readEnd, writeEnd) = try FileDescriptor.pipe(options: .closeOnExec)
    } catch {
      throw Failure(
        .inputOutput,
        "cannot make a pipe: \(error); let this shell have more files open: ulimit -n 1024")
    }
  }

  /// Closes this process's end for writing, so that the child's end is the only one.
  func closeWriteEnd() { try? writeEnd.close() }

  /// Closes the end for reading; what still comes is lost.
  func close() { try? readEnd.close() }

  /// Waits at most `milliseconds` for bytes in any of `streams`, and takes at most 64 KiB from
  /// each.
  static func read(_ streams: inout [Stream], milliseconds: CInt) {
    var polls = streams.map {
      pollfd(fd: $0.isOpen ? $0.readEnd.rawValue : -1, events: Int16(POLLIN), revents: 0)
    }
    guard poll(&polls, nfds_t(polls.count), milliseconds) > 0 else { return }
    for (index, poll) in polls.enumerated() where poll.revents != 0 { streams[index].readPiece() }
  }

  private mutating func readPiece() {
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    do {
      let count = try piece.withUnsafeMutableBytes { try readEnd.read(into: $0) }
      isOpen = count > 0
      bytes += piece[..<count]
    } catch Errno.resourceTemporarilyUnavailable {
      // Nothing is there yet.
    } catch {
      isOpen = false
    }
  }
}
