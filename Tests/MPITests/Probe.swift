import Foundation
import Support
import Testing

/// A job of `mpi-probe`, which runs scenarios one after the other on a number of ranks.
struct Probe {
  /// The names of the scenarios.
  private let scenarios: [String]
  /// Further arguments of the program, which some scenarios read.
  private let arguments: [String]
  private let ranks: Int
  /// The number of ranks on each pretended host; nil for ranks on this machine itself.
  private let hosts: [Int]?

  /// Settings that make jobs start and end faster:
  ///
  /// - Open MPI does not look for fast networks, which takes 0.2 s.
  /// - When a rank has failed, `mpirun` waits no second between SIGTERM and SIGKILL for the others.
  /// - Swift prints no backtrace of a crash that a test provokes.
  static let environment = [
    "OMPI_MCA_pml": "ob1", "OMPI_MCA_odls_base_sigkill_timeout": "0",
    "SWIFT_BACKTRACE": "enable=no",
  ]

  /// Scenarios on `ranks` ranks on this machine.
  init(_ scenarios: [String], _ arguments: [String] = [], ranks: Int) {
    (self.scenarios, self.arguments) = (scenarios, arguments)
    (self.ranks, hosts) = (ranks, nil)
  }

  /// Scenarios on pretended hosts, with `hosts[n]` ranks on host n.
  init(_ scenarios: [String], _ arguments: [String] = [], hosts: [Int]) {
    (self.scenarios, self.arguments) = (scenarios, arguments)
    (ranks, self.hosts) = (hosts.reduce(0, +), hosts)
  }

  /// Runs the job to its end, or until it is ended after `seconds`.
  func run(
    seconds: Int = 120, environment: [String: String] = [:]
  ) throws -> Command.Outcome {
    let environment = environment.merging(Self.environment) { given, _ in given }
    let words = [scenarios.joined(separator: ",")] + arguments
    let command: Command =
      if let hosts {
        .mpirun(hosts: hosts, "mpi-probe", words, environment: environment)
      } else {
        .mpirun(ranks: ranks, "mpi-probe", words, environment: environment)
      }
    return try command.run(seconds: seconds)
  }

  /// Runs the job and expects that it succeeds and that every rank has reported every scenario.
  func expectToHold(seconds: Int = 120, environment: [String: String] = [:]) throws {
    let outcome = try run(seconds: seconds, environment: environment)
    #expect(outcome.status == 0, "\(outcome.errors)\(outcome.output)")
    expectReports(in: outcome.output)
  }

  /// Expects that `output` has a line of every rank about every scenario, which says that one or
  /// more expectations held.
  func expectReports(in output: String) {
    let lines = output.split(whereSeparator: \.isNewline)
    for rank in 0..<ranks {
      for scenario in scenarios {
        let report = "rank \(rank) of \(ranks): \(scenario) held in "
        let count = lines.first { $0.hasPrefix(report) }?
          .dropFirst(report.count).prefix { $0.isNumber }
        #expect(
          count.flatMap { Int($0) } ?? 0 > 0, "no report of \(scenario) on \(rank) in: \(output)")
      }
    }
  }
}

extension Command.Outcome {
  /// Whether the job failed before its time limit; where the launcher does not tell of signals, whether it
  /// ended.
  var failedInTime: Bool {
    ![124, 137].contains(status) && (status != 0 || Library.hidesSignals)
  }

  /// Standard output and standard error: launchers may write to either what a rank has written to
  /// standard error.
  var reported: String { output + errors }
}
