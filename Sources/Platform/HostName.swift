/// What this machine, container or network namespace calls itself.
package enum HostName {
  /// The name, as `gethostname` tells it: proc(5), "/proc/sys/kernel/hostname".
  package static var own: String {
    let text = (try? FileSystem.read("/proc/sys/kernel/hostname")) ?? "this host"
    return String(text.prefix { $0 != "\n" })
  }
}
