internal import Glibc
internal import SystemPackage

// Calls that swift-system 1.8 does not have.

extension FileDescriptor {
  /// Waits until the file's contents are on the disk: `fsync`.
  ///
  /// - Throws: `Errno`.
  func synchronize() throws {
    guard uninterrupted({ fsync(rawValue) }) == 0 else { throw Errno.last }
  }

  /// Reads to the end, `pieceSize` bytes at most at a time, and passes each piece to `body`: `read`.
  ///
  /// - Throws: `Errno`, or what `body` throws.
  func readPieces(of pieceSize: Int, _ body: (ArraySlice<UInt8>) throws -> Void) throws {
    var piece = [UInt8](repeating: 0, count: pieceSize)
    while true {
      let count = try piece.withUnsafeMutableBytes { try read(into: $0) }
      guard count > 0 else { return }
      try body(piece[..<count])
    }
  }
}

/// Makes a call again as long as a signal interrupts it, as may happen on file systems of a network: `EINTR`.
///
/// - Returns: what the call returns, negative where it has failed.
package func uninterrupted(_ call: () -> CInt) -> CInt {
  while true {
    let code = call()
    guard code < 0, errno == EINTR else { return code }
  }
}

extension Errno {
  /// The error number of the C library's last call, for calls that swift-system does not have.
  static var last: Errno { Errno(rawValue: errno) }
}
