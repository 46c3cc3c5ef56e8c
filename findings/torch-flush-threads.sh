#!/usr/bin/env bash
# torch 2.13.0: after set_flush_denormal(True) half of a tensor is flushed and half is not.
#
# Expected: torch.set_flush_denormal(True) makes the processor take subnormal numbers for zero, and (False) brings them
#   back, as the True that each returns says; equal operands have equal results, wherever in a tensor they stand.
# Seen: the mode is that of the calling thread. The threads among which PyTorch divides a large tensor keep the one that
#   the caller had when they were started, by the first large operation. So one thread's part of 2e-38 · 0.25, less than
#   the smallest normal number, is 0 and the other's is 5e-39; where they meet depends on the number of threads.
#   Turned on before the first operation and off after it, half stays flushed. With one thread, or a tensor of up
#   to 32,768 elements, which is not divided, all is as expected.
# Way round: call it once, before any other operation, so that all threads inherit it, and do not turn it off.
#
# Tried on x86-64.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

[[ $(uname -m) == x86_64 ]] || exit 77
python3 -m venv "$folder/venv" || exit 77
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.3.4 || {
  echo "the packages cannot be installed here" >&2
  exit 77
}
cat >"$folder/flush.py" <<'PYTHON'
import sys

import torch

torch.set_num_threads(2)


def share(elements):
    """The share of products that are not zero."""
    product = torch.full((elements,), 2e-38) * 0.25  # 5e-39; the smallest normal number is 1.2e-38
    return torch.count_nonzero(product.view(torch.int32)).item() / elements


seen = []
for word in sys.argv[1:]:
    if word in ("on", "off"):
        assert torch.set_flush_denormal(word == "on")
    else:
        seen.append(share(int(word)))
print(*seen)
PYTHON

# share WORD...: turns flushing on or off, or multiplies that many numbers; says which share is not flushed.
share() { "$folder/venv/bin/python" "$folder/flush.py" "$@"; }

large=$((1 << 20))
late=$(share $large on $large 1000)
early=$(share on $large off $large 1000)
echo "not flushed: before, after 'on', and of a small tensor: $late; after 'on', after 'off', and small: $early"
[[ $late == '1.0 0.5 0.0' && $early == '0.0 0.5 1.0' ]]
