internal import Kernels

/// z ~ q(z|x), reparameterised so that gradients pass: z = μ + σ ε.
///
/// Kingma and Welling 2013, §2.4.
struct Sampler {
  /// Draws latents (n, latent) of the samples `rows` from their moments and noise.
  func forward(_ activations: Activations, _ rows: Range<Int>) {
    GaussianSampler.forward(
      moments: activations.moments.rows(rows), noise: activations.noise.rows(rows),
      latents: activations.latents.rows(rows), as: activations.latentOperand.rows(rows))
  }

  /// Turns the latents' gradient, and that of the divergence, into the moments'.
  func backward(_ activations: Activations, _ rows: Range<Int>, scale: Float) {
    GaussianSampler.backward(
      moments: activations.moments.rows(rows), noise: activations.noise.rows(rows),
      latentGradient: activations.latentGradient.rows(rows), scale: scale,
      momentGradient: activations.momentGradient.rows(rows),
      as: activations.momentDelta.rows(rows))
  }
}
