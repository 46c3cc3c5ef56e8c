"""Computes a checkpoint's importance-weighted bound on log p(x) with NumPy alone, and compares.

usage: check-likelihood.py MODEL DATA --bounds FILE.npy [--samples K] [--images N] [--own-noise SEED]

MODEL is a model.safetensors, DATA a folder with t10k-images-idx3-ubyte (also .gz), FILE what
`lockstep evaluate --importance-samples K --per-image FILE` wrote of the same model and images.
Without --own-noise the draws are those of lockstep, made here by Philox4x32-10 and Box and Muller's
transform as Sources/Kernels/RandomStream.swift defines them, and each image's bound must agree to 1e-4
nats. With it NumPy draws z, and the means must agree within four of their standard errors. The pixels of a
binarised model are drawn here in either case. One line tells the figures; the exit code is 1 where they do not agree.

Nothing of lockstep is used; the arithmetic is in double precision.
"""

import argparse
import gzip
import json
import os
import sys

import numpy as np


def read_model(path):
    """The tensors and metadata of a safetensors file."""
    with open(path, "rb") as file:
        size = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(size))
        data = file.read()
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        values = np.frombuffer(data[start:end], "<f4").reshape(entry["shape"])
        tensors[name] = values.astype(np.float64)
    return tensors, metadata


def read_bytes(folder, name):
    """The bytes (n, …) of an IDX file, images or labels."""
    path = os.path.join(folder, name)
    opened = open(path, "rb") if os.path.exists(path) else gzip.open(path + ".gz", "rb")
    with opened as file:
        content = file.read()
    shape = np.frombuffer(content, ">u4", content[3], 4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * content[3]).reshape(shape[0], -1)


def philox(counter, key):
    """Philox4x32-10 of counters (4, …) of 32 bits under one key of two words: (4, …).

    Salmon and others, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
    """
    mask = np.uint64(0xFFFFFFFF)
    c = [np.asarray(word, np.uint64) for word in counter]
    k0, k1 = np.uint64(key[0]), np.uint64(key[1])
    for _ in range(10):
        p0, p1 = c[0] * np.uint64(0xD2511F53), c[2] * np.uint64(0xCD9E8D57)
        c = [
            (p1 >> np.uint64(32)) ^ c[1] ^ k0, p1 & mask,
            (p0 >> np.uint64(32)) ^ c[3] ^ k1, p0 & mask,
        ]
        k0, k1 = (k0 + np.uint64(0x9E3779B9)) & mask, (k1 + np.uint64(0xBB67AE85)) & mask
    return np.stack(np.broadcast_arrays(*c))


def words(seed, purpose, epoch, position, count):
    """The words of the indices 0 … count − 1, (…, count); epoch and position may be arrays of one shape."""
    epoch, position = np.asarray(epoch)[..., None], np.asarray(position)[..., None]
    block = np.arange((count + 3) // 4)
    shape = np.broadcast_shapes(epoch.shape, position.shape, block.shape)
    counter = [np.broadcast_to(x, shape) for x in (block, position, epoch, purpose)]
    drawn = philox(counter, (seed & 0xFFFFFFFF, seed >> 32))
    return np.moveaxis(drawn, 0, -1).reshape(*shape[:-1], -1)[..., :count]


def normals(seed, epoch, position, count):
    """Standard normal draws for evaluation, purpose 4: of each pair of words r cos 2πv and r sin 2πv."""
    drawn = words(seed, 4, epoch, position, (count + 3) // 4 * 4)
    u = ((drawn[..., 0::2] >> np.uint64(8)).astype(np.float64) + 1) / 2**24
    v = (drawn[..., 1::2] >> np.uint64(8)).astype(np.float64) / 2**24
    radius = np.sqrt(-2 * np.log(u))
    pairs = np.stack([radius * np.cos(2 * np.pi * v), radius * np.sin(2 * np.pi * v)], -1)
    return pairs.reshape(*pairs.shape[:-2], -1)[..., :count]


def shown(images, protocol):
    """The pixels (n, pixels): grey, or the fixed binarisation, purpose 6 under seed 0, test images."""
    if protocol == "grey":
        return images / 255
    drawn = words(0, 6, 1, np.arange(len(images)), images.shape[1])
    # Both sides are whole numbers below 2^41.
    return (drawn * np.uint64(255) < images.astype(np.uint64) << np.uint64(32)).astype(np.float64)


class Model:
    """Encoder and decoder, with any number of hidden layers; a conditional one is told a label, too."""

    def __init__(self, tensors, activation, pixels):
        self.tensors = tensors
        self.function = {"relu": lambda a: np.maximum(a, 0), "tanh": np.tanh}[activation]
        # The layer of the moments is the first without a tensor of its own name: fc21 and fc22 for fc2.
        self.moments = next(n for n in range(1, 99) if f"fc{n}.weight" not in tensors)
        self.labels = tensors["fc1.weight"].shape[1] - pixels
        self.latent = len(tensors[f"fc{self.moments}1.bias"])

    def layer(self, name, x):
        return x @ self.tensors[name + ".weight"].T + self.tensors[name + ".bias"]

    def hidden(self, first, end, x):
        for number in range(first, end):
            x = self.function(self.layer(f"fc{number}", x))
        return x

    def told(self, x, label):
        """x (k, …) with the label beside it, in a conditional model; one that it does not know is none."""
        known = np.arange(self.labels) == label
        return np.hstack([x, np.tile(known.astype(x.dtype), (len(x), 1))])

    def encode(self, x, label):
        """Means and log variances (1, latent) of one image (pixels)."""
        hidden = self.hidden(1, self.moments, self.told(x[None], label))
        return self.layer(f"fc{self.moments}1", hidden), self.layer(f"fc{self.moments}2", hidden)

    def decode(self, z, label):
        """Logits (k, pixels)."""
        last = 2 * self.moments  # There are as many hidden layers as in the encoder.
        return self.layer(f"fc{last}", self.hidden(self.moments + 1, last, self.told(z, label)))


def log_weights(model, x, label, moments, noise):
    """log p(x|z) + log p(z) − log q(z|x) of each row of noise (k, latent), for one image x."""
    mean, log_variance = moments
    z = mean + np.exp(log_variance / 2) * noise
    logits = model.decode(z, label)
    # log(1 + e^a) in its stable form, as of PyTorch's binary_cross_entropy_with_logits.
    loss = np.maximum(logits, 0) - logits * x + np.log1p(np.exp(-np.abs(logits)))
    prior = -0.5 * (z**2).sum(1)
    posterior = -0.5 * (noise**2 + log_variance).sum(1)
    return -loss.sum(1) + prior - posterior


def log_mean(weights):
    largest = weights.max()
    return largest + np.log(np.exp(weights - largest).mean())


def bounds(model, images, labels, samples, draw):
    """Each image's bound; `draw` makes the noise (k, latent) of an image."""
    found = []
    for number, (x, label) in enumerate(zip(images, labels)):
        moments = model.encode(x, label)
        parts = [
            log_weights(
                model, x, label, moments,
                draw(range(start, min(start + 1000, samples)), number, model.latent))
            for start in range(0, samples, 1000)
        ]
        found.append(log_mean(np.concatenate(parts)))
    return np.array(found)


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1][7:])
    parser.add_argument("model")
    parser.add_argument("data")
    parser.add_argument("--bounds", required=True)
    parser.add_argument("--samples", type=int, default=50)
    parser.add_argument("--images", type=int)
    parser.add_argument("--own-noise", type=int)
    given = parser.parse_args()
    tensors, metadata = read_model(given.model)
    told = np.load(given.bounds).astype(np.float64)[: given.images]
    images = read_bytes(given.data, "t10k-images-idx3-ubyte")[: len(told)]
    images = images.reshape(len(told), -1)
    pixels = shown(images, metadata.get("lockstep.pixel_protocol", "grey"))
    model = Model(tensors, metadata.get("lockstep.activation", "relu"), images.shape[1])
    labels = np.zeros(len(told), np.uint8)
    if model.labels:
        labels = read_bytes(given.data, "t10k-labels-idx1-ubyte")[: len(told), 0]
    seed = int(metadata["lockstep.seed"])
    if given.own_noise is None:
        draw = lambda samples, image, latent: normals(seed, np.array(samples), image, latent)
    else:
        generator = np.random.default_rng(given.own_noise)
        draw = lambda samples, image, latent: generator.standard_normal((len(samples), latent))
    mine = bounds(model, pixels, labels, given.samples, draw)
    difference = np.abs(mine - told[:, 0]).max()
    mean = abs(mine.mean() - told[:, 0].mean())
    # Both means have an error over draws of z.
    error = np.sqrt(2 * (told[:, 1] ** 2).sum()) / len(told)
    print(
        f"{len(told)} images, {given.samples} samples: {mine.mean():.5f} here, {told[:, 0].mean():.5f} there; "
        f"largest difference of an image {difference:.2e}, of the means {mean:.2e}, its standard error {error:.2e}")
    return 0 if (difference < 1e-4 if given.own_noise is None else mean < 4 * error) else 1


sys.exit(main())
