import Foundation
import MPI

// Runs the program of the tutorial that the first argument names. The tests start it under mpirun.

let programs: [String: () throws -> Void] = [
  "AllReduce": allReduce, "Hello": hello, "Overlap": overlap, "Ring": ring, "Sharing": sharing,
]

guard let program = CommandLine.arguments.dropFirst().first.flatMap({ programs[$0] }) else {
  FileHandle.standardError.write(
    Data("usage: mpi-tutorial \(programs.keys.sorted().joined(separator: "|"))\n".utf8))
  exit(64)
}
do {
  try program()
} catch {
  FileHandle.standardError.write(Data("\(error)\n".utf8))
  World.abort(code: 1)
}
