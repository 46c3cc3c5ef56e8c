#!/usr/bin/env bash
# torch 2.13.0: a bfloat16 layer gives five images zeros where it gives four images, each the same, 3e-8.
#
# Expected: bfloat16 has float32's range, which is why it needs no loss scaling; subnormal numbers count unless
#   torch.set_flush_denormal(True) is called; and an image's outputs do not depend on how many others are beside it.
# Seen: on a processor with AVX-512 BF16 a product of matrices with more than 16³ multiplications goes to oneDNN, whose
#   instruction there, VDPBF16PS, takes subnormal operands and results for zero, whatever the mode. 32 inputs of 1e-39
#   with weights of 1e30 make 3.2e-8 in each output of 32, but 0 as soon as there is a fifth row. So do 32 products of
#   2e-38 and 0.25, which are normal numbers, as is their sum, 1.6e-37. A layer's gradient for deltas of 1e-38
#   is all zeros. float32 keeps all this, and so does the same layer without these instructions, here by
#   ONEDNN_MAX_CPU_ISA=AVX512_CORE.
# Way round: scale the loss as for float16; or ONEDNN_MAX_CPU_ISA=AVX512_CORE, which is slower.
#
# Needs a processor with avx512_bf16. Tried on an AMD EPYC with Zen 4; not with AMX.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

grep -qw avx512_bf16 /proc/cpuinfo || {
  echo "this needs a processor with avx512_bf16" >&2
  exit 77
}
python3 -m venv "$folder/venv" || exit 77
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.3.4 || {
  echo "the packages cannot be installed here" >&2
  exit 77
}
cat >"$folder/layer.py" <<'PYTHON'
import torch


def output(rows, value, weight, dtype=torch.bfloat16):
    """The first output of a layer of 32 inputs and outputs, given equal rows and weights."""
    inputs = torch.full((rows, 32), value, dtype=torch.bfloat16)
    weights = torch.full((32, 32), weight, dtype=torch.bfloat16)
    return torch.nn.functional.linear(inputs.to(dtype), weights.to(dtype))[0, 0].item()


for value, weight in ((1e-39, 1e30), (2e-38, 0.25)):
    four, five = output(4, value, weight), output(5, value, weight)
    print(f"{four:.1e}/{five:.1e}/{output(5, value, weight, torch.float32):.1e}", end=" ")
PYTHON

# layer ISA: the first output of four rows, of five, and of five in float32; of the subnormal and the normal operands.
layer() { ONEDNN_MAX_CPU_ISA=$1 "$folder/venv/bin/python" "$folder/layer.py"; }

with=$(layer AVX512_CORE_BF16)
without=$(layer AVX512_CORE)
echo "four rows, five, five in float32: $with; without the instruction: $without"
[[ $with == '3.2e-08/0.0e+00/3.2e-08 1.6e-37/0.0e+00/1.6e-37 ' ]]
[[ $without == '3.2e-08/3.2e-08/3.2e-08 1.6e-37/1.6e-37/1.6e-37 ' ]]
