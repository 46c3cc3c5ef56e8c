/// The layers of the model, under the names that PyTorch's public example gives them.
///
/// In PyTorch, means and log variances have a layer each; ``ParameterLayout`` has them side by side in
/// one.
package enum PyTorchLayer: String, CaseIterable, Sendable {
  /// The hidden layer of the encoder: pixels to hidden units.
  case encoderHidden = "fc1"
  /// Hidden units to the means of q(z|x).
  case mean = "fc21"
  /// Hidden units to the log variances of q(z|x).
  case logVariance = "fc22"
  /// The hidden layer of the decoder: z to hidden units.
  case decoderHidden = "fc3"
  /// Hidden units to the logits of the pixels.
  case logits = "fc4"

  /// The name of the layer's weights, of shape [outputs, inputs].
  package var weight: String { "\(rawValue).weight" }

  /// The name of the layer's biases, of shape [outputs].
  package var bias: String { "\(rawValue).bias" }
}
