internal import Glibc

extension Dataset {
  /// Where `scripts/fetch-mnist` puts the files: `lockstep/mnist` in the user's cache folder.
  ///
  /// That folder is `$XDG_CACHE_HOME` if it is an absolute path, `~/.cache` otherwise. Source: XDG
  /// Base Directory Specification, https://specifications.freedesktop.org/basedir-spec.
  package static var defaultDirectory: String {
    defaultDirectory(cache: environment("XDG_CACHE_HOME"), home: environment("HOME"))
  }

  static func defaultDirectory(cache: String?, home: String?) -> String {
    if let cache, cache.hasPrefix("/") { return "\(cache)/lockstep/mnist" }
    return "\(home ?? accountHome)/.cache/lockstep/mnist"
  }

  private static func environment(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }

  /// The home folder that the system's user database gives, for jobs without `HOME`.
  private static var accountHome: String {
    getpwuid(getuid()).map { String(cString: $0.pointee.pw_dir) } ?? ""
  }
}
