internal import CCrypto
internal import SystemPackage

/// The SHA-256 of bytes that are appended one after another: FIPS 180-4.
///
/// OpenSSL computes it, and uses the processor's own instructions in debug builds, too.
///
/// ```swift
/// var hash = SHA256()
/// bytes.withUnsafeBytes { hash.update($0) }
/// let digest = SHA256.hexadecimal(hash.finalize())
/// ```
package struct SHA256: ~Copyable {
  private let context: OpaquePointer

  /// The SHA-256 of no bytes yet.
  package init() {
    guard let context = EVP_MD_CTX_new() else { fatalError("no memory for a SHA-256") }
    self.context = context
    Self.check(EVP_DigestInit_ex(context, EVP_sha256(), nil))
  }

  deinit { EVP_MD_CTX_free(context) }

  /// Appends bytes.
  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    Self.check(EVP_DigestUpdate(context, bytes.baseAddress, bytes.count))
  }

  /// The digest of all appended bytes, 32 bytes; nothing may be appended afterwards.
  package mutating func finalize() -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 32) { digest, count in
      Self.check(EVP_DigestFinal_ex(context, digest.baseAddress, nil))
      count = 32
    }
  }

  /// OpenSSL's calls fail only if memory is exhausted, or if the machine's settings forbid SHA-256.
  private static func check(_ status: CInt) {
    precondition(status == 1, "OpenSSL cannot compute a SHA-256 on this machine")
  }
}

extension SHA256 {
  /// The digest of the file at `path`. The file is read in pieces: if it were mapped, it would
  /// count as memory of this process.
  ///
  /// - Throws: `Failure` with `inputOutput`.
  package static func digest(ofFile path: String) throws -> [UInt8] {
    do {
      let descriptor = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec])
      defer { try? descriptor.close() }
      var hash = SHA256()
      try descriptor.readPieces(of: 1 << 18) { piece in
        piece.withUnsafeBytes { hash.update($0) }
      }
      return hash.finalize()
    } catch let error as Errno {
      throw Failure(.inputOutput, "\(path): cannot be read: \(SystemAdvice.refusal(error))")
    }
  }

  /// A digest as text, two digits for each byte, in small letters.
  package static func hexadecimal(_ digest: some Sequence<UInt8>) -> String {
    digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}

/// A new file whose SHA-256 is computed while it is written, so that it need not be read again.
///
/// Bytes are hashed and written 256 KiB at a time. A piece has whole pages, since writing a page in
/// two parts costs twice as much; and a larger piece would have left the processor's cache before
/// it is hashed.
package struct HashedFile: ByteSink, ~Copyable {
  package private(set) var offset = 0
  private var file: OutputFile
  private var hash = SHA256()
  private var piece: [UInt8] = []

  private static let pieceSize = 1 << 18

  /// Creates the file at `path`.
  package init(creating path: String) throws {
    file = try OutputFile(creating: path)
    piece.reserveCapacity(Self.pieceSize)
  }

  package mutating func write(_ bytes: RawSpan) throws {
    offset += bytes.byteCount
    var start = 0
    while start < bytes.byteCount {
      let count = min(Self.pieceSize - piece.count, bytes.byteCount - start)
      bytes.withUnsafeBytes { piece.append(contentsOf: $0[start..<start + count]) }
      start += count
      if piece.count == Self.pieceSize { try flush() }
    }
  }

  private mutating func flush() throws {
    guard !piece.isEmpty else { return }
    piece.withUnsafeBytes { hash.update($0) }
    try file.write(piece)
    piece.removeAll(keepingCapacity: true)
  }

  /// The SHA-256 of all that was written, in hexadecimal. Call it once; nothing may be written
  /// afterwards.
  package mutating func digest() throws -> String {
    try flush()
    return SHA256.hexadecimal(hash.finalize())
  }

  /// Brings the file to the disk and closes it.
  package consuming func finish() throws {
    try flush()
    try file.synchronize()
    try file.close()
  }
}
