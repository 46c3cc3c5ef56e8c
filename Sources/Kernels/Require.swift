/// Ends the program with `message` if `condition` is false, in every build.
///
/// This module is compiled with `-Ounchecked`, under which a failed `precondition` is undefined
/// behaviour. Public functions check their arguments with `require` instead, which is always
/// compiled.
@inline(__always)
func require(_ condition: Bool, _ message: @autoclosure () -> String) {
  if !condition { fatalError(message()) }
}
