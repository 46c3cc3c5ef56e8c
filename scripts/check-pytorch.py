"""A run's newest checkpoint, evaluated in PyTorch: check-pytorch.py RUN DATA"""

import json
import pathlib
import sys

import numpy
import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional

TOLERANCE = 0.002  # one sample of z for each image: the figure scatters by 0.05%


class VAE(nn.Module):
    """The public example's model, in the sizes the checkpoint has."""

    def __init__(self, pixels, hidden, latent):
        super().__init__()
        self.fc1 = nn.Linear(pixels, hidden)
        self.fc21 = nn.Linear(hidden, latent)
        self.fc22 = nn.Linear(hidden, latent)
        self.fc3 = nn.Linear(latent, hidden)
        self.fc4 = nn.Linear(hidden, pixels)

    def forward(self, x):
        hidden = functional.relu(self.fc1(x))
        mean, logvar = self.fc21(hidden), self.fc22(hidden)
        z = mean + torch.randn_like(mean) * torch.exp(0.5 * logvar)
        return torch.sigmoid(self.fc4(functional.relu(self.fc3(z)))), mean, logvar


def load_model(path):
    tensors = load_file(path)
    hidden, pixels = tensors["fc1.weight"].shape
    model = VAE(pixels, hidden, tensors["fc21.weight"].shape[0])
    model.load_state_dict(tensors, strict=True)
    return model.eval()


def test_images(folder):
    content = numpy.fromfile(folder / "t10k-images-idx3-ubyte", dtype=numpy.uint8)
    return torch.from_numpy(content[16:].reshape(-1, 784).astype(numpy.float32) / 255)


@torch.no_grad()
def test_loss(model, images):
    torch.manual_seed(1)
    total = 0.0
    for batch in images.split(128):
        pixels, mean, logvar = model(batch)
        total += functional.binary_cross_entropy(pixels, batch, reduction="sum").item()
        total += -0.5 * torch.sum(1 + logvar - mean.pow(2) - logvar.exp()).item()
    return total / len(images)


def recorded_loss(run, step):
    rows = map(json.loads, (run / "metrics.jsonl").read_text().splitlines())
    losses = [r["test_loss"] for r in rows if r["kind"] == "epoch" and r["step"] == step]
    if not losses:
        sys.exit(f"check-pytorch: the run recorded no test loss at step {step}; end an epoch first")
    return losses[-1]


def main(run, data):
    run = pathlib.Path(run)
    checkpoint = (run / "latest").resolve()
    ours = recorded_loss(run, int(checkpoint.name.removeprefix("step-")))
    theirs = test_loss(load_model(checkpoint / "model.safetensors"), test_images(pathlib.Path(data)))
    difference = abs(ours - theirs) / theirs
    print(f"{checkpoint.name}: recorded {ours:.4f}, PyTorch {theirs:.4f}, differ by {difference:.4%}")
    if not difference <= TOLERANCE:
        sys.exit(f"check-pytorch: more than {TOLERANCE:.1%} apart")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: check-pytorch.py RUN DATA")
    main(*sys.argv[1:])
