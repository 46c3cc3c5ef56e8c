internal import Inference
internal import Kernels
internal import MPI

/// What a model's encoder makes of images, on all ranks: codes and latents. A latent is one draw of z from
/// q(z|x), or the code itself where the encoder gives codes alone.
struct ComparedLatents: ~Copyable {
  /// How many images there are.
  let count: Int
  /// The dimensions of a code.
  let latent: Int
  /// The variances of q(z|x), (count, latent), on rank zero; none on the other ranks.
  let variances: [Float]

  private let codeMemory: Buffer<Float>
  private let latentMemory: Buffer<Float>

  /// The codes, (count, latent), valid while this value lives.
  var codes: Vector { codeMemory.vector }
  /// The latents, (count, latent), valid while this value lives.
  var latents: Vector { latentMemory.vector }

  /// Encodes `selection`; the noise of latents follows from `seed` and `epoch`. Collective.
  init(
    _ selection: ImageSelection, _ session: borrowing InferenceSession, seed: UInt64, epoch: Int,
    among communicator: borrowing Communicator
  ) throws {
    let latent = session.latent
    let codes = Buffer<Float>(repeating: 0, count: selection.count * latent)
    let latents = Buffer<Float>(repeating: 0, count: selection.count * latent)
    let (codeVector, latentVector) = (codes.vector, latents.vector)
    var variances: [Float] = []
    try session.encodeWithDraws(selection, seed: seed, epoch: epoch, among: communicator) {
      positions, rows in
      for (row, position) in positions.enumerated() {
        for k in 0..<latent {
          codeVector[position * latent + k] = rows[row * 3 * latent + k]
          latentVector[position * latent + k] = rows[row * 3 * latent + latent + k]
          variances.append(rows[row * 3 * latent + 2 * latent + k])
        }
      }
    }
    for vector in [codeVector, latentVector] {
      try vector.withMutableSpan { span throws(MPIError) in
        try communicator.broadcast(&span, from: 0)
      }
    }
    (count, self.latent, self.variances) = (selection.count, latent, variances)
    codeMemory = codes
    latentMemory = latents
  }

  /// The bytes that the latents of `count` images take on a rank.
  static func byteCount(_ count: Int, latent: Int) -> Int {
    3 * count * latent * MemoryLayout<Float>.stride
  }
}
