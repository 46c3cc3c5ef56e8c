#!/usr/bin/env bash
# torch 2.13.0, optax 0.2.8: clipping to a norm makes finite gradients zero where their squares overflow.
#
# Expected: clip_grad_norm_(parameters, 1) and clip_by_global_norm(1) scale a gradient of a larger norm down to the norm 1.
#   Four elements of 1e19 have the norm 2e19, which fp32 holds (its largest number is 3.4e38), so each becomes 0.5.
# Seen: both add up squares in fp32. 1e38 four times is too much, the norm is infinite, and every element of the gradient
#   becomes 0, without a word: such a step of SGD changes nothing, and training stands still while it seems to go on. With
#   error_if_nonfinite=True PyTorch calls the norm non-finite, though each element is finite. In bfloat16, which has the
#   same range, it is the same. With 1e18 all is as expected.
# Way round: look at the norm that PyTorch returns, or give error_if_nonfinite=True; scale losses so that gradients stay
#   below 1e19, the root of the largest number.
#
# With jax 0.10.2. Tried on x86-64.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

python3 -m venv "$folder/venv" || exit 77
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
  torch==2.13.0 optax==0.2.8 jax==0.10.2 jaxlib==0.10.2 numpy==2.3.4 || {
  echo "the packages cannot be installed here" >&2
  exit 77
}
cat >"$folder/clip.py" <<'PYTHON'
import jax.numpy as jnp
import optax
import torch


def by_torch(element, dtype, **options):
    parameter = torch.zeros(4, dtype=dtype, requires_grad=True)
    parameter.grad = torch.full((4,), element, dtype=dtype)
    torch.nn.utils.clip_grad_norm_([parameter], 1.0, **options)
    return set(parameter.grad.tolist())


def by_optax(element):
    gradient = jnp.full((4,), element, jnp.float32)
    clip = optax.clip_by_global_norm(1.0)
    return set(clip.update(gradient, clip.init(gradient))[0].tolist())


for element in 1e18, 1e19:
    print(element, by_torch(element, torch.float32), by_torch(element, torch.bfloat16), by_optax(element))
try:
    by_torch(1e19, torch.float32, error_if_nonfinite=True)
except RuntimeError as error:
    print("non-finite" in str(error))
PYTHON

seen=$("$folder/venv/bin/python" "$folder/clip.py")
echo "$seen"
[[ $seen == $'1e+18 {0.5} {0.5} {0.5}\n1e+19 {0.0} {0.0} {0.0}\nTrue' ]]
