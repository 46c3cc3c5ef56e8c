/// Ends the fuzzer with a find unless `holds`. Unlike `precondition`, it tells `what` was claimed in an
/// optimised build, too.
func claim(_ holds: Bool, _ what: @autoclosure () -> String = "") {
  guard !holds else { return }
  fatalError(what())
}
