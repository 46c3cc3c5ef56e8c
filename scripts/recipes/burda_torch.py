"""A cell of Burda et al. 2015, Table 1, one layer, in PyTorch: what the recipes here are set beside.

    burda_torch.py --data DIR --draws 5 --bound iwae --epochs 364 --cores 2

Trains through the same schedule as burda-*.yaml and prints a line an epoch, with its seconds; at the end, the bound on
log p(x) with --samples draws of the first --images test images, which are binarised once. Needs torch and numpy.
"""

import argparse
import math
import os
import time

import numpy
import torch
from torch import nn
from torch.nn import functional

MILESTONES = [3**stage // 2 for stage in range(1, 8)]  # 1, 4, 13, … 1093


def flags():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True, help="the folder with MNIST's files, not compressed")
    parser.add_argument("--draws", type=int, default=1, help="latents of each image in a step")
    parser.add_argument("--bound", choices=["elbo", "iwae"], default="elbo")
    parser.add_argument("--epochs", type=int, default=364)
    parser.add_argument("--cores", type=int, default=1)
    parser.add_argument("--samples", type=int, default=5000, help="draws of the final bound; 0 leaves it out")
    parser.add_argument("--images", type=int, default=10_000, help="test images of the final bound")
    return parser.parse_args()


def images(folder, name):
    data = numpy.fromfile(os.path.join(folder, f"{name}-images-idx3-ubyte"), dtype=numpy.uint8)[16:]
    return torch.from_numpy(data.reshape(-1, 784).astype(numpy.float32) / 255)


class Model(nn.Module):
    def __init__(self, mean):
        super().__init__()

        def stack(inputs):
            return nn.Sequential(nn.Linear(inputs, 200), nn.Tanh(), nn.Linear(200, 200), nn.Tanh())

        self.encoder, self.mean, self.log_variance = stack(784), nn.Linear(200, 50), nn.Linear(200, 50)
        self.decoder, self.logits = stack(50), nn.Linear(200, 784)
        self.logits.bias.data = torch.logit(mean.clamp(0.001, 0.999))

    def forward(self, x, draws):
        """Means, log variances, noise, latents (n, draws, 50) and log p(x|z) (n, draws)."""
        hidden = self.encoder(x)
        mean, log_variance = self.mean(hidden)[:, None], self.log_variance(hidden)[:, None]
        noise = torch.randn(len(x), draws, 50)
        z = mean + torch.exp(log_variance / 2) * noise
        logits = self.logits(self.decoder(z))
        entropy = functional.binary_cross_entropy_with_logits(
            logits, x[:, None].expand_as(logits), reduction="none"
        ).sum(2)
        return mean, log_variance, noise, z, -entropy

    def log_weights(self, x, draws):
        _, log_variance, noise, z, likelihood = self(x, draws)
        return likelihood + (log_variance + noise**2 - z**2).sum(2) / 2

    def loss(self, x, draws, bound):
        if bound == "iwae":
            return -(torch.logsumexp(self.log_weights(x, draws), 1) - math.log(draws)).mean()
        mean, log_variance, _, _, likelihood = self(x, draws)
        divergence = (mean**2 + log_variance.exp() - 1 - log_variance).sum((1, 2)) / 2
        return (divergence - likelihood.mean(1)).mean()


def train(arguments, model, grey):
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-4)
    schedule = torch.optim.lr_scheduler.MultiStepLR(optimizer, MILESTONES, gamma=10 ** (-1 / 7))
    for epoch in range(1, arguments.epochs + 1):
        start, total = time.perf_counter(), 0.0
        order = torch.randperm(len(grey))
        for batch in order.split(20):
            x = torch.bernoulli(grey[batch])
            optimizer.zero_grad(set_to_none=True)
            loss = model.loss(x, arguments.draws, arguments.bound)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        schedule.step()
        seconds = time.perf_counter() - start
        print(f"epoch {epoch}  train {total / len(grey):.2f}  {len(grey) / seconds:,.0f} images/s", flush=True)


def bound(model, grey, samples):
    x = torch.bernoulli(grey, generator=torch.Generator().manual_seed(0))
    values = []
    with torch.no_grad():
        for image in x.split(1):
            values.append(torch.logsumexp(model.log_weights(image, samples), 1) - math.log(samples))
    values = torch.cat(values)
    return values.mean().item(), values.std().item() / math.sqrt(len(values))


def main():
    arguments = flags()
    torch.set_num_threads(arguments.cores)
    torch.manual_seed(1)
    grey = images(arguments.data, "train")
    model = Model(grey.mean(0))
    train(arguments, model, grey)
    if arguments.samples:
        value, error = bound(model, images(arguments.data, "t10k")[: arguments.images], arguments.samples)
        print(f"log p(x) {value:.3f} ± {error:.3f} over {arguments.images} images, {arguments.samples} samples")


if __name__ == "__main__":
    main()
