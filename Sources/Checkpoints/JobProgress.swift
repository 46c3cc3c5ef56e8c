internal import Engine
internal import Glibc
internal import Platform

/// How far the job has come that uses a run directory, or used it last: it notes that in the file `.lock`,
/// for whoever watches it and starts it again.
package struct JobProgress: Equatable, Sendable {
  /// Steps taken since the run began.
  package let step: Int

  /// Whether this is the job's last step: what follows is saving and the report.
  package let isLast: Bool

  /// When it was noted, in seconds since 1970.
  package let time: Double

  /// Reads what was noted in the run directory at `path`; nil where no job has begun to train there, or its
  /// file cannot be read.
  package init?(inRun path: String) {
    let file = Self.file(path)
    var status = stat()
    guard stat(file, &status) == 0, let text = try? FileSystem.read(file, atMost: 1 << 10) else {
      return nil
    }
    let words = text.split(whereSeparator: \.isWhitespace)
    guard let step = words.first.flatMap({ Int($0) }) else { return nil }
    (self.step, isLast) = (step, words.count > 1)
    time = Self.seconds(status)
  }

  /// When a file was last written to, in seconds since 1970.
  static func seconds(_ status: stat) -> Double {
    Double(status.st_mtim.tv_sec) + Double(status.st_mtim.tv_nsec) / 1e9
  }

  /// The file's path in the run directory at `path`.
  static func file(_ path: String) -> String { "\(path)/.lock" }

  /// Whether a job uses the run directory at `path`; false also where that cannot be found out.
  package static func isInUse(_ path: String) -> Bool {
    let lock = open(file(path), O_RDWR | O_CLOEXEC)
    guard lock >= 0 else { return false }
    defer { close(lock) }
    return flock(lock, LOCK_EX | LOCK_NB) != 0
  }
}

extension RunDirectory {
  /// Notes that the job has taken `step` steps since the run began, the last of them where `isLast`: see
  /// ``JobProgress``. To be called when training begins and after each step; a microsecond.
  package func note(step: Int, isLast: Bool = false) {
    // Always as many bytes, so that nothing of an earlier note stays. A disk that refuses them is told of
    // elsewhere.
    let text = isLast ? "\(step) end" : "\(step)"
    var padded = text + String(repeating: " ", count: max(0, 31 - text.utf8.count)) + "\n"
    padded.withUTF8 { _ = pwrite(lock, $0.baseAddress, $0.count, 0) }
  }
}

extension CheckpointReference {
  /// How many steps of its run the checkpoint was written after.
  ///
  /// - Throws: as ``state()`` does.
  package var step: Int { get throws { try state().progress.step } }

  /// When the checkpoint was written, in seconds since 1970; nil where that cannot be found out.
  package var time: Double? {
    var status = stat()
    guard let directory, stat("\(directory)/\(Checksums.name)", &status) == 0 else { return nil }
    return JobProgress.seconds(status)
  }
}
