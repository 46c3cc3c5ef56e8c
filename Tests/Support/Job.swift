package import Foundation
package import Testing

/// How a command is started.
package enum Launch: Sendable, CustomTestStringConvertible {
  /// As one process, without a launcher.
  case alone
  /// By mpirun, on a number of ranks.
  case ranks(Int)
  /// By mpirun, on pretended hosts with as many ranks each.
  case hosts([Int])

  /// Both ways in which a sentence may be told twice or a rank left waiting.
  package static let both = [alone, ranks(2)]

  /// Every case alone, and those with the given numbers on two ranks, too: a job of mpirun's takes
  /// more than a second to fail.
  package static func each<Case>(_ cases: [Case], onRanks numbers: Int...) -> [(Case, Launch)] {
    cases.map { ($0, .alone) } + numbers.map { (cases[$0], .ranks(2)) }
  }

  package var testDescription: String {
    switch self {
    case .alone: "alone"
    case .ranks(let count): "\(count) ranks"
    case .hosts(let ranks): "\(ranks.map(String.init).joined(separator: " + ")) ranks on hosts"
    }
  }
}

/// One `lockstep` command.
package struct Job {
  package let command: Command

  package init(
    _ words: [String], _ launch: Launch = .alone, environment: [String: String] = [:]
  ) {
    let environment = environment.merging(Self.environment) { mine, _ in mine }
    switch launch {
    case .alone:
      command = Command([Command.built("lockstep")] + words, environment: environment)
    case .ranks(let count):
      command = .mpirun(ranks: count, "lockstep", words, environment: environment)
    case .hosts(let ranks):
      command = .mpirun(hosts: ranks, "lockstep", words, environment: environment)
    }
  }

  /// What makes jobs quick to start and quick to end: fewer networks to look for, no backtraces.
  package static let environment = [
    "OMPI_MCA_pml": "ob1", "OMPI_MCA_btl": "self,vader", "OMP_NUM_THREADS": "1",
    "SWIFT_BACKTRACE": "enable=no",
  ]

  /// For jobs that fail by themselves: `mpirun` waits no second between SIGTERM and SIGKILL for the
  /// ranks that are left. It is for no test that looks at what a signal does.
  package static let failing = environment.merging(["OMPI_MCA_odls_base_sigkill_timeout": "0"]) {
    $1
  }

  /// ``command``, of which is known that it fails by itself.
  package var failing: Command {
    Command(command.words, environment: Self.failing.merging(command.environment) { $1 })
  }

  /// Runs to the end and expects it to be good.
  @discardableResult
  package func succeed(
    seconds: Int = 60, in folder: URL? = nil, sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> Command.Outcome {
    let outcome = try command.run(seconds: seconds, in: folder)
    #expect(outcome.status == 0, "\(outcome.reported)", sourceLocation: sourceLocation)
    return outcome
  }

  /// Runs to the end and expects `code`, and one sentence that has all of `parts`.
  package func fail(
    _ code: Int32, _ parts: String..., in folder: URL? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try failing.run(in: folder).expectFailure(code, parts, sourceLocation: sourceLocation)
  }
}

extension Command.Outcome {
  /// Both streams: mpirun passes on in either what ranks write to standard error.
  package var reported: String { output + errors }

  /// The lines on standard error, without what a progress bar wiped, and without what launchers write now
  /// and then about their own affairs: an mpirun that gives ranks no grace, of a pipe that it has closed;
  /// Open MPI's launch over ssh on a busy machine, of a process group; ssh, of a host that has ended first.
  /// Open MPI 5 says between two rulers that a job did not end with 0, and at times below them that a rank
  /// did not hear of it.
  package var told: [Substring] {
    errors.replacing(/(?m)^-{60,}\nprterun detected that (?s:.*?)\n-{60,}$/, with: "").split(
      whereSeparator: \.isNewline
    )
    .map { $0.split(separator: "\u{1b}[K").last ?? $0 }
    .filter { line in
      !line.hasPrefix("[warn] Epoll ") && !line.contains("] PMIX ERROR: PMIX_ERR_UNREACH in file ")
        && !line.contains("plm:rsh: Warning: setpgid(")
        && !(line.hasPrefix("Connection to ") && line.hasSuffix(" closed by remote host."))
    }
  }

  /// Expects `code`, and that exactly one sentence, with all of `parts`, is on standard error.
  package func expectFailure(
    _ code: Int32, _ parts: [String], sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(status == code, "\(reported)", sourceLocation: sourceLocation)
    let told = told
    #expect(
      told.count == 1 && told[0].hasPrefix("lockstep: "), "not one sentence: \(reported)",
      sourceLocation: sourceLocation)
    for part in parts {
      #expect(
        told.first?.contains(part) ?? false, "no '\(part)' in: \(reported)",
        sourceLocation: sourceLocation)
    }
  }
}
