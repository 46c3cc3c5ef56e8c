/// The name of this machine or, in a container, of the container.
package enum HostName {
  /// The name, as `gethostname` tells it; `this host` where it cannot be read: proc(5),
  /// "/proc/sys/kernel/hostname".
  package static var own: String {
    let text = (try? FileSystem.read("/proc/sys/kernel/hostname")) ?? "this host"
    return String(text.prefix { $0 != "\n" })
  }
}
