internal import Glibc

/// Lists of words in the form that `posix_spawn` takes.
package enum CStrings {
  /// Calls `body` with both lists as C strings, each list ended by a null pointer. The strings are
  /// freed after the call.
  package static func with<Result>(
    _ words: [String], environment: [String],
    body: ([UnsafeMutablePointer<CChar>?], [UnsafeMutablePointer<CChar>?]) -> Result
  ) -> Result {
    let lists = [words, environment].map { $0.map { strdup($0) } + [nil] }
    defer { lists.joined().forEach { free($0) } }
    return body(lists[0], lists[1])
  }
}
