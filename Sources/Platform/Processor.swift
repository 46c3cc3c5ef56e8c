/// The processors of this machine, and which of them this process may use.
package struct Processor: Codable, Equatable {
  /// The maker's name for the model; `unknown` where the system does not tell.
  package var model: String

  /// The hardware threads that are switched on.
  package var online: CPUList

  /// The hardware threads that this process's control group allows.
  package var allowed: CPUList

  /// The cores; each is the list of hardware threads that share its arithmetic units.
  package var cores: [CPUList]

  /// The processor time that the control group allows each second, in processors; nil where it sets
  /// no limit.
  package var quota: Double?

  /// The setting that keeps the clock rate low, `powersave` or `power`; nil where no such setting
  /// is in use.
  package var slowGovernor: String?
}

extension Processor {
  /// Reads /proc and /sys. Tests pass a `root`, which is put before every path.
  package init(root: String = "") {
    let folder = "\(root)/sys/devices/system/cpu"
    func list(_ path: String) -> CPUList? {
      (try? FileSystem.read(path)).flatMap { CPUList(parsing: $0) }
    }
    let group = ControlGroup(root: root)
    let fields = Self.fields(ofFirst: (try? FileSystem.read("\(root)/proc/cpuinfo")) ?? "")
    model = fields["model name"] ?? fields["Processor"] ?? "unknown"
    online = list("\(folder)/online") ?? Self.affinity(root: root)
    let online = online
    allowed = group.cpus.map { $0.intersection(online) } ?? online
    let siblings = online.numbers.map {
      list("\(folder)/cpu\($0)/topology/thread_siblings_list") ?? CPUList([$0])
    }
    cores = Set(siblings).sorted { ($0.numbers.first ?? 0) < ($1.numbers.first ?? 0) }
    quota = group.cpuQuota
    slowGovernor = Self.slowGovernor("\(folder)/cpu\(online.numbers.first ?? 0)/cpufreq")
  }

  /// The hardware threads that this thread is bound to, or number 0 alone if the system does not
  /// tell: proc(5), `Cpus_allowed_list`.
  package static func affinity(root: String = "") -> CPUList {
    affinity(of: "thread-self", root: root) ?? CPUList([0])
  }

  /// The hardware threads that the process with this number is bound to; nil where the system does
  /// not tell.
  package static func affinity(of process: String, root: String = "") -> CPUList? {
    let status = (try? FileSystem.read("\(root)/proc/\(process)/status")) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed_list:") }
    return line.flatMap { CPUList(parsing: $0.dropFirst(18)) }
  }

  /// The indices in ``cores`` of the cores that the hardware threads `cpus` belong to.
  package func cores(of cpus: CPUList) -> Set<Int> {
    let numbers = Set(cpus.numbers)
    return Set(cores.indices.filter { !numbers.isDisjoint(with: cores[$0].numbers) })
  }

  /// The first processor's values in /proc/cpuinfo, by the words before the colon of their line.
  static func fields(ofFirst text: String) -> [String: String] {
    var fields: [String: String] = [:]
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.isEmpty && !fields.isEmpty { break }
      guard let colon = line.firstIndex(of: ":") else { continue }
      let name = line[..<colon].split(whereSeparator: \.isWhitespace).joined(separator: " ")
      let value = line[line.index(after: colon)...].split(whereSeparator: \.isWhitespace)
      fields[name] = value.joined(separator: " ")
    }
    return fields
  }

  /// The kernel's "CPU Performance Scaling": `powersave` keeps the lowest clock rate, but not with
  /// drivers that let the hardware choose; there the preference `power` does.
  private static func slowGovernor(_ folder: String) -> String? {
    func word(_ name: String) -> Substring? {
      (try? FileSystem.read("\(folder)/\(name)"))?.split(whereSeparator: \.isWhitespace).first
        .map { Substring(String($0)) }
    }
    let hardwareChooses: [Substring] = ["intel_pstate", "amd-pstate-epp"]
    if let driver = word("scaling_driver"), hardwareChooses.contains(driver) {
      return word("energy_performance_preference") == "power" ? "power" : nil
    }
    return word("scaling_governor") == "powersave" ? "powersave" : nil
  }
}
