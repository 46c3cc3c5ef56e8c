/// The processors and the memory that control groups leave to this process. Containers and batch
/// systems set such limits, which the machine's own counts of processors and memory do not show.
///
/// cgroups(7), and the kernel's "Control Group v2" and, for the older kind, "cgroup-v1". The limits
/// of all groups above the process's own group apply, too.
package struct ControlGroup {
  // The folders of each hierarchy, from the process's own group upwards; empty where there is no
  // such hierarchy.
  private let unified: [String]
  private let cpu: [String]
  private let cpusetFolders: [String]
  private let memory: [String]

  /// Finds the groups of this process. Tests pass a `root`, which is put before every path.
  package init(root: String = "") {
    let groups = (try? FileSystem.read("\(root)/proc/self/cgroup")) ?? ""
    let mounts = (try? FileSystem.read("\(root)/proc/self/mountinfo")) ?? ""
    func folders(_ controller: String?) -> [String] {
      Self.folders(controller, groups: groups, mounts: mounts).map { root + $0 }
    }
    unified = folders(nil)
    cpu = folders("cpu")
    cpusetFolders = folders("cpuset")
    memory = folders("memory")
  }

  /// The processor time that may be used each second, in processors; nil where there is no limit.
  var cpuQuota: Double? {
    let newer = unified.compactMap { folder -> Double? in
      // "quota period" or "max period", in microseconds.
      let words = Self.words("\(folder)/cpu.max")
      guard words.count == 2, let quota = Double(words[0]), let period = Double(words[1]),
        period > 0
      else { return nil }
      return quota / period
    }
    let older = cpu.compactMap { folder -> Double? in
      guard let quota = Self.number("\(folder)/cpu.cfs_quota_us"), quota > 0,
        let period = Self.number("\(folder)/cpu.cfs_period_us"), period > 0
      else { return nil }
      return Double(quota) / Double(period)
    }
    return (newer + older).min()
  }

  /// The processors that may be used; nil where the groups do not tell.
  var cpus: CPUList? {
    let files =
      unified.prefix(1).map { "\($0)/cpuset.cpus.effective" }
      + cpusetFolders.prefix(1).flatMap { ["\($0)/cpuset.effective_cpus", "\($0)/cpuset.cpus"] }
    return files.lazy.compactMap { try? FileSystem.read($0) }
      .compactMap { CPUList(parsing: $0) }.first { $0.count > 0 }
  }

  /// The bytes that can still be allocated; nil where there is no limit.
  ///
  /// Pages of files that were read count as used for the kernel, but as free here: they are given
  /// back when memory is short.
  package var memoryLeft: Int? {
    let newer = unified.compactMap {
      Self.memoryLeft(
        in: $0, limit: "memory.max", usage: "memory.current",
        reclaimable: ["active_file", "inactive_file"])
    }
    let older = memory.compactMap {
      Self.memoryLeft(
        in: $0, limit: "memory.limit_in_bytes", usage: "memory.usage_in_bytes",
        reclaimable: ["total_active_file", "total_inactive_file"])
    }
    return (newer + older).min()
  }

  private static func memoryLeft(
    in folder: String, limit: String, usage: String, reclaimable: [String]
  ) -> Int? {
    guard let limit = number("\(folder)/\(limit)"), limit < 1 << 60,
      let usage = number("\(folder)/\(usage)")
    else { return nil }
    var files = 0
    for line in ((try? FileSystem.read("\(folder)/memory.stat")) ?? "").split(separator: "\n") {
      let words = line.split(separator: " ")
      if words.count == 2, reclaimable.contains(String(words[0])) { files += Int(words[1]) ?? 0 }
    }
    return max(0, limit - max(0, usage - files))
  }

  private static func words(_ path: String) -> [Substring] {
    ((try? FileSystem.read(path)) ?? "").split(whereSeparator: \.isWhitespace)
  }

  private static func number(_ path: String) -> Int? { words(path).first.flatMap { Int($0) } }
}

extension ControlGroup {
  /// The folders of the hierarchy of `controller`, or of the unified hierarchy if that is nil:
  /// first the folder of the process's own group, then each folder above it up to the mount point.
  static func folders(_ controller: String?, groups: String, mounts: String) -> [String] {
    // "number:controllers:path"; the unified hierarchy is number 0 and names no controllers.
    let path = groups.split(separator: "\n")
      .map { $0.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false) }
      .first { line in
        guard line.count == 3 else { return false }
        guard let controller else { return line[0] == "0" && line[1].isEmpty }
        return line[1].split(separator: ",").contains(Substring(controller))
      }?[2]
    guard let path, let mount = mount(controller, mounts) else { return [] }
    // Seen from inside a container, the mount may show only the part below its own group.
    var inside = path.hasPrefix(mount.root) ? path.dropFirst(mount.root.count) : ""
    if mount.root == "/" { inside = path == "/" ? "" : path }
    var folders = [mount.point + inside]
    while let slash = inside.lastIndex(of: "/") {
      inside = inside[..<slash]
      folders.append(mount.point + inside)
    }
    return folders
  }

  /// Where a hierarchy is mounted, and which group its mount begins with: proc(5), `mountinfo`.
  private static func mount(
    _ controller: String?, _ mounts: String
  ) -> (root: String, point: String)? {
    for line in mounts.split(separator: "\n") {
      let fields = line.split(separator: " ")
      guard let dash = fields.firstIndex(of: "-"), dash >= 6, fields.count > dash + 3 else {
        continue
      }
      let options = fields[dash + 3].split(separator: ",")
      let isWanted =
        controller.map { fields[dash + 1] == "cgroup" && options.contains(Substring($0)) }
        ?? (fields[dash + 1] == "cgroup2")
      if isWanted { return (String(fields[3]), String(fields[4])) }
    }
    return nil
  }
}
