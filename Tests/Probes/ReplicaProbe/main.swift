import Foundation
import Kernels
import MPI
import Training

// Trains as `lockstep train` does, with one bit of one rank's parameters flipped before the first
// step, as a broken memory might: replica-probe DATA RUN TEAMS VERIFY-EVERY RANK.

/// Nobody watches.
struct Unwatched: TrainingObserver {
  func trainingBegins(
    _ configuration: RunConfiguration, at progress: Training.Progress, ranks: Int, threads: Int
  ) {}
  func stepEnded(_ event: StepEvent) {}
  func epochEnded(_ row: EpochRow) {}
}

func request(_ words: [String]) -> RunRequest {
  var request = RunRequest()
  (request.data, request.teams) = (words[0], TeamMode(rawValue: words[2]))
  (request.hidden, request.latent, request.batchSize) = (16, 4, 50)
  (request.epochs, request.logEvery) = (1, 1)
  request.exchange = .allReduce  // All teams update all parameters: none mends the flipped bit.
  request.verifyEvery = Int(words[3])
  return request
}

func train(_ words: [String], among world: borrowing Communicator) throws -> ExitCode {
  let run = try TrainingRun(
    request(words), path: words[1], observer: Unwatched(), stop: StopSignal(), among: world)
  if world.rank == Int(words[4]) {
    let parameters = run.trainer.replica.parameters
    parameters[0] = Float(bitPattern: parameters[0].bitPattern ^ 1 << 20)
  }
  return try run.perform()
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
