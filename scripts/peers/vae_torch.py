"""PyTorch: one process with a thread on each core."""

import common
from torch_model import Training, measure, torch

arguments = common.flags()
torch.set_num_threads(arguments.cores)
training = Training(arguments)

if arguments.until_loss is None:
    pace = common.Pace(arguments.seconds)
    measure(training, pace)
    pace.tell()
else:
    test = torch.from_numpy(common.images(arguments.data, "t10k"))

    def test_loss():
        with torch.no_grad():
            return training.model(test) / len(test)

    common.train_to_loss(arguments, lambda number: list(training.epoch()), test_loss)
