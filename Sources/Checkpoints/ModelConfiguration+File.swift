package import Formats
internal import Platform
package import VAE

extension ModelConfiguration {
  /// The kind and the layers' sizes of the model in `file`, from the names and shapes of its tensors: in a
  /// file by another program nothing else tells them. The activation is told by the file's metadata; it is
  /// the rectifier where they are silent.
  ///
  /// - Throws: `FileError` where a tensor is missing, `Failure` with `badData` where shapes do not fit.
  package init(shapesOf file: borrowing SafetensorsFile) throws {
    let prefix = TensorFile.commonPrefix(of: file)
    let names = Set(file.tensors.map(\.name))
    func has(_ layer: String) -> Bool { names.contains("\(prefix)\(layer).weight") }
    func shape(_ layer: String) throws -> [Int] {
      try file.tensor("\(prefix)\(layer).weight").shape
    }
    let plain = (1...).prefix { has("fc\($0)") }.count
    let draws = has("fc\(plain + 1)1") || !has("fc2")
    // Without the layer of the means, all layers are plain: the encoder's half of them, then the decoder's.
    let encoder =
      try draws
      ? (1...max(plain, 1)).map { try shape("fc\($0)") } + [shape("fc\(max(plain, 1) + 1)1")]
      : (1...max(plain / 2, 2)).map { try shape("fc\($0)") }
    guard encoder.allSatisfy({ $0.count == 2 && $0.allSatisfy { $0 > 0 } }),
      zip(encoder, encoder.dropFirst()).allSatisfy({ $0[0] == $1[1] })
    else { throw Self.misfit(encoder, in: file, draws: draws) }
    let (inputs, latent) = (encoder[0][1], encoder.last![0])
    // What the encoder and the decoder are given beside pixels and latents are labels.
    let decoder = try? shape("fc\(encoder.count + 1)")
    let images = try? shape("fc\(draws ? encoder.count * 2 : plain)")
    let told = (inputs - (images?.first ?? inputs), (decoder?.last ?? latent) - latent)
    let isTold = told.0 == told.1 && draws && 0..<inputs ~= told.0
    let labels = isTold ? told.0 : 0
    self.init(
      labels > 0 ? .conditional : draws ? .vae : .autoencoder, pixels: inputs - labels,
      hidden: LayerWidths(encoder.dropLast().map { $0[0] }), latent: latent,
      activation: try Activation(
        toldBy: file.metadata, as: "activation", of: file.path, otherwise: .relu),
      labels: labels)
  }

  /// The failure where the shapes of the `encoder`'s weights do not fit one another or the decoder's.
  private static func misfit(
    _ encoder: [[Int]], in file: borrowing SafetensorsFile, draws: Bool
  ) -> Failure {
    let names = encoder.indices.map { number in
      "fc\(number + 1)" + (draws && number == encoder.count - 1 ? "1" : "")
    }
    let (first, last) = (encoder[0], encoder.last!)
    let isTransposed =
      encoder.count == 2 && first.count == 2 && last.count == 2 && first[1] == last[0]
    let shapes = zip(names, encoder).enumerated().map { number, pair in
      "\(pair.0).weight \(number == 0 ? "is " : "")\(pair.1)"
    }.joined(separator: " and ")
    return Failure(
      .badData,
      "\(file.path): \(shapes), where [hidden, pixels] and [latent, hidden] are wanted; "
        + (isTransposed
          ? "each weight lies transposed: save numpy.ascontiguousarray(weight.T) of each"
          : "use a file of this model"))
  }
}

extension ModelConfiguration {
  /// The layers' sizes, as in `784-400-20-400-784`.
  package var summary: String {
    ([pixels] + hidden.all + [latent] + hidden.all.reversed() + [pixels]).map(String.init)
      .joined(separator: "-")
  }

  /// "a variational autoencoder", "an autoencoder".
  package var kindNameWithArticle: String {
    "\(kindName.hasPrefix("a") ? "an" : "a") \(kindName)"
  }

  /// The kind in words, as in "variational autoencoder".
  package var kindName: String {
    switch kind {
    case .vae: "variational autoencoder"
    case .autoencoder: "autoencoder"
    case .conditional: "conditional variational autoencoder of \(labels) labels"
    }
  }
}
