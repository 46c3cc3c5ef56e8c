import Foundation
import Kernels
import Testing

/// Weights of draws against the densities written down plainly in double precision.
@Suite struct ImportanceWeightsTests {
  private static let (images, size) = (3, 4)

  private func numbers(_ count: Int, seed: UInt64) -> [Float] {
    let buffer = Buffer<Float>(repeating: 0, count: count)
    let row = buffer.vector.matrix(rows: 1, columns: count)
    RandomStream(seed: seed, purpose: .generation).fillNormal(row, positions: 0..<1)
    return row.elements
  }

  private func logNormal(_ x: Double, mean: Double, logVariance: Double) -> Double {
    -0.5 * (log(2 * .pi) + logVariance + (x - mean) * (x - mean) / exp(logVariance))
  }

  /// Cross-entropies near 90 nats, as MNIST's: their differences count, and `spread` is how large these are.
  @Test("weights and bound are those of the densities", arguments: [1, 2, 5, 50], [0.1, 3, 500.0])
  func weights(draws: Int, spread: Double) {
    let (images, size) = (Self.images, Self.size)
    let rows = images * draws
    let moments = PaddedMatrix(images, 2 * size, values: numbers(images * 2 * size, seed: 1))
    let noise = PaddedMatrix(rows, size, values: numbers(rows * size, seed: 2), padding: 1)
    let latents = PaddedMatrix(rows, size, padding: 3)
    let entropies = PaddedMatrix(
      rows, 1, values: numbers(rows, seed: 3).map { Float(90 + spread * Double($0)) })
    let weights = PaddedMatrix(rows, 1, padding: 2)
    let bound = PaddedMatrix(images, 1)
    GaussianSampler.forward(
      moments: moments.matrix, noise: noise.matrix, latents: latents.matrix,
      as: Operand(latents.matrix))
    ImportanceWeights.compute(
      moments: moments.matrix, noise: noise.matrix, latents: latents.matrix,
      crossEntropies: entropies.matrix, weights: weights.matrix, bound: bound.matrix)
    for image in 0..<images {
      let logs = (image * draws..<(image + 1) * draws).map { row in
        (0..<size).reduce(-Double(entropies.matrix[row, 0])) { sum, k in
          let (z, e) = (Double(latents.matrix[row, k]), Double(noise.matrix[row, k]))
          let logVariance = Double(moments.matrix[image, size + k])
          return sum + logNormal(z, mean: 0, logVariance: 0)
            - (logNormal(e, mean: 0, logVariance: 0) - 0.5 * logVariance)
        }
      }
      let largest = logs.max()!
      let total = logs.reduce(0) { $0 + exp($1 - largest) }
      for (draw, log) in logs.enumerated() {
        let expected = exp(log - largest) / total
        #expect(abs(Double(weights.matrix[image * draws + draw, 0]) - expected) <= 2e-6)
      }
      let expected = -(largest + log(total / Double(draws)))
      #expect(abs(Double(bound.matrix[image, 0]) - expected) <= 1e-6 * (1 + abs(expected)))
    }
  }

  @Test("a draw whose cross-entropy is not a number makes all of its image's weights not numbers")
  func notFinite() {
    let moments = PaddedMatrix(2, 2, values: [0, 0, 0, 0])
    let noise = PaddedMatrix(4, 1, values: [1, -1, 0.5, 0])
    let entropies = PaddedMatrix(4, 1, values: [1, 2, .nan, 3])
    let weights = PaddedMatrix(4, 1)
    let bound = PaddedMatrix(2, 1)
    ImportanceWeights.compute(
      moments: moments.matrix, noise: noise.matrix, latents: noise.matrix,
      crossEntropies: entropies.matrix, weights: weights.matrix, bound: bound.matrix)
    #expect(weights.matrix.elements.map(\.isNaN) == [false, false, true, true])
    #expect(bound.matrix.elements.map(\.isNaN) == [false, true])
  }
}
