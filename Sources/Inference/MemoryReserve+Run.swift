internal import Checkpoints
package import Engine
package import VAE

extension MemoryReserve {
  /// What a run takes that evaluates a model of `layout` on `threads` of each rank after every epoch,
  /// and saves checkpoints.
  package init(runOf layout: ParameterLayout, threads: Int) {
    self.init(
      perRank: PanelWork.count(layout, threads: threads), onRoot: Checkpoint.saveCount(layout))
  }
}
