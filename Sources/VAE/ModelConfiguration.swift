/// The sizes of the variational autoencoder.
public struct ModelConfiguration: Equatable, Codable, Sendable {
  /// The number of pixels of an image.
  public var pixels: Int

  /// The number of units in the hidden layer of the encoder, and in that of the decoder.
  public var hidden: Int

  /// The number of dimensions of the latent space.
  public var latent: Int

  /// The default sizes are those of PyTorch's public example: 784-400-20-400-784.
  public init(pixels: Int = 784, hidden: Int = 400, latent: Int = 20) {
    self.pixels = pixels
    self.hidden = hidden
    self.latent = latent
  }
}
