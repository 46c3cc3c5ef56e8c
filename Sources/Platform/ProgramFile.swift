internal import CLinux
internal import Glibc

/// The file of the program that is running.
package enum ProgramFile {
  /// A path at which the file can be read: the kernel's link to it or, where /proc is not mounted,
  /// the name by which it was started.
  package static var path: String {
    let open = "/proc/self/exe"
    guard access(open, R_OK) != 0, let name = CLinux_program() else { return open }
    return String(cString: name)
  }
}
