internal import Images
internal import Kernels

/// All that is drawn for an epoch of training, beside the initial parameters: it depends on the recipe, the
/// data's size and the epoch alone.
struct EpochDraws {
  /// The image at each position.
  let order: EpochOrder

  /// The noise of the latents, by position.
  let noise: RandomStream

  /// What makes the images black and white; nil where they stay grey.
  let pixels: RandomStream?

  /// What `recipe` draws for `dataset` in the epoch under way at `progress`.
  init(_ recipe: Recipe, _ dataset: Dataset, at progress: Progress) {
    let epoch = progress.epoch + 1
    order = EpochOrder(count: dataset.count, seed: recipe.seed, epoch: epoch)
    noise = RandomStream(seed: recipe.seed, purpose: .training, epoch: epoch)
    pixels = recipe.pixels.trainingDraws(seed: recipe.seed, epoch: epoch, split: dataset.split)
  }
}
