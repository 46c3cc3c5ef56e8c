"""What the peers share: flags, data, the clock, and the one line of JSON that `lockstep bench` reads.

Every peer trains the same model (784-400-20-400-784) on the same images with the same Adam, all data
in memory, and draws a new order every epoch, as Lockstep does.
"""

import argparse
import json
import os
import sys
import tempfile
import time

import numpy

HIDDEN, LATENT, LEARNING_RATE = 400, 20, 1e-3
UNAVAILABLE = 69  # sysexits.h


def flags():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True, help="the folder with MNIST's files, not compressed")
    parser.add_argument("--batch", type=int, default=128, help="images of a step, over all processes")
    parser.add_argument("--scratch", default=tempfile.gettempdir(), help="a folder to meet in")
    parser.add_argument("--cores", type=int, default=1, help="cores to use, over all processes")
    parser.add_argument("--seconds", type=float, default=2.0, help="about how long to measure")
    parser.add_argument("--until-loss", type=float, help="train until the test loss is this good")
    parser.add_argument("--most-epochs", type=int, default=15, help="give up after so many")
    return parser.parse_args()


def images(folder, split):
    """The images of a split, (count, 784), floats 0 to 1."""
    for name in (f"{split}-images-idx3-ubyte", f"{split}-images.idx3-ubyte"):
        path = os.path.join(folder, name)
        if os.path.exists(path):
            data = numpy.fromfile(path, dtype=numpy.uint8)
            count, rows, columns = data[4:16].view(">i4")
            pixels = data[16:].reshape(count, rows * columns)
            return pixels.astype(numpy.float32) / 255
    unavailable(f"the peers need {split}-images-idx3-ubyte, not compressed, in {folder}")


def unavailable(reason):
    sys.stderr.write(f"lockstep: {reason}\n")
    sys.exit(UNAVAILABLE)


def answer(**values):
    print(json.dumps(values), flush=True)


class Pace:
    """Counts images between a warm-up and the end of the time; processes agree through `together`."""

    def __init__(self, seconds, together=lambda value: value):
        self.seconds, self.together = seconds, together
        self.start, self.images = None, 0

    def begin(self):
        self.start, self.images = time.perf_counter(), 0

    def add(self, images):
        self.images += images

    @property
    def elapsed(self):
        return time.perf_counter() - self.start

    def is_over(self):
        return bool(self.together(float(self.elapsed >= self.seconds)))

    def tell(self):
        elapsed = self.elapsed
        answer(images_per_second=self.images / elapsed, seconds=elapsed)


def train_to_loss(arguments, train_epoch, test_loss):
    """Trains epoch by epoch; only training is timed. `train_epoch` returns when all work is done."""
    seconds, reached, epochs, loss = 0.0, None, 0, float("inf")
    while reached is None and epochs < arguments.most_epochs:
        start = time.perf_counter()
        train_epoch(epochs)
        seconds += time.perf_counter() - start
        epochs += 1
        loss = float(test_loss())
        if loss <= arguments.until_loss:
            reached = seconds
    values = dict(images_per_second=0.0, seconds=seconds, epochs=epochs, test_loss=loss)
    answer(**values, **({} if reached is None else {"reached": reached}))
