internal import Kernels

/// p(x|z): latents to the logits of Bernoulli pixels.
///
/// Kingma and Welling 2013, appendix C.1, with rectifiers.
struct Decoder {
  let perceptron: Perceptron

  /// Computes logits (n, pixels) of the samples `rows` from their latents.
  func forward(_ parameters: Parameters, _ activations: Activations, _ rows: Range<Int>) {
    perceptron.forward(parameters, activations, rows, into: activations.logits)
  }

  /// Computes the decoder's deltas and the latents' gradient from the logits' gradient.
  func backward(_ parameters: Parameters, _ activations: Activations, _ rows: Range<Int>) {
    perceptron.backward(
      parameters, activations, rows, inputGradient: activations.latentGradient)
  }
}
