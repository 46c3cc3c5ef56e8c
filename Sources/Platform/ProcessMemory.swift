internal import CLinux
internal import Glibc

/// The memory of another process.
package enum ProcessMemory {
  /// Copies the word at `address` of process number `process`: `process_vm_readv`, by which MPI copies
  /// long messages.
  ///
  /// - Returns: the word, or the system's reason to refuse.
  package static func word(at address: Int, of process: Int) -> (word: Int64, problem: String?) {
    var word: Int64 = 0
    let error = CLinux_copy_from_process(
      pid_t(process), UInt(bitPattern: address), &word, MemoryLayout<Int64>.size)
    return (word, error == 0 ? nil : String(cString: strerror(error)))
  }
}
