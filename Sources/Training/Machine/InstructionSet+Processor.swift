internal import Glibc
internal import Kernels

extension InstructionSet {
  /// What products in this process would use if it were alone, by the processor's flags and the
  /// limit in the environment; nil where the system tells no flags of x86.
  ///
  /// oneDNN is not asked, since its answer would fix the set for good.
  static func own(
    root: String = "",
    variable: (String) -> String? = { name in getenv(name).map { String(cString: $0) } }
  ) -> InstructionSet? {
    let fields = Processor.fields(ofFirst: firstRecord(of: "\(root)/proc/cpuinfo"))
    return fields["flags"].flatMap { InstructionSet(flags: $0) }?
      .limited(by: InstructionLimit(variable: variable))
  }

  /// What is left of the set where `limit` is set.
  func limited(by limit: InstructionLimit?) -> InstructionSet? {
    guard let most = limit?.set else { return self }
    return InstructionSet(rawValue: rawValue & most.rawValue).largestKnown
  }

  /// The largest set whose flags, as Linux names them in /proc/cpuinfo, are all in `flags`.
  init?(flags: String) {
    let flags = Set(flags.split(separator: " "))
    let needed: [(InstructionSet, [Substring])] = [
      (.sse41, ["sse4_1"]), (.avx, ["avx"]), (.avx2, ["avx2", "fma"]),
      (.avx512, ["avx512f", "avx512bw", "avx512vl", "avx512dq"]), (.avx512VNNI, ["avx512_vnni"]),
      (.avx512BF16, ["avx512_bf16"]), (.amx, ["amx_tile", "amx_int8", "amx_bf16"]),
    ]
    let known = needed.prefix { flags.isSuperset(of: $0.1) }
    guard let largest = known.last?.0 else { return nil }
    self = largest == .avx2 && flags.contains("avx_vnni") ? .avx2VNNI : largest
  }

  /// The text up to the first empty line: the kernel makes the record of each processor as it is
  /// read, which takes milliseconds where there are hundreds.
  private static func firstRecord(of path: String) -> String {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return "" }
    defer { close(descriptor) }
    var text = ""
    var piece = [UInt8](repeating: 0, count: 4096)
    while !text.contains("\n\n") {
      let count = read(descriptor, &piece, piece.count)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { break }
      text += String(decoding: piece[..<count], as: UTF8.self)
    }
    return text
  }
}
