import Foundation
import MPI

// Runs one scenario on this rank and reports it in one line; the tests start it under mpirun.
//
// A rank whose expectations do not hold says which one and ends the whole job with status 71.

/// What a scenario does in a world that is made, reported and finalised for it.
typealias Scenario = (borrowing World, inout Expectations) throws -> Void

let scenarios: [String: Scenario] = [
  "arrays": arrays,
  "booleans": booleans,
  "broadcasts": broadcasts,
  "communicators": communicators,
  "differs": differs,
  "drops-a-request": dropsRequest,
  "gathering": gathering,
  "errors": errors,
  "huge-counts": hugeCounts,
  "late": late,
  "nodes": nodes,
  "non-blocking": nonBlocking,
  "one-rank-throws": oneRankThrows,
  "persistent": persistent,
  "persistent-lengths": persistentLengths,
  "point-to-point": pointToPoint,
  "reductions": reductions,
  "settings": settings,
  "too-short": tooShort,
  "windows": windows,
]

func run(_ name: String, _ scenario: Scenario) throws {
  let world = try World()
  let place = "rank \(world.communicator.rank) of \(world.communicator.size)"
  var expectations = Expectations()
  do {
    try scenario(world, &expectations)
  } catch {
    complain("\(place): \(error)")
    world.abort(code: 71)
  }
  report("\(place): \(name) held in \(expectations.held) expectations")
  try world.finalize()
}

/// Line and end at once: MPICH's launcher may pass on another rank's words between them.
func report(_ line: String) {
  FileHandle.standardOutput.write(Data("\(line)\n".utf8))
}

func complain(_ sentence: String) {
  FileHandle.standardError.write(Data("\(sentence)\n".utf8))
}

let name = CommandLine.arguments.dropFirst().first ?? ""
if let scenario = scenarios[name] {
  try run(name, scenario)
} else if name == "life", let level = CommandLine.arguments.dropFirst(2).first {
  try life(ThreadLevel.allCases.first { "\($0)" == level } ?? .funneled)
} else if name == "uncaught" {
  try uncaught()
} else if name == "after-the-end" {
  try afterTheEnd()
} else {
  let names = scenarios.keys.sorted() + ["after-the-end", "life LEVEL", "uncaught"]
  complain("there is no scenario '\(name)', only \(names.joined(separator: ", "))")
  exit(64)
}
