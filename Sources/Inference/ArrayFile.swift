internal import Formats
package import Images
internal import Kernels
package import MPI
internal import Platform
internal import Ranks

/// NumPy files: all ranks call these functions, and rank zero writes.
package enum ArrayFile {
  /// Writes floats of `shape` to `path`; collective.
  ///
  /// `work` is called on every rank and hands the floats, in order, to its argument: a function that
  /// writes them on rank zero and does nothing on the other ranks. The file gets its name once it is
  /// complete.
  ///
  /// - Throws: on all ranks, where rank zero cannot write, or a `SharedFailure` that `work` throws on
  ///   all ranks.
  package static func write(
    _ shape: [Int], to path: String, among communicator: borrowing Communicator,
    work: ((Span<Float>) throws -> Void) throws -> Void
  ) throws {
    guard communicator.rank == 0 else {
      try communicator.together {}  // Rank zero has opened the file and written its header …
      try work { _ in }
      return try communicator.together {}  // … and given it its name.
    }
    var isOpen = false
    do {
      try OutputFile.replace(path) { file in
        try NPY.write(shape, of: Float.self, to: &file) { file in
          isOpen = true
          try communicator.together {}
          try work { try file.write($0) }
        }
      }
    } catch {
      if !isOpen || !(error is SharedFailure) { try communicator.together { throw error } }
      throw error
    }
    try communicator.together {}
  }

  /// Writes rows of `columns` floats, whose number is known only at the end, to `path`; collective.
  ///
  /// `work` is called on every rank once rank zero has found that it can write; rank zero's rows are written.
  ///
  /// - Throws: on all ranks, where rank zero cannot write, or a `SharedFailure` that `work` throws on all
  ///   ranks.
  package static func write(
    columns: Int, to path: String, among communicator: borrowing Communicator,
    work: () throws -> [Float]
  ) throws {
    guard communicator.rank == 0 else {
      try communicator.together {}  // Rank zero has opened the file …
      _ = try work()
      return try communicator.together {}  // … and written it.
    }
    var isOpen = false
    do {
      try OutputFile.replace(path) { file in
        isOpen = true
        try communicator.together {}
        let rows = try work()
        try NPY.write([rows.count / columns, columns], of: Float.self, to: &file) {
          try $0.write(rows.span)
        }
      }
    } catch {
      if !isOpen || !(error is SharedFailure) { try communicator.together { throw error } }
      throw error
    }
    try communicator.together {}
  }

  /// Writes the labels of `dataset`, unsigned bytes of shape (count), to `path`; collective.
  ///
  /// - Throws: on all ranks where there are no labels, or rank zero cannot write.
  package static func write(
    labels dataset: Dataset, to path: String, among communicator: borrowing Communicator
  ) throws {
    guard dataset.shape.hasLabels else {
      throw SharedFailure(
        Failure(.badData, "these images have no labels; leave \(setting: .labels) out"))
    }
    try communicator.together {
      guard communicator.rank == 0 else { return }
      try OutputFile.replace(path) { file in
        try NPY.write([dataset.count], of: UInt8.self, to: &file) { file in
          try file.write((0..<dataset.count).map { dataset.labels[$0] })
        }
      }
    }
  }
}
