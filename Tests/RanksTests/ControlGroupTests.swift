import Foundation
import Kernels
@testable import Platform
@testable import Ranks
import Support
import Testing

/// The limits of control groups, read from folders that look like /proc and /sys.
@Suite struct ControlGroupTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private var root: String { folder.url.path }

  private func write(_ files: [String: String]) throws {
    for (path, text) in files {
      let file = folder.url.appendingPathComponent(path)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }
  }

  private static let unified = "31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n"

  @Test("version 2: the least limit of the group and all groups above it counts")
  func unified() throws {
    try write([
      "proc/self/cgroup": "0::/a/b\n", "proc/self/mountinfo": Self.unified,
      "sys/fs/cgroup/a/b/cpu.max": "max 100000\n", "sys/fs/cgroup/a/cpu.max": "150000 100000\n",
      "sys/fs/cgroup/a/b/cpuset.cpus.effective": "0-2\n",
      "sys/fs/cgroup/a/b/memory.max": "1000000\n", "sys/fs/cgroup/a/b/memory.current": "700000\n",
      "sys/fs/cgroup/a/b/memory.stat": "anon 1\ninactive_file 50000\nactive_file 50000\n",
      "sys/fs/cgroup/a/memory.max": "max\n", "sys/fs/cgroup/a/memory.current": "9\n",
      "proc/meminfo": "MemTotal: 9 kB\nMemAvailable:    2000 kB\n",
    ])
    let group = ControlGroup(root: root)
    #expect(group.cpuQuota == 1.5)
    #expect(group.cpus == CPUList(0...2))
    #expect(group.memoryLeft == 400_000)
    #expect(MachineMemory.available(root: root) == 400_000)
    #expect(throws: Failure.self) {
      try MachineMemory.require(400_001, ranks: 2, for: "x", advice: "y", root: root)
    }
    try MachineMemory.require(400_000, ranks: 2, for: "x", advice: "y", root: root)
  }

  /// Docker without a namespace of control groups mounts its own group at the top.
  @Test("version 1, seen from inside a container")
  func older() throws {
    let mounts = ["cpu,cpuacct", "cpuset", "memory"].map {
      "40 30 0:1 /docker/x /sys/fs/cgroup/\($0) ro - cgroup cgroup rw,\($0)\n"
    }
    try write([
      "proc/self/cgroup": "3:cpu,cpuacct:/docker/x\n2:cpuset:/docker/x\n1:memory:/docker/x\n",
      "proc/self/mountinfo": mounts.joined(),
      "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "50000\n",
      "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
      "sys/fs/cgroup/cpuset/cpuset.cpus": "4,6\n",
      "sys/fs/cgroup/memory/memory.limit_in_bytes": "2000\n",
      "sys/fs/cgroup/memory/memory.usage_in_bytes": "1500\n",
    ])
    let group = ControlGroup(root: root)
    #expect(group.cpuQuota == 0.5)
    #expect(group.cpus == CPUList([4, 6]))
    #expect(group.memoryLeft == 500)
  }

  @Test("without limits, or without control groups, there are none", arguments: [true, false])
  func none(isMounted: Bool) throws {
    if isMounted {
      try write([
        "proc/self/cgroup": "4:memory:/\n0::/\n",
        "proc/self/mountinfo": Self.unified
          + "40 30 0:1 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n",
        "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
        "sys/fs/cgroup/memory/memory.usage_in_bytes": "5\n", "sys/fs/cgroup/cpu.max": "nonsense",
      ])
    }
    let group = ControlGroup(root: root)
    #expect(group.cpuQuota == nil && group.cpus == nil && group.memoryLeft == nil)
    #expect(MachineMemory.available(root: root) == nil)
    try MachineMemory.require(.max, for: "x", advice: "y", root: root)
  }

  @Test("processors, their cores and clock")
  func processor() throws {
    let cpu = "sys/devices/system/cpu"
    try write([
      "proc/cpuinfo": """
      processor\t: 0
      model name\t: A  processor @ 3 GHz

      processor\t: 1
      model name\t: Another
      """, "\(cpu)/online": "0-3\n", "\(cpu)/cpu0/topology/thread_siblings_list": "0,2\n",
      "\(cpu)/cpu1/topology/thread_siblings_list": "1,3\n",
      "\(cpu)/cpu2/topology/thread_siblings_list": "0,2\n",
      "\(cpu)/cpu3/topology/thread_siblings_list": "1,3\n",
      "\(cpu)/cpu0/cpufreq/scaling_governor": "powersave\n",
      "\(cpu)/cpu0/cpufreq/scaling_driver": "acpi-cpufreq\n",
    ])
    let processor = Processor(root: root)
    #expect(processor.model == "A processor @ 3 GHz")
    #expect(processor.cores == [CPUList([0, 2]), CPUList([1, 3])])
    #expect(processor.cores(of: CPUList([2, 0])) == [0])
    #expect(processor.slowGovernor == "powersave")
    // This driver's hardware chooses the clock, whatever the word.
    try write(["\(cpu)/cpu0/cpufreq/scaling_driver": "intel_pstate\n"])
    #expect(Processor(root: root).slowGovernor == nil)
  }
}
