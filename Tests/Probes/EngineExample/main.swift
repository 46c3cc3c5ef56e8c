import Glibc
import LockstepEngine

// Trains a variational autoencoder on all ranks of a job, to the bits of `lockstep train`:
//
//     mpirun -n 2 engine-example DATA FOLDER [CHECKPOINT]

/// A trainer at the beginning, or where `checkpoint` ends.
func makeTrainer(
  _ data: borrowing NodeData, from checkpoint: String?, among world: borrowing Communicator
) throws -> Trainer {
  if let checkpoint { return try Trainer.resuming(checkpoint, on: data, among: world) }
  let recipe = Recipe()  // 784-400-20-400-784, Adam 1e-3, batch 128, seed 1
  var trainer = try Trainer(recipe, on: data.splits[0], among: world)
  try trainer.initialize()
  return trainer
}

/// Trains for one epoch on the images in the folder `data`, and saves the model in `folder`.
func train(
  on data: String, from checkpoint: String?, savingIn folder: String,
  among world: borrowing Communicator
) throws {
  // One copy of the images on every node. Rank zero can make them, too: NodeData(shape, among:fill:).
  let data = try NodeData(data, [.train], among: world)
  var trainer = try makeTrainer(data, from: checkpoint, among: world)
  while !trainer.isEpochComplete {
    let (losses, _) = try trainer.step()
    if world.rank == 0, trainer.progress.step.isMultiple(of: 100) {
      print("step \(trainer.progress.step)  loss \(losses.mean.total)")
    }
  }
  trainer.beginNextEpoch()
  let digest = try trainer.save(in: folder, of: data, among: world)
  if world.rank == 0 { print("model SHA-256 \(digest)") }
  try trainer.free()
  try data.free()
}

/// Starts MPI, trains, and ends MPI; returns the process's exit code.
func run(_ arguments: [String]) throws -> Int32 {
  guard 3...4 ~= arguments.count else { return ExitCode.usage.rawValue }
  let world = try World()
  var code = ExitCode.done
  do {
    try train(
      on: arguments[1], from: arguments.dropFirst(3).first, savingIn: arguments[2],
      among: world.communicator)
  } catch let failure as SharedFailure {  // All ranks know of it, and end together.
    if world.communicator.rank == 0 { print(failure) }
    code = failure.code
  } catch {  // This rank alone: the others must not wait for it.
    print(error)
    World.abort(code: 1)
  }
  try world.finalize()
  return code.rawValue
}

exit(try run(CommandLine.arguments))
