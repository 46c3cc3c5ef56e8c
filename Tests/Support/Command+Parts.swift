extension Command {
  /// One part in the place of `parts`: a shell in each rank becomes what that rank's part says. Open
  /// MPI 5.0.7's launcher dies of a job of several parts, by SIGSEGV.
  ///
  /// A part begins with `-n` and the number of its ranks, and may have `-wdir` and a folder.
  static func single(_ parts: [[String]]) -> [String] {
    guard parts.count > 1 else { return parts.first ?? [] }
    var (ranks, cases) = (0, "")
    for part in parts {
      var (words, count, folder) = (part[...], 1, "")
      while let option = words.first, option.hasPrefix("-") {
        let value = words.dropFirst().first ?? ""
        switch option {
        case "-n": count = Int(value) ?? 1
        case "-wdir": folder = "cd \(quoted(value)) && "
        default: preconditionFailure("a part with \(option)")
        }
        words = words.dropFirst(2)
      }
      let numbers = (ranks..<ranks + count).map(String.init).joined(separator: "|")
      cases += "\(numbers)) \(folder)exec \(words.map(quoted).joined(separator: " ")) ;; "
      ranks += count
    }
    let script = "case ${OMPI_COMM_WORLD_RANK:-$PMI_RANK} in \(cases)esac"
    return ["-n", "\(ranks)", "sh", "-c", script]
  }

  /// A word as a shell takes it for itself.
  private static func quoted(_ word: String) -> String {
    "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
      + "'"
  }
}
