internal import Kernels

/// q(z|x): images to the means and log variances of a diagonal Gaussian.
///
/// Kingma and Welling 2013, appendix C.2, with rectifiers.
struct Encoder {
  let perceptron: Perceptron

  /// Computes moments (n, 2 latent) of the samples `rows` from their pixels.
  func forward(_ parameters: Parameters, _ activations: Activations, _ rows: Range<Int>) {
    perceptron.forward(parameters, activations, rows, into: activations.moments)
  }

  /// Computes the encoder's deltas from the moments' gradient, which is the last of them.
  func backward(_ parameters: Parameters, _ activations: Activations, _ rows: Range<Int>) {
    perceptron.backward(parameters, activations, rows)
  }
}
