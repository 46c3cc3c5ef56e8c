"""PyTorch with mpi4py: every rank its shard, one all-reduce of one flat gradient, one flat Adam."""

import common
from torch_model import Training, measure, torch

try:
    from mpi4py import MPI
except ImportError:
    common.unavailable("there is no mpi4py here")


class Shared(Training):
    """Parameters and gradients are views of two flat tensors, so that one call shares all."""

    def make_optimizer(self, parameters):
        parameters = list(parameters)
        count = sum(p.numel() for p in parameters)
        flat, self.gradient, offset = torch.empty(count), torch.zeros(count), 0
        for p in parameters:
            part = slice(offset, offset + p.numel())
            flat[part] = p.data.flatten()
            p.data, p.grad = flat[part].view_as(p), self.gradient[part].view_as(p)
            offset += p.numel()
        whole = torch.nn.Parameter(flat)
        whole.grad = self.gradient
        super().make_optimizer([whole])

    def clear(self):
        self.gradient.zero_()

    def share(self):
        if self.ranks > 1:
            MPI.COMM_WORLD.Allreduce(MPI.IN_PLACE, self.gradient.numpy())

    @property
    def scale(self):
        return 1 / self.batch


arguments = common.flags()
torch.set_num_threads(1)
world = MPI.COMM_WORLD
pace = common.Pace(arguments.seconds, lambda value: world.allreduce(value, MPI.MAX))
measure(Shared(arguments, world.rank, world.size), pace)
if world.rank == 0:
    pace.tell()
