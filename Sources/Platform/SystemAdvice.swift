internal import Glibc

/// What to do when the system refuses: the one place that knows.
package enum SystemAdvice {
  /// The advice for error number `code`, a part of a sentence in the imperative.
  ///
  /// errno(3) has the numbers.
  package static func text(for code: CInt) -> String {
    switch code {
    case ENOENT: "check the path, and that its folder exists"
    case ENOTDIR: "it, or a part of its path, is a file: check the path"
    case EISDIR: "this is a folder: name a file in it"
    case ELOOP: "its links lead in a circle: look with ls -l"
    case ENAMETOOLONG: "choose a shorter path"
    case EACCES, EPERM: "give yourself permission for it, or choose another path"
    case EROFS: "nothing can be written there: choose a place you have the permission for"
    case ENOSPC, EDQUOT: "free some space or choose another disk"
    case EFBIG: "larger files are not allowed here: ulimit -f tells the limit"
    case EMFILE: "too many files are open: raise the limit, as with ulimit -n 4096"
    case ENFILE: "too many files are open on this machine: close some, or ask its administrator"
    case ENOMEM: "the machine's memory is short: free some"
    case EPIPE: "who read it has gone: start again with a reader that stays"
    case ENXIO: "nobody reads from it, or its device is not there: check the path"
    case ESTALE, ETIMEDOUT: "the network file system did not answer: try again"
    default: "check the path and the disk"
    }
  }

  /// The system's words for error number `code`, then what to do: the end of a sentence.
  package static func refusal(_ code: CInt) -> String {
    "\(String(cString: strerror(code))); \(text(for: code))"
  }
}
