/// Ends the program with `message` where `condition` does not hold, in every build.
///
/// This module is compiled with `-Ounchecked`, which turns a failed `precondition` into undefined
/// behaviour; the checks at its edges must stay, so they are written with this.
@inline(__always)
func require(_ condition: Bool, _ message: @autoclosure () -> String) {
  if !condition { fatalError(message()) }
}
