#!/usr/bin/env bash
# ml_dtypes 0.6.0 with NumPy 2.3.4: the mean of a thousand ones in bfloat16 is a quarter.
#
# Expected: 1, as for NumPy's own float16, whose mean is summed in float32 and whose sum goes by pairs.
# Seen: a bfloat16 array's sum is one chain of additions in bfloat16, which has eight bits: it stays at 256
#   for any longer array of ones, as 257 is no number there. So the sum is 256 and the mean 0.256, without
#   a warning.
# Way round: x.mean(dtype=np.float32), or x.astype(np.float32) first.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

python3 -m venv "$folder/venv" || exit 77
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check ml_dtypes==0.6.0 numpy==2.3.4 || {
  echo "the packages cannot be installed here" >&2
  exit 77
}
"$folder/venv/bin/python" - <<'PYTHON'
import ml_dtypes
import numpy as np

half = np.ones(1000, np.float16)
brain = np.ones(1000, ml_dtypes.bfloat16)
print("float16: sum", half.sum(), "mean", half.mean())
print("bfloat16: sum", brain.sum(), "mean", brain.mean(), "in float32", brain.mean(dtype=np.float32))
assert half.sum() == 1000 and half.mean() == 1
assert brain.mean(dtype=np.float32) == 1
assert brain.sum() == 256 and abs(float(brain.mean()) - 0.256) < 1e-3, "the behaviour has changed"
PYTHON
