/// The cores that this process may use, and that a job which it starts on this machine may use.
package struct UsableCores: Codable, Equatable, Sendable {
  /// The processor's name.
  package let processor: String

  /// The physical cores that this process may run on, or fewer where its control group allows less
  /// processor time; at least one. Hardware threads of one core count once, as they share its
  /// arithmetic units.
  package let count: Int

  /// Whether the process may run on some of the machine's hardware threads only.
  package let isConfined: Bool

  private enum CodingKeys: String, CodingKey {
    case processor
    case count = "cores"
    case isConfined
  }

  /// Asks the system.
  package init() { self.init(Processor(), affinity: Processor.affinity()) }

  /// Makes a value of what is known already.
  package init(processor: String, count: Int, isConfined: Bool) {
    self.processor = processor
    self.count = count
    self.isConfined = isConfined
  }

  package init(_ processor: Processor, affinity: CPUList) {
    let allowed = processor.allowed.intersection(affinity)
    let cores = processor.cores(of: allowed).count
    let quota = processor.quota.map { Int($0) } ?? cores
    self.processor = processor.model
    count = max(1, min(cores, quota))
    isConfined = allowed.count < processor.online.count
  }
}
