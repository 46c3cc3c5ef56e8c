internal import Kernels

/// z ~ q(z|x), reparameterised so that gradients pass: z = μ + σ ε.
///
/// Kingma and Welling 2013, §2.4.
struct Sampler {
  /// Draws latents (n, latent) of the samples `rows` from their moments and noise.
  func forward(_ activations: Activations, _ rows: Range<Int>) {
    GaussianSampler.forward(
      moments: activations.moments.rows(rows), noise: activations.noise.rows(rows),
      latents: activations.latents.rows(rows))
  }

  /// Turns the latents' gradient, and that of the divergence, into `momentGradient`.
  func backward(
    _ activations: Activations, _ rows: Range<Int>, scale: Float, momentGradient: Matrix
  ) {
    GaussianSampler.backward(
      moments: activations.moments.rows(rows), noise: activations.noise.rows(rows),
      latentGradient: activations.latentGradient.rows(rows), scale: scale,
      momentGradient: momentGradient.rows(rows))
  }
}
