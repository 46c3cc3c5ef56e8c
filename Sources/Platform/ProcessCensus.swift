internal import Glibc

/// All processes of this machine, to prove that nobody uses what an ended job has left.
package struct ProcessCensus {
  /// The numbers of all processes, in every namespace that they are in.
  private var numbers: Set<Int32> = []

  /// The files in the memory of processes, as `device inode`.
  private var mapped: Set<Substring> = []

  /// Counts them; nil where some cannot be seen: in a container, whose processes are not all of the
  /// machine's, and where one of this user's own lets nobody look at its memory.
  package init?() {
    // The number of the kernel's first namespace of processes: pid_namespaces(7), linux/proc_ns.h.
    let first = "pid:[4026531836]"
    guard FileSystem.destination(ofLink: "/proc/self/ns/pid") == first,
      let names = try? FileSystem.names(in: "/proc")
    else { return nil }
    // The system's first process runs nobody's job, and may have more rights than this one.
    for id in names.compactMap({ Int32($0) }) where id != 1 {
      guard let status = try? FileSystem.read("/proc/\(id)/status") else { continue }
      let words = { (row: String) in
        status.split(separator: "\n").first { $0.hasPrefix(row) }?
          .split(separator: "\t").dropFirst().map(String.init) ?? []
      }
      numbers.formUnion(words("NSpid:").compactMap { Int32($0) })
      if let maps = try? FileSystem.read("/proc/\(id)/maps") {
        for line in maps.split(separator: "\n") {
          // address permissions offset device inode path
          let fields = line.split(separator: " ", maxSplits: 5)
          if fields.count > 5 { mapped.insert(fields[3] + " " + fields[4]) }
        }
      } else if words("Uid:").first == "\(getuid())", SystemProcess(id)?.isAlive ?? false {
        return nil
      }
    }
  }

  /// Whether a process has, or had in its own namespace, this number.
  package func has(_ number: Int32) -> Bool { numbers.contains(number) }

  /// Whether a process has the file at `path`, in a file system in memory, in its own memory; nil where that
  /// cannot be told of files of that file system, or there is no such file.
  package func isMapped(_ path: String) -> Bool? {
    var status = stat()
    guard StorageMedium(path) == .memory, stat(path, &status) == 0 else { return nil }
    let numbers = [
      status.st_dev >> 8 & 0xfff, status.st_dev & 0xff | status.st_dev >> 12 & 0xfff00,
    ]
    let device = numbers.map { number in
      let digits = String(number, radix: 16)
      return String(repeating: "0", count: max(0, 2 - digits.count)) + digits
    }
    return mapped.contains(Substring("\(device.joined(separator: ":")) \(status.st_ino)"))
  }
}
