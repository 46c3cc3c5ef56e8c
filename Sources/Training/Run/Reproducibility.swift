internal import Kernels
internal import Logging
internal import MPI
internal import VAE

/// What the promise of the same bits on any number of ranks rests on, looked at when a run begins.
struct Reproducibility: Codable, Equatable {
  /// Whether a row's products have the same bits however many rows are computed with it.
  var keepsBits: Bool

  /// The instructions that products use.
  var instructionSet: InstructionSet

  /// Their name, for those who read these findings.
  var instructions: String

  /// Whether they multiply numbers in bf16.
  var hasBF16: Bool

  /// A hash of some products of a model, in hexadecimal: the same on all processors that compute
  /// the same bits.
  var hash: String

  /// The seconds that the test took, with the making of kernels that training uses too.
  var seconds: Double
}

extension Reproducibility {
  /// Tests this rank's processor with the products of `layout` in `precision`, which it must have.
  ///
  /// The products take some milliseconds; the first of a process, and their kernels, a few tens.
  init(_ layout: ParameterLayout, _ precision: Precision = .fp32) {
    let start = ContinuousClock.now
    let findings = RowPanels.examine(
      layout.productSizes, gradients: layout.gradientSizes, precision, MatrixEngine())
    keepsBits = findings.keepsBits
    hash = String(findings.hash, radix: 16)
    seconds = (ContinuousClock.now - start) / .seconds(1)
    instructionSet = .effective
    instructions = instructionSet.description
    hasBF16 = instructionSet.hasBF16
  }

  /// Warns, once, where the model's bits may depend on the ranks, or on how a checkpoint was
  /// computed that the run goes on from; collective.
  ///
  /// - Returns: how this rank computes products. Where nothing was warned of, all ranks do so.
  static func check(
    _ layout: ParameterLayout, _ precision: Precision, since earlier: Arithmetic? = nil,
    among world: borrowing Communicator
  ) throws -> Arithmetic {
    let mine = Reproducibility(layout, precision)
    let own = InstructionSet.own() ?? mine.instructionSet
    let (set, ownSet) = (Int64(mine.instructionSet.rawValue), Int64(own.rawValue))
    // The least of a number and of its negative: one reduction tells both ends.
    var least = [mine.keepsBits ? 1 : 0, set, -set, ownSet, -ownSet]
    var span = least.mutableSpan
    try world.allReduce(&span, .min)
    let dissent = Dissent.places(in: try world.allGather(UInt64(mine.hash, radix: 16) ?? 0))
    let isUniform = least[1] == -least[2]
    var sentences = warnings(
      keepsBits: least[0] > 0, isUniform: isUniform,
      unlike: dissent.isEmpty ? [] : try world.hosts(with: dissent.contains(world.rank)))
    if isUniform && least[3] != -least[4] {
      let hosts = try world.hosts(with: own == mine.instructionSet)
      sentences.append(limitation(mine.instructionSet, hosts))
    }
    let arithmetic = Arithmetic(instructions: mine.instructionSet.setting, hash: mine.hash)
    sentences += [earlier?.warning(goingOnAs: arithmetic)].compactMap(\.self)
    if world.rank == 0 {
      let logger = Logger(label: "lockstep")
      for sentence in sentences { logger.warning("\(sentence)") }
    }
    return arithmetic
  }

  /// What is said where ranks agreed on `set`, which is all that `hosts` have.
  static func limitation(_ set: InstructionSet, _ hosts: [String]) -> String {
    // Of sets that do not hold one another, none is the least.
    "the products of all ranks are limited to \(set)"
      + (hosts.isEmpty ? "" : ", which is all that \(Wording.hosts(hosts)) may use")
      + ", so that bits do not depend on who computes"
  }

  /// What is to be said, a sentence each; `unlike` are the hosts whose products are not as others'.
  static func warnings(keepsBits: Bool, isUniform: Bool, unlike hosts: [String] = []) -> [String] {
    var warnings: [String] = []
    if !keepsBits {
      warnings.append(
        "on some rank a matrix product's bits depend on how many rows are computed together, so "
          + "the model's last bits may depend on the number of ranks")
    }
    if !isUniform {
      warnings.append(
        "the ranks' processors have unlike instruction sets, so the model's last bits may depend "
          + "on which rank computes what; use like processors, or one version of oneDNN")
    } else if !hosts.isEmpty {
      warnings.append(
        "matrix products on \(Wording.hosts(hosts)) have other bits than on the other hosts, so the "
          + "model's last bits may depend on which rank computes what; use like processors and one "
          + "version of oneDNN")
    }
    return warnings
  }
}

extension ParameterLayout {
  /// The products that a row goes through: each layer forward and, but for the first, back. Large
  /// ones are shortened where more is more of the same, so that testing them takes no time.
  var productSizes: [RowPanels.ProductSize] {
    let forward = layers.map { ($0.inputs, $0.outputs, false) }
    let backward = layers.dropFirst().map { ($0.outputs, $0.inputs, true) }
    return (forward + backward).map {
      // Kernels' blocks are 256 long, and 16 (AVX2) or 48 (AVX-512) columns wide.
      RowPanels.ProductSize(
        inner: Self.shortened($0.0, below: 1024, block: 256),
        columns: Self.shortened($0.1, below: 144, block: 48), isTransposed: $0.2)
    }
  }

  /// The products of one gradient tile of each layer, the largest.
  var gradientSizes: [RowPanels.GradientSize] {
    layers.indices.compactMap { layer in
      let largest = tiles.filter { $0.layer == layer }.max { $0.rows.count < $1.rows.count }
      return largest.map {
        RowPanels.GradientSize(
          samples: GradientTile.chunk, inputs: $0.rows.count,
          columns: Self.shortened(layers[layer].outputs, below: 1024, block: 48))
      }
    }
  }

  /// A size below `limit`, a multiple of `block`, that leaves the same rest as `size`: other
  /// kernels compute the last columns where they do not fill a block.
  private static func shortened(_ size: Int, below limit: Int, block: Int) -> Int {
    size < limit ? size : limit - block + size % block
  }
}
