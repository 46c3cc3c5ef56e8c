"""The model and its training in PyTorch, for the peers that differ in how gradients are shared."""

import common

try:
    import torch
    import torch.nn.functional as F
except ImportError:
    common.unavailable("there is no torch here")


class VAE(torch.nn.Module):
    """PyTorch's public example."""

    def __init__(self, pixels):
        super().__init__()
        hidden, latent = common.HIDDEN, common.LATENT
        self.fc1 = torch.nn.Linear(pixels, hidden)
        self.fc21 = torch.nn.Linear(hidden, latent)
        self.fc22 = torch.nn.Linear(hidden, latent)
        self.fc3 = torch.nn.Linear(latent, hidden)
        self.fc4 = torch.nn.Linear(hidden, pixels)

    def forward(self, x):
        """The summed negative bound of the images `x` (n, pixels)."""
        h = F.relu(self.fc1(x))
        mean, log_variance = self.fc21(h), self.fc22(h)
        z = mean + torch.randn_like(mean) * torch.exp(log_variance / 2)
        logits = self.fc4(F.relu(self.fc3(z)))
        entropy = F.binary_cross_entropy_with_logits(logits, x, reduction="sum")
        return entropy - (1 + log_variance - mean**2 - log_variance.exp()).sum() / 2


class Training:
    """Rank `rank` of `ranks`; `share` is called between the backward pass and the update."""

    def __init__(self, arguments, rank=0, ranks=1, wrap=lambda model: model):
        self.images = torch.from_numpy(common.images(arguments.data, "train"))
        self.batch = min(arguments.batch, len(self.images))
        self.rank, self.ranks = rank, ranks
        torch.manual_seed(1)
        self.model = VAE(self.images.shape[1])
        torch.manual_seed(2 + rank)  # the noise of ranks differs, their order does not
        self.module = wrap(self.model)
        self.order = torch.Generator().manual_seed(0)
        self.make_optimizer(self.model.parameters())

    def make_optimizer(self, parameters):
        self.optimizer = torch.optim.Adam(parameters, lr=common.LEARNING_RATE, fused=True)

    def share(self):
        pass

    def clear(self):
        self.optimizer.zero_grad(set_to_none=True)

    def epoch(self):
        """Steps through an epoch; yields the images of each step, over all ranks."""
        order = torch.randperm(len(self.images), generator=self.order)
        for start in range(0, len(order) - self.batch + 1, self.batch):
            begin = start + self.batch * self.rank // self.ranks
            end = start + self.batch * (self.rank + 1) // self.ranks
            self.clear()
            # DDP averages over ranks, so each scales its part up.
            loss = self.module(self.images[order[begin:end]]) * self.scale
            loss.backward()
            self.share()
            self.optimizer.step()
            yield self.batch

    @property
    def scale(self):
        return self.ranks / self.batch


def measure(training, pace):
    """Warms up, then trains until the time is over; several ranks agree on that every tenth step."""
    interval = 1 if training.ranks == 1 else 10
    steps = 0
    while True:
        for images in training.epoch():
            steps += 1
            if steps == 10:
                pace.begin()
            elif steps > 10:
                pace.add(images)
                if steps % interval == 0 and pace.is_over():
                    return
