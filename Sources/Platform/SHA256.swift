internal import CCrypto

/// A SHA-256 that is taken of bytes as they come (FIPS 180-4).
///
/// OpenSSL's, which uses the processor's own instructions in debug builds, too.
package struct SHA256: ~Copyable {
  private let context: OpaquePointer

  /// Of no bytes yet.
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

  /// The 32 bytes of what was appended; nothing may be appended afterwards.
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
