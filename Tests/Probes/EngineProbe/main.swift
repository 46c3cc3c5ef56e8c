import Foundation
import LockstepEngine

// Programs that use the library wrongly on purpose, for tests: engine-probe SCENARIO FOLDER. Each catches
// the failure, which must be known to all ranks, prints it on rank zero, and ends with its code.

/// A set of images that is the same on all ranks, of `count` images.
func images(_ count: Int, among world: borrowing Communicator) throws -> NodeData {
  let shape = Dataset.Shape(count: count, rows: 4, columns: 4, hasLabels: false)
  return try NodeData(shape, among: world) { pixels in
    for index in pixels.indices { pixels[index] = UInt8(truncatingIfNeeded: index &* 37) }
  }
}

/// A recipe whose batches do not divide an epoch of 50 images.
func makeRecipe() -> Recipe {
  var recipe = Recipe()
  (recipe.hidden, recipe.latent, recipe.batchSize) = (8, 2, 16)
  return recipe
}

func begin(_ scenario: String, among world: borrowing Communicator) throws {
  let isLast = world.rank == world.size - 1
  let data = try images(
    scenario == "shape" && isLast ? 60 : scenario == "empty" ? 0 : 50, among: world)
  let others = try images(60, among: world)
  var (recipe, progress, shape) = (makeRecipe(), Progress(), JobShape())
  switch scenario {
  case "recipe": recipe.hidden = isLast ? 9 : 8
  case "rate": recipe.learningRate = .nan
  case "one-rate": recipe.learningRate = isLast ? .nan : 1e-3
  case "offset": progress.offset = 50
  case "negative": progress.offset = -16
  case "losses": if isLast { progress.losses.divergence = .nan }
  case "between": progress.offset = 7
  case "progress": progress.step = isLast ? 3 : 0
  case "threads": shape.threadsPerRank = 0
  case "wire": (shape.exchange, shape.wire) = (.allGather, .bf16)
  default: break
  }
  let images = scenario == "images" && isLast ? others.splits[0] : data.splits[0]
  var trainer = try Trainer(recipe, on: images, from: progress, shape: shape, among: world)
  if scenario == "save" { try trainer.save(in: "nowhere", of: others, among: world) }
  try trainer.free()
  try others.free()
  try data.free()
}

/// Trains to an epoch's end and saves without beginning the next, then goes on from there.
func goOn(in folder: String, among world: borrowing Communicator) throws {
  let data = try images(50, among: world)
  var first = try Trainer(makeRecipe(), on: data.splits[0], among: world)
  try first.initialize()
  while !first.isEpochComplete { _ = try first.step() }
  try first.save(in: folder, of: data, among: world)
  var second = try Trainer.resuming("\(folder)/latest", on: data, among: world)
  first.beginNextEpoch()
  let isSame = second.progress == first.progress
  for _ in 0..<2 { _ = (try first.step(), try second.step()) }
  let digests = try (
    first.save(in: "\(folder)/first", of: data, among: world),
    second.save(in: "\(folder)/second", of: data, among: world)
  )
  if world.rank == 0 { print(isSame && digests.0 == digests.1 ? "same" : "other") }
  try first.free()
  try second.free()
  try data.free()
}

func run(_ words: [String]) throws -> Int32 {
  let world = try World()
  var code = ExitCode.done
  do {
    if words[1] == "go-on" {
      try goOn(in: words[2], among: world.communicator)
    } else {
      try begin(words[1], among: world.communicator)
    }
  } catch let failure as SharedFailure {
    if world.communicator.rank == 0 { print(failure) }
    code = failure.code
  }
  try world.finalize()
  return code.rawValue
}

exit(try run(CommandLine.arguments))
