"""PyTorch's DistributedDataParallel over gloo, one process a core, started by mpirun."""

import os

import common
from torch_model import Training, measure, torch

arguments = common.flags()
torch.set_num_threads(1)
rank = int(os.environ.get("OMPI_COMM_WORLD_RANK", 0))
ranks = int(os.environ.get("OMPI_COMM_WORLD_SIZE", 1))
# A file to meet at rather than a port, which another job could have; named after this one.
job = os.environ.get("PMIX_NAMESPACE", "alone")
meeting = f"{arguments.scratch}/lockstep-peer-{os.getppid()}-{job}"
torch.distributed.init_process_group(
    "gloo", init_method=f"file://{meeting}", rank=rank, world_size=ranks)


def wrap(model):
    return torch.nn.parallel.DistributedDataParallel(model)


def agree(value):
    flag = torch.tensor(value)
    torch.distributed.all_reduce(flag, torch.distributed.ReduceOp.MAX)
    return flag.item()


pace = common.Pace(arguments.seconds, agree)
measure(Training(arguments, rank, ranks, wrap), pace)
if rank == 0:
    pace.tell()
torch.distributed.barrier()
torch.distributed.destroy_process_group()
if rank == 0 and os.path.exists(meeting):
    os.remove(meeting)
