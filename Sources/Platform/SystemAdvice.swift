package import SystemPackage

/// What to do when the operating system refuses an operation.
package enum SystemAdvice {
  /// The advice for `error`, a part of a sentence in the imperative.
  package static func text(for error: Errno) -> String {
    switch error {
    case .noSuchFileOrDirectory: "check the path, and that its folder exists"
    case .notDirectory: "it, or a part of its path, is a file: check the path"
    case .isDirectory: "this is a folder: name a file in it"
    case .tooManySymbolicLinkLevels: "its links lead in a circle: look with ls -l"
    case .fileNameTooLong: "choose a shorter path"
    case .permissionDenied, .notPermitted:
      "give yourself permission for it, or choose another path"
    case .readOnlyFileSystem:
      "nothing can be written there: choose a place you have the permission for"
    case .noSpace, .diskQuotaExceeded: "free some space or choose another disk"
    case .fileTooLarge: "larger files are not allowed here: ulimit -f tells the limit"
    case .tooManyOpenFiles: "too many files are open: raise the limit, as with ulimit -n 4096"
    case .tooManyOpenFilesInSystem:
      "too many files are open on this machine: close some, or ask its administrator"
    case .noMemory: "the machine's memory is short: free some"
    case .brokenPipe:
      "the program that reads it has ended: start again with a reader that stays"
    case .noSuchAddressOrDevice: "nobody reads from it, or its device is not there: check the path"
    case .staleNFSFileHandle, .timedOut: "the network file system did not answer: try again"
    default: "check the path and the disk"
    }
  }

  /// The system's words for `error`, then what to do: the end of a sentence.
  package static func refusal(_ error: Errno) -> String { "\(error); \(text(for: error))" }

  /// The words and the advice for the C library's error number `code`.
  package static func refusal(_ code: CInt) -> String { refusal(Errno(rawValue: code)) }
}
