#!/usr/bin/env python3
"""Times our CUDA attention beside torch SDPA (flash, cuDNN) and FlashAttention-3, all in one run.

bf16, batch 1, causal, random normal inputs [tokens, heads, D]; warm-up, CUDA events, medians (5 runs up to 64K tokens,
3 above; the spread is the largest over the smallest). FLOP: 2 N^2 D H of dense causal attention.
FlashAttention-3: pip download --no-deps tokenspeed-fa3, unzip it, and name the folder with --fa3.
"""
import argparse
import ctypes
import json
import math
import re
import sys

import torch
import torch.nn.functional as F
from torch.nn.attention import SDPBackend, sdpa_kernel


class View(ctypes.Structure):
    _fields_ = [("data", ctypes.c_void_p), ("head_stride", ctypes.c_int64), ("token_stride", ctypes.c_int64)]


class Shape(ctypes.Structure):
    _fields_ = [("heads", ctypes.c_int), ("kv_heads", ctypes.c_int), ("head_dim", ctypes.c_int),
                ("queries", ctypes.c_int64), ("keys", ctypes.c_int64), ("causal", ctypes.c_bool),
                ("scale", ctypes.c_float), ("dtype", ctypes.c_int)]


class Inputs(ctypes.Structure):
    _fields_ = [("shape", Shape), ("q", View), ("k", View), ("v", View)]


class Lists(ctypes.Structure):
    _fields_ = [("columns", ctypes.c_void_p), ("counts", ctypes.c_void_p), ("pitch", ctypes.c_int64)]


class Selection(ctypes.Structure):
    _fields_ = Lists._fields_ + [("kept_share", ctypes.c_void_p), ("mass", ctypes.c_void_p)]


class Params(ctypes.Structure):
    _fields_ = [("stride", ctypes.c_int), ("pattern", ctypes.c_int), ("threshold", ctypes.c_float),
                ("threshold_per_head", ctypes.c_void_p), ("sink_blocks", ctypes.c_int),
                ("recent_blocks", ctypes.c_int), ("dense_from", ctypes.c_int64)]


class Workspace(ctypes.Structure):
    _fields_ = [("data", ctypes.c_void_p), ("bytes", ctypes.c_size_t)]


class Status(ctypes.Structure):
    _fields_ = [("code", ctypes.c_int), ("message", ctypes.c_char_p)]


BFLOAT16, ANTIDIAGONAL = 1, 0
PATHS = {"auto": 0, "hopper": 1, "portable": 2}


class Library:
    """The CUDA library's three functions over torch tensors [tokens, heads, D]."""

    def __init__(self, path, kernels):
        self.library = ctypes.CDLL(path)
        self.path = ctypes.c_int(PATHS[kernels])
        self.library.reelqueryCudaWorkspaceBytes.restype = ctypes.c_size_t
        self.library.reelqueryCudaPrefill.restype = Status
        self.library.reelqueryCudaSelect.restype = Status

    def inputs(self, q, k, v):
        def view(x):
            return View(x.data_ptr(), x.stride(1), x.stride(0))
        shape = Shape(q.shape[1], k.shape[1], q.shape[2], q.shape[0], k.shape[0], True,
                      1 / math.sqrt(q.shape[2]), BFLOAT16)
        return Inputs(shape, view(q), view(k), view(v))

    def params(self, stride, threshold):
        return Params(stride, ANTIDIAGONAL, threshold, None, 1, 1, 2**63 - 1)

    def workspace(self, inputs, params):
        size = self.library.reelqueryCudaWorkspaceBytes(
            ctypes.byref(inputs.shape), ctypes.byref(params) if params else None, self.path)
        return torch.empty(size, dtype=torch.uint8, device="cuda")

    def check(self, status):
        if status.code != 0:
            raise RuntimeError(status.message.decode())

    def prefill(self, inputs, lists, out, workspace):
        view = View(out.data_ptr(), out.stride(1), out.stride(0))
        stream = ctypes.c_void_p(torch.cuda.current_stream().cuda_stream)
        space = Workspace(workspace.data_ptr(), workspace.numel())
        self.check(self.library.reelqueryCudaPrefill(
            ctypes.byref(inputs), ctypes.byref(lists) if lists else None, ctypes.byref(view), space, self.path, stream))

    def select(self, inputs, params, selection, workspace):
        stream = ctypes.c_void_p(torch.cuda.current_stream().cuda_stream)
        space = Workspace(workspace.data_ptr(), workspace.numel())
        self.check(self.library.reelqueryCudaSelect(
            ctypes.byref(inputs), ctypes.byref(params), ctypes.byref(selection), space, self.path, stream))


def random_lists(heads, blocks, density):
    """Uniform random lists that hold their diagonal: columns [H, NB, NB] uint16, counts [H, NB], density."""
    generator = torch.Generator(device="cuda").manual_seed(7)
    columns = torch.zeros(heads, blocks, blocks, dtype=torch.int16, device="cuda")
    counts = torch.zeros(heads, blocks, dtype=torch.int32, device="cuda")
    index = torch.arange(blocks, device="cuda")
    for head in range(heads):
        keep = torch.rand(blocks, blocks, device="cuda", generator=generator) < density
        keep = torch.where(index[None] < index[:, None], keep, index[None] == index[:, None])
        counts[head] = keep.sum(1)
        order = torch.where(keep, index[None], blocks).sort(dim=1).values
        columns[head] = order.to(torch.int16)
    return columns, counts, counts.sum().item() / (heads * blocks * (blocks + 1) / 2)


def times_ms(call, runs, warmup=1):
    for _ in range(warmup):
        call()
    torch.cuda.synchronize()
    times = []
    for _ in range(runs):
        begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        begin.record()
        call()
        end.record()
        torch.cuda.synchronize()
        times.append(begin.elapsed_time(end))
    return sorted(times)


def kernel_ms(call):
    """Device time of each kernel of one call, by its name."""
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CUDA]) as profile:
        call()
        torch.cuda.synchronize()
    names = {e.key: re.search(r"(\w+)(<[^(]*>)?\(", e.key.replace("(anonymous namespace)", "")) for e in profile.key_averages()}
    return {names[e.key][1] if names[e.key] else e.key: e.device_time_total / 1e3
            for e in profile.key_averages() if e.device_time_total > 0}


def bench(args, n, ours, fa3, results):
    runs = 5 if n <= 65536 else 3
    q = torch.randn(n, args.heads, args.dim, device="cuda", dtype=torch.bfloat16)
    k, v = (torch.randn(n, args.kv_heads, args.dim, device="cuda", dtype=torch.bfloat16) for _ in range(2))
    out = torch.empty_like(q)
    tera_flop = 2 * n * n * args.dim * args.heads / 1e12
    row = {"tokens": n, "heads": args.heads, "kv_heads": args.kv_heads, "head_dim": args.dim, "ms": {}, "spread": {}}
    results.append(row)

    def record(name, call, share=1.0):
        sorted_ms = times_ms(call, runs)
        median = sorted_ms[len(sorted_ms) // 2]
        row["ms"][name], row["spread"][name] = median, sorted_ms[-1] / sorted_ms[0]
        print(f"{n // 1024}K D{args.dim} {name:<16} {median:9.3f} ms {share * tera_flop / median * 1e3:5.0f} TF/s "
              f"spread {sorted_ms[-1] / sorted_ms[0]:.3f}", flush=True)
        return median

    inputs = ours.inputs(q, k, v)
    workspace = ours.workspace(inputs, None)
    best = record("ours dense", lambda: ours.prefill(inputs, None, out, workspace))
    for name, backend in (("SDPA flash", SDPBackend.FLASH_ATTENTION), ("SDPA cuDNN", SDPBackend.CUDNN_ATTENTION)):
        if n > 131072 and name == "SDPA flash":
            continue
        with sdpa_kernel([backend]):
            qt, kt, vt = (x.transpose(0, 1)[None] for x in (q, k, v))
            record(name, lambda: F.scaled_dot_product_attention(qt, kt, vt, is_causal=True, enable_gqa=True))
    if fa3:
        best = record("FlashAttention-3", lambda: fa3(q[None], k[None], v[None], causal=True))
    row["baseline"] = "FlashAttention-3" if fa3 else "ours dense"

    blocks = (n + 127) // 128
    select_ms = {}
    for stride in (16, 8):
        params = ours.params(stride, 0.9)
        space = ours.workspace(inputs, params)
        columns = torch.empty(args.heads, blocks, blocks, dtype=torch.int16, device="cuda")
        counts = torch.empty(args.heads, blocks, dtype=torch.int32, device="cuda")
        selection = Selection(columns.data_ptr(), counts.data_ptr(), blocks, None, None)
        call = lambda: ours.select(inputs, params, selection, space)
        select_ms[stride] = record(f"select S={stride}", call, 1 / (2 * stride))
        row["ms"][f"kernels S={stride}"] = kernels = kernel_ms(call)
        print("    " + ", ".join(f"{name} {ms:.3f} ms" for name, ms in kernels.items()), flush=True)
        del space, columns, counts
    for density in args.densities:
        columns, counts, real = random_lists(args.heads, blocks, density)
        lists = Lists(columns.data_ptr(), counts.data_ptr(), blocks)
        ms = record(f"sparse r={real:.3f}", lambda: ours.prefill(inputs, lists, out, workspace), real)
        print(f"    time / (r * {row['baseline']}) = {ms / (real * best):.3f}; whole call with S=16 "
              f"{best / (ms + select_ms[16]):.2f}x {row['baseline']}", flush=True)
        row["ms"][f"sparse r={density}"] = {"density": real, "ms": ms, "per_share": ms / (real * best),
                                            "whole_speedup": best / (ms + select_ms[16])}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("library", help="libreelquery_cuda.so")
    parser.add_argument("--heads", type=int, default=28)
    parser.add_argument("--kv-heads", type=int, default=4)
    parser.add_argument("--dim", type=int, default=128, choices=(64, 128))
    parser.add_argument("--k-tokens", type=int, nargs="+", default=[32, 128, 256], help="units of 1024 tokens")
    parser.add_argument("--densities", type=float, nargs="+", default=[0.07, 0.3, 0.5])
    parser.add_argument("--kernels", choices=PATHS, default="auto")
    parser.add_argument("--fa3", help="folder of the unzipped FlashAttention-3 wheel")
    parser.add_argument("--json", help="also write the results here")
    args = parser.parse_args()
    if not torch.cuda.is_available():
        print("skipped: no CUDA device here")
        return 77
    fa3 = None
    if args.fa3:
        sys.path.insert(0, args.fa3)
        from flash_attn_interface import flash_attn_func as fa3
    print(torch.__version__, torch.cuda.get_device_name())
    ours, results = Library(args.library, args.kernels), []
    for k_tokens in args.k_tokens:
        bench(args, k_tokens * 1024, ours, fa3, results)
    if args.json:
        with open(args.json, "w") as file:
            json.dump({"device": torch.cuda.get_device_name(), "torch": torch.__version__, "rows": results}, file, indent=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
