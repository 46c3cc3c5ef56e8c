internal import Glibc

extension Dataset {
  /// Where `scripts/fetch-mnist` puts the files: `lockstep/mnist` in the user's cache folder.
  ///
  /// That folder is `$XDG_CACHE_HOME` if it is an absolute path, `~/.cache` otherwise. Source: XDG
  /// Base Directory Specification, https://specifications.freedesktop.org/basedir-spec.
  public static var defaultDirectory: String {
    defaultDirectory(cache: environment("XDG_CACHE_HOME"), home: environment("HOME"))
  }

  static func defaultDirectory(cache: String?, home: String?) -> String {
    if let cache, cache.hasPrefix("/") { return "\(cache)/lockstep/mnist" }
    return "\(home ?? accountHome)/.cache/lockstep/mnist"
  }

  /// The file that holds `part` of a split: the first that exists of all its spellings.
  static func locate(
    _ split: Split, _ part: String, dimensionCount: Int, in directory: String
  ) throws -> String {
    let stem = split == .train ? "train-\(part)" : "t10k-\(part)"
    let names = ["", ".gz"].flatMap { suffix in
      ["-", "."].map { "\(stem)\($0)idx\(dimensionCount)-ubyte\(suffix)" }
    }
    // One that is there but cannot be looked at is left for `open` to complain about.
    if let name = names.first(where: { access("\(directory)/\($0)", F_OK) == 0 || errno != ENOENT })
    {
      return "\(directory)/\(name)"
    }
    throw DataError(
      kind: .missing, path: directory, offset: nil,
      problem: "there is no \(names[0]) here, nor one spelt \(names[1]) or ending in .gz",
      advice: "name another folder, or fetch the data with scripts/fetch-mnist")
  }

  private static func environment(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }

  /// The home folder that the system's user database gives, for jobs without `HOME`.
  private static var accountHome: String {
    getpwuid(getuid()).map { String(cString: $0.pointee.pw_dir) } ?? ""
  }
}
