// One import for programs that train: it re-exports the rooms below. The rooms that these use inside, such as
// Kernels and VAE, it does not.

@_exported public import Checkpoints
@_exported public import Engine
@_exported public import Images
@_exported public import Kernels
@_exported public import MPI
@_exported public import Platform
@_exported public import Ranks
@_exported public import VAE
