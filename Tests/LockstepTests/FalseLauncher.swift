import Foundation
import Support

extension TemporaryFolder {
  /// Puts a launcher before the real one: a shell's `line` and then its last words.
  ///
  /// - Returns: the PATH on which it is found.
  func launcher(_ line: String, _ last: String) throws -> String {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    let script = "#!/bin/sh\n\(line)\nPATH='\(path)' \(last)\n"
    let launcher = url.appendingPathComponent(Library.launcher).path
    try Data(script.utf8).write(to: URL(fileURLWithPath: launcher))
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: launcher)
    return "\(url.path):\(path)"
  }
}
