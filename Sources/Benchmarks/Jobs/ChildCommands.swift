package import Platform

/// The command lines with which benchmarks start this program again, as children.
///
/// The program that has the flags spells them. Each list begins with the program's path.
package protocol ChildCommands {
  /// The words for what a sentence refers to.
  var vocabulary: Vocabulary { get }

  /// Takes one measurement of training on the images in the folder `data`, and prints the
  /// ``Measurement`` as the last line, in JSON.
  func measure(_ request: MeasurementRequest, data: String) -> [String]

  /// Trains in the run directory `run` with all defaults: to the end or, if `maxSteps` is not nil,
  /// for that number of steps.
  func train(data: String, run: String, maxSteps: Int?) -> [String]

  /// Trains in the run directory `run` as `cell` says, and writes a row of metrics for each step.
  func train(_ cell: ProofCell, data: String, run: String) -> [String]
}
