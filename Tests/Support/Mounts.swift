import Foundation

extension Command {
  /// The same command where others see nothing of what `script`, a few words of sh, mounts before.
  ///
  /// It needs what ``Hosts`` need: root, or a kernel that lets users make namespaces.
  public func mounting(_ script: String) -> Command {
    let user = getuid() == 0 ? [] : ["--user", "--map-root-user"]
    return Command(
      ["unshare", "--mount"] + user + ["sh", "-c", "{ \(script); } && exec \"$@\"", "sh"] + words,
      environment: environment)
  }

  /// The words of sh that make `folder` one in memory with room for `size`, as mount spells it.
  public static func memory(_ folder: String, _ size: String) -> String {
    "mount -t tmpfs -o size=\(size) tmpfs \(folder)"
  }
}
