internal import Engine
internal import Platform
internal import Ranks

/// The digests of the models that the default recipe trains on MNIST, on any processor, any number of
/// ranks and threads, and any MPI.
///
/// The README has two of them. A change of any computed bit changes all of them.
package enum PublishedModel {
  /// The SHA-256 of `model.safetensors`, in hexadecimal, by the number of steps; one epoch has 469.
  ///
  /// The quick proof that all runs give the same bits trains 63 steps, the whole proof 500.
  package static let digests = [
    63: "a3a600e0416ac755e40a655a98336f0c3d7bc4a9468128dc727ba16549fc926f",
    469: "7fc81c207cd2aacffe9f4ad15da45be77942c2cddf02d5b55e59a3e90df342bd",
    500: "7aa9244b05bcd73b32bce5b97399fb683c9dad724b2f6ab7ba2398b1c13bab41",
    4690: "b03c9d44d1aa8a96283478afbff805dd0bee096f579598ab0855911f393b5eb7",
  ]

  /// The digest of MNIST's training images: see ``DataFingerprint/train``.
  private static let images = "e98b300cecaa094331d94fb9d41af24bd471c809bea149d123328d477d8bd33a"

  /// The digest that the model of the checkpoint in `directory` should have, by the recipe, images and steps
  /// in its state; nil where none is published for these.
  ///
  /// The model may have other bits nevertheless: the state tells neither the parameters with which the run
  /// began nor whether gradients were rounded between teams.
  ///
  /// - Throws: `Failure` or `DecodingError` where the state cannot be read.
  package static func digest(forCheckpoint directory: String) throws -> String? {
    let text = try FileSystem.read("\(directory)/\(Checkpoint.stateName)")
    let state = try CheckpointState(decoding: text)
    guard state.recipe == Recipe(), state.data?.train == images else { return nil }
    return digests[state.progress.step]
  }
}
