import Kernels
import Testing
import VAE

@Suite struct GradientTileTests {
  static let configurations = [
    ModelConfiguration(), ModelConfiguration(pixels: 1, hidden: 1, latent: 1),
    ModelConfiguration(pixels: 63, hidden: 64, latent: 65),
    ModelConfiguration(pixels: 128, hidden: 127, latent: 129),
    ModelConfiguration(pixels: 784, hidden: 1000, latent: 2),
  ]

  @Test(arguments: configurations)
  func coverEveryRowOnce(_ configuration: ModelConfiguration) {
    let layout = ParameterLayout(configuration)
    for (number, layer) in layout.layers.enumerated() {
      let rows = layout.tiles.filter { $0.layer == number }.map(\.rows)
      #expect(rows.flatMap { Array($0) } == Array(0...layer.inputs))
    }
    #expect(layout.tiles.allSatisfy { layout.layers.indices.contains($0.layer) })
  }

  /// A tile has 32 to 64 rows if the layer has as many, and never a single row.
  @Test(arguments: configurations)
  func heights(_ configuration: ModelConfiguration) {
    let layout = ParameterLayout(configuration)
    for tile in layout.tiles {
      let rows = layout.layers[tile.layer].inputs + 1
      #expect((min(rows, 32)...64).contains(tile.rows.count))
      #expect(tile.rows.count >= 2)
    }
  }

  /// A tile's range of the flat buffer contains exactly the tile's rows of the layer's matrix.
  @Test(arguments: configurations)
  func lieInMemory(_ configuration: ModelConfiguration) {
    let layout = ParameterLayout(configuration)
    let memory = Buffer<Float>(repeating: 0, count: layout.count)
    for (number, tile) in layout.tiles.enumerated() {
      layout.layers[tile.layer].matrix(memory.vector).rows(tile.rows).fill(Float(number + 1))
      let part = memory.vector[tile.range].matrix(rows: 1, columns: tile.range.count)
      let isFilled = part.elements.allSatisfy { $0 == Float(number + 1) }
      #expect(isFilled)
    }
    let starts = layout.tiles.map(\.range.lowerBound)
    #expect(starts == starts.sorted())
    let covered = layout.tiles.reduce(0) { $0 + $1.range.count }
    #expect(covered == layout.parameterCount)
  }

  /// The gradient is the sum over all of `samples` samples, one part of 64 or several, and no
  /// others.
  @Test(arguments: [1, 2, 127, 128, 129, 256, 257, 300])
  func sums(samples: Int) {
    let workbench = Workbench(
      ModelConfiguration(pixels: 70, hidden: 5, latent: 2), capacity: samples + 7)
    let (activations, rows) = (workbench.activations, 3..<samples + 3)
    for (number, layer) in workbench.layout.layers.enumerated() {
      let input = activations.inputs[number].columns(0..<layer.inputs).rows(rows).matrix!
      input.copy(from: floats(samples * layer.inputs, seed: number))
      let delta = activations.deltas[number].rows(rows).matrix!
      delta.copy(from: floats(samples * layer.outputs, seed: 10 + number))
    }
    workbench.computeGradient(rows)
    for (number, layer) in workbench.layout.layers.enumerated() {
      let input = activations.inputs[number].rows(rows).matrix!.doubles
      let delta = activations.deltas[number].rows(rows).matrix!.doubles
      let (height, width) = (layer.inputs + 1, layer.outputs)
      let expected = (0..<height * width).map { place in
        (0..<samples).reduce(0) { sum, sample in
          sum + input[sample * height + place / width] * delta[sample * width + place % width]
        }
      }
      let error = relativeError(layer.matrix(workbench.gradient).doubles, expected)
      #expect(error <= 1e-6, "layer \(number)")
      // Because of the column of ones the last row is the sum of the deltas.
      let sum = (0..<samples).reduce(0) { $0 + delta[$1 * width] }
      #expect(abs(Double(layer.bias(workbench.gradient)[0, 0]) - sum) <= 1e-5 * (abs(sum) + 1))
    }
  }

  @Test func withoutSamples() {
    let workbench = Workbench(
      ModelConfiguration(pixels: 70, hidden: 5, latent: 2), capacity: 4)
    workbench.computeGradient(2..<2)
    for layer in workbench.layout.layers {
      let isZero = layer.matrix(workbench.gradient).elements.allSatisfy { $0 == 0 }
      #expect(isZero)
    }
  }

  @Test func writeNothingElse() throws {
    let golden = try Golden("odd")
    let workbench = golden.workbench()
    workbench.forwardAndBackward(0..<golden.batch, scale: 1)
    for tile in workbench.layout.tiles {
      workbench.gradient.fill(.nan)
      workbench.model.computeGradient(
        of: tile, from: workbench.activations, layerRows: 0..<golden.batch,
        into: workbench.gradient[tile.range])
      let written = (0..<workbench.layout.count).filter { !workbench.gradient[$0].isNaN }
      #expect(written == Array(tile.range))
    }
  }

  private func floats(_ count: Int, seed: Int) -> [Float] {
    normals(count, seed: UInt64(seed)).map { Float($0) }
  }
}
