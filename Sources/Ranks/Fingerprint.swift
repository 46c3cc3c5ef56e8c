internal import FoundationEssentials
internal import Images
package import Kernels
package import MPI
internal import Platform

/// A SHA-256 of something that must be the same on all ranks.
package struct Fingerprint {
  /// What it is of, as an error names it.
  let subject: String

  /// The 32 bytes.
  package let digest: [UInt8]

  /// Of a configuration.
  package init(_ subject: String, of value: some Encodable) throws {
    var hash = SHA256()
    try JSONEncoder(.sortedKeys).encode(value).withUnsafeBytes { hash.update($0) }
    self.init(subject: subject, digest: hash.finalize())
  }

  /// Of images: their number, rows and columns, each as 64 bits, little-endian, then the pixels.
  init(_ subject: String, ofImages dataset: Dataset) {
    var hash = SHA256()
    for size in [dataset.count, dataset.rows, dataset.columns] {
      withUnsafeBytes(of: UInt64(size).littleEndian) { hash.update($0) }
    }
    dataset.images.withSpan { span in span.withUnsafeBytes { hash.update($0) } }
    self.init(subject: subject, digest: hash.finalize())
  }

  /// Of bytes.
  init(_ subject: String, of parts: [Bytes]) {
    var hash = SHA256()
    for bytes in parts { bytes.withSpan { span in span.withUnsafeBytes { hash.update($0) } } }
    self.init(subject: subject, digest: hash.finalize())
  }

  /// Of floats.
  package init(_ subject: String, of vectors: [Vector]) {
    var hash = SHA256()
    for vector in vectors {
      vector.withMutableSpan { span in
        span.withUnsafeBytes { hash.update($0) }
      }
    }
    self.init(subject: subject, digest: hash.finalize())
  }

  /// Of the data of a node, which its rank zero looks at for all: the images of each set, then the
  /// labels of all; collective over `node`.
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

  /// Rank zero's; collective.
  private func shared(among communicator: borrowing Communicator) throws -> Fingerprint {
    var digest = digest
    var span = digest.mutableSpan
    try communicator.broadcast(&span, from: 0)
    return Fingerprint(subject: subject, digest: digest)
  }

  /// Of the program that is running.
  package static func program() throws -> Fingerprint {
    Fingerprint(subject: "program", digest: try SHA256.digest(ofFile: ProgramFile.path))
  }

  private init(subject: String, digest: [UInt8]) {
    self.subject = subject
    self.digest = digest
  }

  /// Ends the job where some rank's fingerprints are not rank zero's; collective.
  ///
  /// - Throws: on all ranks, a failure that names the subject, and the lowest rank that differs and
  ///   its host.
  package static func requireEqual(
    _ fingerprints: [Fingerprint], among communicator: borrowing Communicator
  ) throws {
    let mine = fingerprints.flatMap(\.digest)
    var all = [UInt8](repeating: 0, count: mine.count * communicator.size)
    var span = all.mutableSpan
    try communicator.allGather(mine.span, into: &span)
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
              + "rank 0 on \(hosts[0]): start all ranks with the same program, data and flags, also "
              + "those in LOCKSTEP_ variables (mpirun -x NAME)"))
      }
    }
  }
}
