// One import for programs that train: the rooms that the library product consists of.

@_exported public import Checkpoints
@_exported public import Engine
@_exported public import Images
@_exported public import MPI
@_exported public import Platform
@_exported public import Ranks
