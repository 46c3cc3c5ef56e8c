internal import Kernels
internal import VAE

/// Memory for the activations of one process alone, and the view that lays it out.
struct ActivationMemory: ~Copyable {
  /// The view, valid while this memory lives.
  let activations: Activations

  // Held for the view's sake.
  private let shared: Buffer<Float>
  private let own: Buffer<Float>

  /// Allocates room for `capacity` samples.
  init(_ layout: ParameterLayout, capacity: Int) {
    shared = Buffer(
      repeating: 0, count: Activations.sharedCount(layout, capacity: capacity))
    own = Buffer(repeating: 0, count: Activations.ownCount(layout, capacity: capacity))
    activations = Activations(
      layout, capacity: capacity, shared: shared.vector, own: own.vector)
  }
}
