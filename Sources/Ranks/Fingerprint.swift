internal import FoundationEssentials
internal import Images
package import Kernels
package import MPI
internal import Platform

/// The SHA-256 of something that must be the same on all ranks.
///
///     try Fingerprint.requireEqual([Fingerprint("configuration", of: request)], among: world)
package struct Fingerprint {
  /// The word for the thing in an error, as in "configuration".
  let subject: String

  /// The 32 bytes of the SHA-256.
  package let digest: [UInt8]

  /// The fingerprint of a value, encoded as JSON with sorted keys.
  package init(_ subject: String, of value: some Encodable) throws {
    var hash = SHA256()
    try JSONEncoder(.sortedKeys).encode(value).withUnsafeBytes { hash.update($0) }
    self.init(subject: subject, digest: hash.finalize())
  }

  /// The fingerprint of images: their count, rows and columns, each as 64 bits, little-endian, then the
  /// pixels.
  init(_ subject: String, ofImages dataset: Dataset) {
    var hash = SHA256()
    for size in [dataset.count, dataset.rows, dataset.columns] {
      withUnsafeBytes(of: UInt64(size).littleEndian) { hash.update($0) }
    }
    dataset.images.withSpan { span in span.withUnsafeBytes { hash.update($0) } }
    self.init(subject: subject, digest: hash.finalize())
  }

  /// The fingerprint of bytes, part after part.
  init(_ subject: String, of parts: [Bytes]) {
    var hash = SHA256()
    for bytes in parts { bytes.withSpan { span in span.withUnsafeBytes { hash.update($0) } } }
    self.init(subject: subject, digest: hash.finalize())
  }

  /// The fingerprint of the bytes of floats, vector after vector.
  package init(_ subject: String, of vectors: [Vector]) {
    var hash = SHA256()
    for vector in vectors {
      vector.withMutableSpan { span in
        span.withUnsafeBytes { hash.update($0) }
      }
    }
    self.init(subject: subject, digest: hash.finalize())
  }

  /// The fingerprints of a node's data, which rank 0 of `node` computes for all its ranks: one of the images
  /// of each data set, then one of all labels. Collective over `node`.
  static func data(
    _ datasets: [Dataset], on node: borrowing Communicator
  ) throws -> [Fingerprint] {
    guard node.rank == 0 else {
      return try (0...datasets.count).map { _ in
        try Fingerprint("data", of: [] as [Bytes]).shared(among: node)
      }
    }
    let own =
      datasets.map { Fingerprint("data", ofImages: $0) }
      + [Fingerprint("data", of: datasets.map(\.labels))]
    return try own.map { try $0.shared(among: node) }
  }

  /// The fingerprint that rank 0 of `communicator` has; collective.
  private func shared(among communicator: borrowing Communicator) throws -> Fingerprint {
    var digest = digest
    var span = digest.mutableSpan
    try communicator.broadcast(&span, from: 0)
    return Fingerprint(subject: subject, digest: digest)
  }

  /// The fingerprint of the running program's file.
  package static func program() throws -> Fingerprint {
    Fingerprint(subject: "program", digest: try SHA256.digest(ofFile: ProgramFile.path))
  }

  private init(subject: String, digest: [UInt8]) {
    self.subject = subject
    self.digest = digest
  }

  /// Makes sure that all ranks have the same fingerprints; collective.
  ///
  /// - Throws: on all ranks, `SharedFailure` with `disagreement`, naming the subject, the lowest rank that
  ///   differs from rank zero, and its host.
  package static func requireEqual(
    _ fingerprints: [Fingerprint], among communicator: borrowing Communicator,
    advice: String =
      "start all ranks with the same program, data and flags, also those in LOCKSTEP_ "
      + "variables (mpirun -x NAME)"
  ) throws {
    let mine = fingerprints.flatMap(\.digest)
    let all = try RankActivity.own.during(.waitingForAll) {
      var all = [UInt8](repeating: 0, count: mine.count * communicator.size)
      var span = all.mutableSpan
      try communicator.allGather(mine.span, into: &span)
      return all
    }
    for rank in 1..<max(communicator.size, 1) {
      for (number, fingerprint) in fingerprints.enumerated() {
        let place = number * fingerprint.digest.count..<(number + 1) * fingerprint.digest.count
        let offset = rank * mine.count
        guard all[place] != all[place.lowerBound + offset..<place.upperBound + offset] else {
          continue
        }
        let hosts = try communicator.hostOfEachRank()
        throw SharedFailure(
          Failure(
            .disagreement,
            "the \(fingerprint.subject) of rank \(rank) on \(hosts[rank]) differs from that of "
              + "rank 0 on \(hosts[0]): \(advice)"))
      }
    }
  }
}
