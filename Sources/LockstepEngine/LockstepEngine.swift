// One import for programs that train: it re-exports the rooms below, whose types stand in the declarations of
// trainer, recipe and images.

@_exported public import Checkpoints
@_exported public import Engine
@_exported public import Images
@_exported public import Kernels
@_exported public import MPI
@_exported public import Platform
@_exported public import Ranks
@_exported public import VAE
