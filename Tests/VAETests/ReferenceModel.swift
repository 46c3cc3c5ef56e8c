import Glibc

/// The loss of PyTorch's public VAE example in double precision, written down plainly.
struct ReferenceModel {
  let pixels: Int, hidden: Int, latent: Int
  /// By PyTorch's names; weights are (outputs, inputs).
  var parameters: [String: [Double]]

  /// The loss summed over a batch of images (n, pixels) with noise (n, latent).
  func loss(_ images: [Double], _ noise: [Double]) -> Double {
    (0..<images.count / pixels).reduce(0) { sum, sample in
      sum
        + loss(
          image: Array(images[sample * pixels..<(sample + 1) * pixels]),
          noise: Array(noise[sample * latent..<(sample + 1) * latent]))
    }
  }

  private func loss(image: [Double], noise: [Double]) -> Double {
    let encoded = layer("fc1", image).map { max($0, 0) }
    let (mean, logVariance) = (layer("fc21", encoded), layer("fc22", encoded))
    let z = (0..<latent).map { mean[$0] + exp(logVariance[$0] / 2) * noise[$0] }
    let logits = layer("fc4", layer("fc3", z).map { max($0, 0) })
    var loss = 0.0
    for (logit, x) in zip(logits, image) {
      let mean = 1 / (1 + exp(-logit))
      loss -= x * log(mean) + (1 - x) * log(1 - mean)
    }
    for (mean, logVariance) in zip(mean, logVariance) {
      loss -= 0.5 * (1 + logVariance - mean * mean - exp(logVariance))
    }
    return loss
  }

  private func layer(_ name: String, _ input: [Double]) -> [Double] {
    let (weight, bias) = (parameters["\(name).weight"]!, parameters["\(name).bias"]!)
    return bias.indices.map { output in
      var sum = bias[output]
      for place in input.indices { sum += weight[output * input.count + place] * input[place] }
      return sum
    }
  }
}
