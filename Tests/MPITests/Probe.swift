import Foundation
import Support
import Testing

/// A scenario of `mpi-probe` on a number of ranks.
struct Probe {
  let scenario: [String]
  let ranks: Int
  private let hosts: [Int]?

  /// What makes jobs quick to start and quick to end: no search for fast networks, which takes 0.2
  /// s, and no backtrace of a crash that a test provokes.
  private static let environment = ["OMPI_MCA_pml": "ob1", "SWIFT_BACKTRACE": "enable=no"]

  init(_ scenario: String..., ranks: Int) { self.init(scenario, ranks: ranks) }

  init(_ scenario: [String], ranks: Int) {
    self.scenario = scenario
    self.ranks = ranks
    hosts = nil
  }

  /// On pretended hosts, with as many ranks each.
  init(_ scenario: String..., hosts: [Int]) {
    self.scenario = scenario
    self.hosts = hosts
    ranks = hosts.reduce(0, +)
  }

  /// Runs to the end, or for `seconds` at most.
  func run(
    seconds: Int = 120, environment: [String: String] = [:]
  ) throws -> Command.Outcome {
    let environment = environment.merging(Self.environment) { mine, _ in mine }
    let command: Command =
      if let hosts {
        .mpirun(hosts: hosts, "mpi-probe", scenario, environment: environment)
      } else {
        .mpirun(ranks: ranks, "mpi-probe", scenario, environment: environment)
      }
    return try command.run(seconds: seconds)
  }

  /// Expects that the job ends well and that each rank says its expectations held, some at least.
  func expectToHold(environment: [String: String] = [:]) throws {
    let outcome = try run(environment: environment)
    #expect(outcome.status == 0, "\(outcome.errors)\(outcome.output)")
    expectReports(in: outcome.output)
  }

  func expectReports(in output: String) {
    let lines = output.split(whereSeparator: \.isNewline)
    for rank in 0..<ranks {
      let report = "rank \(rank) of \(ranks): \(scenario[0]) held in "
      let count = lines.first { $0.hasPrefix(report) }?
        .dropFirst(report.count).prefix { $0.isNumber }
      #expect(count.flatMap { Int($0) } ?? 0 > 0, "no report of rank \(rank) in: \(output)")
    }
  }
}

extension Command.Outcome {
  /// Whether the job failed by itself, rather than being ended by the limit.
  var failedInTime: Bool { ![0, 124, 137].contains(status) }

  /// Both streams: what ranks write to standard error, mpirun passes on in either.
  var reported: String { output + errors }
}
