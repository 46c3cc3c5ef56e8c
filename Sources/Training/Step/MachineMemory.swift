/// What memory this machine has left.
enum MachineMemory {
  /// Makes sure that `bytes` more can be used; beyond that the system ends processes without a word.
  ///
  /// proc(5), "/proc/meminfo": `MemAvailable` is what can be had without swapping, in KiB.
  ///
  /// - Throws: `Failure` with `unavailable`.
  static func require(_ bytes: Int, for purpose: String) throws {
    let text = try FileSystem.read("/proc/meminfo")
    let line = text.split(separator: "\n").first { $0.hasPrefix("MemAvailable:") }
    let words = line?.split(separator: " ") ?? []
    guard words.count > 1, let kibibytes = Int(words[1]), bytes > kibibytes << 10 else { return }
    throw Failure(
      .unavailable,
      "\(purpose) needs \(bytes >> 20) MiB where this machine has \(kibibytes >> 10) MiB left: "
        + "choose a smaller --hidden or --batch-size, or a larger machine")
  }
}
