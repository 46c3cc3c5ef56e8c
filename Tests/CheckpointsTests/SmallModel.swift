@testable import Checkpoints
@testable import Engine
import Foundation
import Kernels
import VAE

/// A replica of images of 3 × 4 pixels, and the state of its run.
final class SmallModel {
  static let layout = ParameterLayout(ModelConfiguration(pixels: 12, hidden: 5, latent: 2))
  static let size = ImageSize(rows: 3, columns: 4)

  let replica: Replica
  private let memory: Buffer<Float>
  private let rowsMemory: Buffer<Float>

  /// Parameters and moments that are zero.
  init() {
    memory = Buffer(repeating: 0, count: Replica.count(Self.layout))
    rowsMemory = Buffer(repeating: 0, count: TensorFile.rowsCount(Self.layout))
    replica = Replica(Self.layout, memory.vector)
  }

  /// Memory through which tensors are written.
  var rows: Vector { rowsMemory.vector }

  /// Parameters and both moments.
  var vectors: [Vector] { [replica.parameters, replica.firstMoment, replica.secondMoment] }

  /// Sets all numbers, those between the layers too, to finite ones of many exponents that differ with
  /// `seed`.
  func fill(_ seed: Int) {
    for (number, vector) in vectors.enumerated() {
      for index in 0..<vector.count {
        let bits = UInt32(
          truncatingIfNeeded: (index * 3 + number + seed * 1009 + 1) &* 2_654_435_761)
        let value = Float(bitPattern: bits)
        vector[index] = value.isFinite ? value : -0.0
      }
    }
  }

  /// The bits of all tensors of the three vectors, in the order of the file.
  var bits: [[UInt32]] {
    vectors.map { vector in
      Self.layout.tensors.flatMap { $0.view(of: vector).elements.map(\.bitPattern) }
    }
  }

  /// The state after `step` steps.
  static func state(step: Int) -> CheckpointState {
    var recipe = Recipe()
    (recipe.hidden, recipe.latent, recipe.batchSize, recipe.seed) = (5, 2, 4, 9)
    let digests = Data(#"{"train":"aa","test":"bb"}"#.utf8)
    return CheckpointState(
      at: progress(step), recipe: recipe, imageSize: size,
      data: try! JSONDecoder().decode(DataFingerprint.self, from: digests),
      arithmetic: Arithmetic(.fp32, .generic))
  }

  static func progress(_ step: Int) -> Engine.Progress {
    var progress = Engine.Progress()
    (progress.step, progress.offset) = (step, 4 * step)
    progress.losses.add(reconstruction: 0.1, divergence: 1e300)
    return progress
  }
}
