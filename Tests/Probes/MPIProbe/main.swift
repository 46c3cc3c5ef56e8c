import Foundation
import MPI

// Runs scenarios on this rank, one after the other, and prints a line about each. The tests start it
// under mpirun.
//
//   mpi-probe SCENARIO[,SCENARIO…] [ARGUMENT…]
//
// If an expectation does not hold, the rank prints which one and ends the job with status 71.

/// A scenario, which calls MPI in the given world and counts the expectations that hold.
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

/// Runs scenarios, each with its name, in one world.
func run(_ scenarios: [(name: String, scenario: Scenario)]) throws {
  let world = try World()
  let place = "rank \(world.communicator.rank) of \(world.communicator.size)"
  for (number, (name, scenario)) in scenarios.enumerated() {
    var expectations = Expectations()
    do {
      // Some scenarios receive from any rank, and must not get a message of the next scenario.
      if number > 0 { try world.communicator.barrier() }
      try scenario(world, &expectations)
    } catch {
      complain("\(place): \(error) (in \(name))")
      world.abort(code: 71)
    }
    report("\(place): \(name) held in \(expectations.held) expectations")
  }
  try world.finalize()
}

/// Prints a line by a single call of write: otherwise the line of another rank may be put in between.
func report(_ line: String) {
  FileHandle.standardOutput.write(Data("\(line)\n".utf8))
}

func complain(_ sentence: String) {
  FileHandle.standardError.write(Data("\(sentence)\n".utf8))
}

let name = CommandLine.arguments.dropFirst().first ?? ""
let names = name.split(separator: ",").map(String.init)
let known = names.compactMap { name in scenarios[name].map { (name, $0) } }
if !names.isEmpty, known.count == names.count {
  try run(known)
} else if name == "life", let level = CommandLine.arguments.dropFirst(2).first {
  try life(ThreadLevel.allCases.first { "\($0)" == level } ?? .funneled)
} else if name == "uncaught" {
  try uncaught()
} else if name == "after-the-end" {
  try afterTheEnd()
} else {
  let all = scenarios.keys.sorted() + ["after-the-end", "life LEVEL", "uncaught"]
  complain("unknown scenario in '\(name)': there are \(all.joined(separator: ", "))")
  exit(64)
}
