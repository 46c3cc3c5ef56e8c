internal import FoundationEssentials
internal import Kernels
package import MPI
package import Platform

/// The report of `lockstep doctor`: the facts about a job and its machines, and what will be slow or fail.
package struct DoctorReport: Encodable {
  let version: String
  let job: JobFindings
  let nodes: [NodeNeeds]
  let warnings: [Problem]
  /// The command that trains on all cores of the machine, for a process that no launcher started; nil for
  /// any other job.
  let suggestion: String?

  /// Collects the findings of all ranks and judges them; collective.
  ///
  /// - Parameters:
  ///   - world: the job.
  ///   - threads: the threads that each rank would train with.
  ///   - directory: the folder of the data.
  ///   - version: the program's version.
  ///   - isLaunched: whether a launcher started this process.
  /// - Returns: the report on rank zero, nil on the other ranks.
  /// - Throws: `MPIError` where a call fails.
  package static func collect(
    _ world: borrowing World, threads: Int, data directory: String, version: String,
    isLaunched: Bool
  ) throws -> DoctorReport? {
    try JobFindings.collect(world, threads: threads, data: directory).map {
      DoctorReport($0, version: version, isLaunched: isLaunched)
    }
  }

  init(_ job: JobFindings, version: String, isLaunched: Bool) {
    self.version = version
    self.job = job
    nodes = job.nodes.map {
      NodeNeeds(
        host: $0[0].host, ranks: $0.map(\.rank), sharedNeed: job.sharedNeed($0),
        memoryNeed: job.memoryNeed($0))
    }
    warnings = Diagnosis(job).problems
    let best = MachineUse(job.ranks).bestRankCount
    suggestion =
      !isLaunched && job.ranks.count == 1 && best > 1
      ? job.advice.training(ranks: best) : nil
  }

  /// One JSON object, with sentences in the words of `vocabulary`.
  package func json(in vocabulary: Vocabulary) throws -> String {
    let encoder = JSONEncoder(
      [.sortedKeys, .withoutEscapingSlashes], keys: .convertToSnakeCase)
    encoder.userInfo[Vocabulary.key] = vocabulary
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }

  /// The report for people, in the words of `vocabulary`: each line has a fact or a problem.
  package func lines(in vocabulary: Vocabulary) -> [String] {
    let last =
      warnings.isEmpty ? "nothing to complain about" : Wording.count(warnings.count, "warning")
    return facts + warnings.map { $0.sentence.text(in: vocabulary) } + [last]
      + (suggestion.map { ["all cores of this machine: \($0)"] } ?? [])
  }
}

/// The bytes of a node's memory that the default run needs: of memory that ranks share, and in all.
struct NodeNeeds: Encodable {
  let host: String
  let ranks: [Int]
  let sharedNeed: Int
  let memoryNeed: Int
}
