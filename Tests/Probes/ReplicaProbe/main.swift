import Checkpoints
import Engine
import Foundation
import Kernels
import MPI
import Platform
import Ranks
import Reports
import Runs
import VAE

// Trains as `lockstep train` does, but changes one rank's parameters before the first step, as faulty
// memory might:
//
//   replica-probe DATA RUN TEAMS VERIFY-EVERY RANK [THREADS]
//
// Without THREADS, one bit of the parameters of RANK is flipped, and the whole run is trained. With
// THREADS, one of its parameters becomes a NaN, and a single step is taken with that many threads.

/// An observer that does nothing.
struct Unwatched: TrainingObserver {
  func trainingBegins(_ start: TrainingStart) {}
  func exchangeChosen(_ choice: ExchangeChoice) {}
  func stepEnded(_ event: StepEvent) {}
  func epochEnded(_ row: EpochRow) {}
}

func request(_ words: [String]) -> RunRequest {
  var request = RunRequest()
  (request.data, request.teams) = (words[0], TeamMode(rawValue: words[2]))
  (request.hidden, request.latent, request.batchSize) = (16, 4, 200)
  (request.epochs, request.logEvery) = (1, 1)
  // Each team updates its own copy of all parameters, so no team overwrites the flipped bit.
  request.exchange = .allReduce
  request.verifyEvery = Int(words[3])
  return request
}

/// Takes one step with a NaN in the parameters of one team. Only that team computes losses that are
/// not finite, but all teams must fail and leave their parameters unchanged.
func step(_ words: [String], among world: borrowing Communicator) throws -> ExitCode {
  var request = request(words)
  request.threadsPerRank = Int(words[5]) ?? 1
  var run = try TrainingRun(
    request, path: words[1], observer: Unwatched(), stop: StopSignal(), among: world)
  let parameters = run.trainer.replica.parameters
  if world.rank == Int(words[4]) { parameters[0] = .nan }
  try world.barrier()
  let before = (0..<parameters.count).map { parameters[$0].bitPattern }
  do {
    _ = try run.trainer.step()
    return .done
  } catch let error as SharedFailure {
    let after = (0..<parameters.count).map { parameters[$0].bitPattern }
    try world.barrier()
    guard before == after else { throw Failure(.mpi, "rank \(world.rank) changed its parameters") }
    throw error
  }
}

func train(_ words: [String], among world: borrowing Communicator) throws -> ExitCode {
  if words.count > 5 { return try step(words, among: world) }
  let run = try TrainingRun(
    request(words), path: words[1], observer: Unwatched(), stop: StopSignal(), among: world)
  if world.rank == Int(words[4]) {
    let parameters = run.trainer.replica.parameters
    parameters[0] = Float(bitPattern: parameters[0].bitPattern ^ 1 << 20)
  }
  return try run.perform().code
}

func run(_ words: [String]) throws -> ExitCode {
  let world = try World()
  var code = ExitCode.done
  do {
    code = try train(words, among: world.communicator)
  } catch let error as SharedFailure {
    code = error.failure.code
    if world.communicator.rank == 0 {
      FileHandle.standardError.write(Data("lockstep: \(error.failure)\n".utf8))
    }
  }
  try world.communicator.barrier()
  try world.finalize()
  return code
}

exit(try run(Array(CommandLine.arguments.dropFirst())).rawValue)
