internal import Formats
internal import Glibc
internal import Platform

extension RunDirectory {
  /// Makes and locks the directory at `path`.
  ///
  /// Where the lock cannot be had, the directories that this call has made are removed. Where another job
  /// removes the directory meanwhile, the call tries again, a hundred times at most.
  static func lock(_ path: String) throws -> (lock: CInt, hasMadeLock: Bool, made: [String]) {
    var (made, attempts) = ([String](), 0)
    while true {
      made += try FileSystem.makeDirectory(path)
      do {
        if let (lock, hasMade) = try open(path) { return (lock, hasMade, made) }
      } catch {
        FileSystem.removeEmpty(made)
        throw error
      }
      attempts += 1
      guard attempts < 100 else { throw inUse(path) }
    }
  }

  /// Opens and locks the file `.lock`; nil where another job has removed the file meanwhile.
  private static func open(_ path: String) throws -> (lock: CInt, hasMade: Bool)? {
    let file = JobProgress.file(path)
    var hasMade = true
    var lock = uninterrupted { Glibc.open(file, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o666) }
    if lock < 0 && errno == EEXIST {
      hasMade = false
      lock = uninterrupted { Glibc.open(file, O_RDWR | O_CLOEXEC) }
    }
    guard lock >= 0 else {
      let code = errno
      if code == ENOENT && !(FileSystem.exists(path) && FileSystem.exists(file)) { return nil }
      throw Failure(
        .inputOutput,
        "\(path): the run directory cannot be written to: \(SystemAdvice.refusal(code)), or choose "
          + "another \(setting: .run)")
    }
    guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
      close(lock)
      throw inUse(path)
    }
    if FileSystem.isAt(file, lock) { return (lock, hasMade) }
    close(lock)
    return nil
  }

  private static func inUse(_ path: String) -> Failure {
    Failure(
      .inputOutput,
      "\(path): the run directory is in use by another job; wait for it or choose another \(setting: .run)"
    )
  }
}
