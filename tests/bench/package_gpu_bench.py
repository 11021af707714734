#!/usr/bin/env python3
"""Times the Python package on a card, not causal and causal, beside FlashAttention-3, torch's SDPA and flex_attention.

usage: package_gpu_bench.py [--tokens 119056] [--heads 24] [--fa3 FOLDER]
REELQUERY_XATTENTION_LIBRARIES names the folder of both libraries; FOLDER: tokenspeed-fa3's wheel, unzipped. The default is
HunyuanVideo's shape, 118,800 tokens of video and 256 of text. bf16, D 128, batch 1, random normal inputs, medians of 3
after two calls. Errors: against float64 over 64 rows of each head. Kept blocks are drawn at random: what they cost does
not hang on which they are. FLOP: 4 N^2 D H, half of it where causal, 4 * 128 * 128 * D for a block.
"""
import argparse
import pathlib
import sys

import torch
import torch.nn.functional as F
from torch.nn.attention import SDPBackend, sdpa_kernel

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "kernels/python"), str(ROOT / "tests/python")]
import reelquery_xattention as rx
from support import distance, milliseconds

DIM, BLOCK = 128, 128


def exact_rows(q, k, v, rows):
    """[heads, rows, D] in float64, every key seen."""
    scores = ((q[0, h, rows].double() @ k[0, h].double().T) / DIM ** 0.5 for h in range(q.shape[1]))
    return torch.stack([s.softmax(-1) @ v[0, h].double() for h, s in enumerate(scores)])


def flex(q, k, v, grid, share):
    """The call, and the blocks that it keeps for each head."""
    from torch.nn.attention.flex_attention import BlockMask, flex_attention
    keep = torch.rand(1, 1, grid.rows, grid.columns, device="cuda") < share
    counts, columns = keep.sum(-1).int(), keep.int().argsort(dim=-1, descending=True, stable=True).int()
    mask = BlockMask.from_kv_blocks(torch.zeros_like(counts), torch.zeros_like(columns), counts, columns,
                                    BLOCK_SIZE=(BLOCK, BLOCK), seq_lengths=(q.shape[2], k.shape[2]))
    compiled = torch.compile(flex_attention, dynamic=False)
    return (lambda: compiled(q, k, v, block_mask=mask)), int(keep.sum())


def measure(n, heads, causal, fa3):
    q, k, v = (torch.randn(1, heads, n, DIM, device="cuda", dtype=torch.bfloat16) for _ in "qkv")
    rows = torch.randint(0, n, (64,), device="cuda")
    want = None if causal else exact_rows(q, k, v, rows)
    whole = 4 * n * n * heads * DIM // (2 if causal else 1)

    def say(name, call, flop=0):
        time = milliseconds(call, rounds=3, warm_ups=2)
        rate = f"{flop / time / 1e9:5.0f} TF/s" if flop else ""
        off = ""
        if flop == whole and want is not None:
            off = f"error {distance(call()[0][:, rows], want):.2e}"
        print(f"{'causal' if causal else 'not causal':10s}  {name:32s} {time:8.2f} ms  {rate}  {off}", flush=True)
        return time

    if fa3:
        rowwise = [x.transpose(1, 2).contiguous() for x in (q, k, v)]

        def flash():
            out = fa3(*rowwise, causal=causal)
            return (out[0] if isinstance(out, tuple) else out).transpose(1, 2)
        say("FlashAttention-3", flash, whole)
    for name, backend in (("cuDNN", SDPBackend.CUDNN_ATTENTION), ("FlashAttention-2", SDPBackend.FLASH_ATTENTION)):
        with sdpa_kernel([backend]):
            say(f"{name} (SDPA)", lambda: F.scaled_dot_product_attention(q, k, v, is_causal=causal), whole)
    say("ours, dense", lambda: rx.dense(q, k, v, causal=causal), whole)
    choosing = say("ours, choosing, S = 16", lambda: rx.select(q, k, causal=causal))
    grid = rx.Grid(n, n, causal)
    for share in (0.05, 0.1, 0.3):
        keep = torch.rand(1, heads, grid.rows, grid.columns, device="cuda") < share
        keep |= torch.eye(grid.rows, dtype=torch.bool, device="cuda")
        keep &= grid.visible("cuda")
        blocks, kept = rx.Blocks.from_mask(keep, n, n, causal), int(keep.sum())
        density = blocks.density().mean().item()
        time = say(f"ours, {density:.3f} of the blocks", lambda: rx.block_sparse(q, k, v, blocks, causal=causal),
                   4 * BLOCK * BLOCK * DIM * kept)
        print(f"            {1e6 * time / kept:.2f} ns a kept block; with choosing {time + choosing:.2f} ms", flush=True)
    if not causal:
        call, kept = flex(q, k, v, grid, 0.1)
        say("flex_attention, 0.1 of the blocks", call, 4 * BLOCK * BLOCK * DIM * kept * heads)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tokens", type=int, default=118_800 + 256)
    parser.add_argument("--heads", type=int, default=24)
    parser.add_argument("--fa3")
    options = parser.parse_args()
    fa3 = None
    if options.fa3:
        sys.path.insert(0, options.fa3)
        from flash_attn_interface import flash_attn_func as fa3
    torch.manual_seed(0)
    print(torch.cuda.get_device_name(), "torch", torch.__version__)
    for causal in (False, True):
        measure(options.tokens, options.heads, causal, fa3)


if __name__ == "__main__":
    main()
