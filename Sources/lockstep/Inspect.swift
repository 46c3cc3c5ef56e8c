internal import ArgumentParser
internal import Inference

/// `lockstep inspect`.
struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Tell what is in a checkpoint or any safetensors file, and whether it is whole.",
    discussion: """
        lockstep inspect checkpoints/mnist
        lockstep inspect checkpoints/mnist/step-00000469
        lockstep inspect model.safetensors
      """)

  @OptionGroup var checkpoint: CheckpointArgument

  func run() throws {
    Job.runAlone { try Terminal.result(CheckpointDescription(checkpoint.checkpoint).lines) }
  }
}
