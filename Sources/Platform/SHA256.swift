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

  /// The digest of what was appended, 32 bytes; nothing may be appended afterwards.
  package mutating func finalize() -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 32) { digest, count in
      Self.check(EVP_DigestFinal_ex(context, digest.baseAddress, nil))
      count = 32
    }
  }

  /// These calls fail only where memory is exhausted, or where the machine's settings forbid
  /// SHA-256.
  private static func check(_ status: CInt) {
    precondition(status == 1, "OpenSSL cannot compute a SHA-256 on this machine")
  }
}

extension SHA256 {
  /// The digest of the file at `path`. It is read in pieces: mapped, it would count as memory of
  /// this process.
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

  /// A digest as text, two digits a byte.
  package static func hexadecimal(_ digest: some Sequence<UInt8>) -> String {
    digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
