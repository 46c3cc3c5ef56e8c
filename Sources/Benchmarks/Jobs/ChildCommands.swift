package import Platform

/// The command lines with which benchmarks start this program again, as children.
///
/// The room that knows the flags implements this. Each list of words begins with the program's path.
package protocol ChildCommands {
  /// The words in which sentences name settings and commands.
  var vocabulary: Vocabulary { get }

  /// A command that takes one measurement of training on the images in the folder `data`, and prints
  /// the ``Measurement`` as the last line, in JSON.
  func measure(_ request: MeasurementRequest, data: String) -> [String]

  /// A command that trains in the run directory `run` with all defaults: to the end or, if `maxSteps`
  /// is not nil, for that number of steps.
  func train(data: String, run: String, maxSteps: Int?) -> [String]

  /// A command that trains in the run directory `run` as `cell` says, and writes a row of metrics for
  /// each step.
  func train(_ cell: ProofCell, data: String, run: String) -> [String]
}
