#!/usr/bin/env bash
# safetensors 0.8.0 (with NumPy 2.3.4) saves another matrix than it is given.
#
# Expected: load_file(save_file(x)) equals x for every array x, or save_file raises.
# Seen: save_file of safetensors.numpy writes an array's memory in the order in which it lies, under the
#   array's shape, and says nothing. A transpose, whose memory has the order of the original, comes back
#   with its values at other places; so does an array in Fortran order, or some columns of a matrix. Each
#   such array equals its contiguous copy, by ==, dtype and shape; the copy comes back right. So weights
#   that were transposed on the way from one framework to another arrive scrambled.
#   save_file of safetensors.torch (torch 2.13.0) refuses such a tensor: "You are trying to save a non
#   contiguous tensor".
# Way round: save_file({name: np.ascontiguousarray(x)}).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

python3 -m venv "$folder/venv" || exit 77
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check safetensors==0.8.0 numpy==2.3.4 || {
  echo "the packages cannot be installed here" >&2
  exit 77
}
cd "$folder"
venv/bin/python - <<'PYTHON'
import numpy as np
from safetensors.numpy import load_file, save_file


def there_and_back(x):
    save_file({"x": x}, "x.safetensors")
    return load_file("x.safetensors")["x"]


matrix = np.arange(6, dtype=np.float32).reshape(2, 3)
seen = {
    "transpose": (matrix.T, [[0, 1], [2, 3], [4, 5]]),
    "Fortran order": (np.asfortranarray(matrix), [[0, 3, 1], [4, 2, 5]]),
    "two columns": (matrix[:, :2], [[0, 1], [2, 3]]),
}
for name, (array, scrambled) in seen.items():
    back = there_and_back(array)
    print(f"{name}: {array.tolist()} comes back as {back.tolist()}")
    assert back.shape == array.shape and back.tolist() == scrambled, "the behaviour has changed"
    assert np.array_equal(there_and_back(np.ascontiguousarray(array)), array)
PYTHON
