#!/usr/bin/env python3
"""The Python package on a card: right against float64, and its times beside torch's attention.

usage: python_package_check.py [--times] [--k-tokens 32,128]
REELQUERY_XATTENTION_LIBRARIES names the folder of both libraries. Exits with 77 where there is no torch or no card.
Checked: a threshold of 1 and dense() against the definition in float64, held to twice what torch's own bf16 attention
errs by; the kept blocks and no others; causal and not, groups of heads, later chunks, strided caches; masses against
the CPU package; a stream of one's own; refusals; paged caches as vLLM keeps them (without vLLM), and what a call takes
of the card's memory; with transformers installed, a tiny model in bf16 beside sdpa.
"""

import argparse
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "kernels/python"), str(ROOT / "tests/python")]
try:
    import torch
except ImportError:
    print("skipped: this Python has no torch")
    sys.exit(77)
if not torch.cuda.is_available():
    print("skipped: torch sees no CUDA device here")
    sys.exit(77)
import reelquery_xattention as rx
from paged_support import Impl, Step, shuffled_pages
from reelquery_xattention import paged
from reelquery_xattention._call import scratch_bytes
from support import EPSILON, distance, exact, inputs, milliseconds, plain_error

BF16 = torch.bfloat16
failed = 0


def report(passed, name, figures=""):
    global failed
    failed += not passed
    print(f"{'passed' if passed else 'FAILED'}  {name}  {figures}", flush=True)


def check_attention():
    forms = [(4, 2, 1, 1, True), (7, 1, 129, 129, True), (12, 2, 2049, 2049, True), (28, 4, 513, 4097, True),
             (8, 1, 30, 3001, True), (3, 3, 200, 333, False), (4, 2, 1000, 2500, False)]
    for dim in (64, 128):
        for seed, (heads, kv_heads, queries, keys, causal) in enumerate(forms):
            name = f"D{dim} {heads}/{kv_heads} {queries} of {keys}{'' if causal else ', not causal'}"
            q, k, v = inputs(heads, kv_heads, queries, keys, dim, BF16, seed=seed, device="cuda")
            allowed = 2 * plain_error(q, k, v, causal) + EPSILON[BF16]
            want = exact(q, k, v, causal)
            for kind, got in (("tau 1", rx.xattention(q, k, v, causal=causal, threshold=1)), ("dense", rx.dense(q, k, v, causal=causal))):
                off = distance(got, want)
                report(off <= allowed, f"{kind} {name}", f"error {off:.2e}, allowed {allowed:.2e}")
            got, blocks = rx.xattention(q, k, v, causal=causal, threshold=0.5, stride=8, return_blocks=True)
            keep = blocks.mask()
            off = distance(got, exact(q, k, v, causal, keep))
            same = torch.equal(rx.block_sparse(q, k, v, keep, causal=causal), got)
            report(off <= allowed and same, f"tau 0.5 {name}",
                   f"error {off:.2e}, density {blocks.density().mean().item():.2f}, by its mask {'the same' if same else 'DIFFERENT'}")
            ours = rx.select(q, k, causal=causal, stride=8, with_mass=True).mass.cpu()
            theirs = rx.select(q.cpu(), k.cpu(), causal=causal, stride=8, with_mass=True).mass
            off = ((ours - theirs).abs().amax(-1) / theirs.sum(-1)).max().item()
            report(off < 5e-5, f"masses {name}", f"{off:.1e} of a row from the CPU's")  # the bound of attention_gpu_test


def check_chunks():
    q, k, v = inputs(28, 4, 5000, 5000, 128, BF16, device="cuda")
    whole, blocks = rx.xattention(q, k, v, threshold=0.6, return_blocks=True)
    parts = [rx.xattention(q[:, :, a:b], k[:, :, :b], v[:, :, :b], threshold=0.6) for a, b in ((0, 2048), (2048, 4096), (4096, 5000))]
    off = distance(torch.cat(parts, 2), whole)
    report(off < EPSILON[BF16], "a prompt in chunks is the whole prompt", f"{off:.1e}, density {blocks.density().mean():.2f}")


def check_streams():
    q, k, v = inputs(12, 2, 4000, 4000, 128, BF16, device="cuda")
    want = rx.xattention(q, k, v)
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    same = True
    for _ in range(5):
        with torch.cuda.stream(stream):
            torch.cuda._sleep(20_000_000)  # q arrives late: only the stream's order makes the result right
            late = q.clone()
            got = rx.xattention(late, k, v)
        stream.synchronize()
        same = same and torch.equal(got, want)
    report(same, "a stream of one's own", "the same bits")


def check_refusals():
    q, k, v = inputs(4, 2, 300, 300, 80, BF16, device="cuda")
    wrong = [("D 80", rx.Unsupported, (q, k, v)), ("float32", rx.Unsupported, [x[..., :64].float() for x in (q, k, v)]),
             ("odd strides", rx.InvalidInput, [x[..., 3:67] for x in (q, k, v)])]
    for name, error, tensors in wrong:
        try:
            rx.xattention(*tensors)
            report(False, f"refused: {name}", "was served")
        except rx.XAttentionError as raised:
            report(type(raised) is error, f"refused: {name}", str(raised))


def check_paged():
    for page, dim in ((16, 128), (32, 64), (128, 128)):
        q, k, v = inputs(28, 4, 513, 4097, dim, BF16, device="cuda")
        cache, table = shuffled_pages(k[0], v[0], page)
        for name, held in (("by head", cache), ("by token", cache.transpose(1, 2).contiguous().transpose(1, 2))):
            keys, values = paged.gather(held, table, 4097)
            same = torch.equal(keys, k[0]) and torch.equal(values, v[0])
            got, want = rx.xattention(q[0], keys, values, threshold=0.5), rx.xattention(q, k, v, threshold=0.5)[0]
            report(same and torch.equal(got, want), f"D{dim}, pages of {page}, {name}", "keys, values and result to the bit")
    for dim, page in ((64, 16), (128, 128)):
        step = Step(heads=8, kv_heads=2, dim=dim, page=page, dtype=BF16, device="cuda")
        for tau in (1.0, 0.4):
            got = step.run(Impl(8, dim, threshold=tau, stride=8))
            for queries, out, (q, k, v) in zip(Step.QUERIES, got, step.rows):
                if queries == 1:
                    continue  # the check's own
                want = rx.xattention(q, k, v, threshold=tau, stride=8)[0]
                off, allowed = distance(out, exact(q, k, v)[0]), 2 * plain_error(q, k, v) + EPSILON[BF16]
                report(torch.equal(out, want) and (tau < 1 or off <= allowed),
                       f"a step over pages of {page}, D{dim}, tau {tau}, {queries} of {k.shape[2]}", f"{off:.2e} from exact")


def check_scratch():
    _, k, v = inputs(4, 4, 1, 20000, 128, BF16, device="cuda")
    cache, table = shuffled_pages(k[0], v[0], 16, spare=10000)
    torch.cuda.synchronize()
    torch.cuda.reset_peak_memory_stats()
    before = torch.cuda.memory_allocated()
    paged.gather(cache, table, 20000)
    taken, said = torch.cuda.max_memory_allocated() - before, 4 * 20000 * 4 * 128
    report(said <= taken <= said + 4096, "memory of gathered pages", f"{taken} of {said} bytes")
    for heads, kv_heads, dim, queries, keys in ((28, 4, 128, 8192, 65536), (8, 1, 64, 300, 20000), (32, 8, 128, 16384, 16384)):
        q, k, v = inputs(heads, kv_heads, queries, keys, dim, BF16, device="cuda")
        out = torch.empty_like(q)
        rx.xattention(q, k, v, out=out)
        torch.cuda.synchronize()
        torch.cuda.reset_peak_memory_stats()
        before = torch.cuda.memory_allocated()
        rx.xattention(q, k, v, out=out)
        taken, said = torch.cuda.max_memory_allocated() - before, scratch_bytes(heads, kv_heads, dim, queries, keys, 16)
        # Allocations are rounded up to 512 bytes each.
        report(0 < taken <= said + 4096, f"scratch memory {heads}/{kv_heads} D{dim} {queries} of {keys}", f"{taken} of {said} bytes")


@torch.no_grad()
def check_transformers():
    try:
        import transformers
    except ImportError:
        print("left out: this Python has no transformers")
        return
    adapter = rx.register_transformers(threshold=1.0)

    def model(kind, dtype):
        torch.manual_seed(0)
        config = transformers.LlamaConfig(hidden_size=512, intermediate_size=512, num_hidden_layers=2, num_attention_heads=8,
                                          num_key_value_heads=2, vocab_size=512, initializer_range=0.1, attn_implementation=kind)
        return transformers.LlamaForCausalLM(config).to("cuda", dtype).eval()

    ids = torch.randint(3, 500, (1, 1500), device="cuda")
    want = model("sdpa", torch.float32)(ids).logits
    ours, theirs = ((model(kind, BF16)(ids).logits.float() - want).norm().item() for kind in ("reelquery", "sdpa"))
    report(ours < 1.25 * theirs and adapter.calls["sparse"] == 2, "transformers, bf16 beside sdpa", f"error {ours:.3f} and {theirs:.3f}")
    ours = model("reelquery", BF16)
    cache = transformers.DynamicCache(config=ours.config)
    parts = torch.cat([ours(ids[:, a:b], past_key_values=cache).logits for a, b in ((0, 512), (512, 1024), (1024, 1500))], 1)
    off = (parts.float() - want).norm().item()
    report(off < 1.25 * theirs, "transformers, in chunks", f"error {off:.3f}")


def measure(k_tokens):
    print("28/4 heads, D 128, bf16, causal, batch 1, random normal inputs, medians of 5 through the Python package")
    for thousands in k_tokens:
        n = thousands * 1024
        q, k, v = (torch.randn(1, h, n, 128, device="cuda", dtype=BF16) for h in (28, 4, 4))
        with torch.nn.attention.sdpa_kernel([torch.nn.attention.SDPBackend.FLASH_ATTENTION, torch.nn.attention.SDPBackend.CUDNN_ATTENTION]):
            torchs = milliseconds(lambda: torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=True))
        ours = milliseconds(lambda: rx.dense(q, k, v))
        chosen = milliseconds(lambda: rx.select(q, k))
        grid = rx.Grid(n, n, True)
        keep = torch.rand(1, 28, grid.rows, grid.columns, device="cuda") < 0.07
        keep |= torch.eye(grid.rows, dtype=torch.bool, device="cuda")
        blocks = rx.Blocks.from_mask(keep, n, n)
        sparse = milliseconds(lambda: rx.block_sparse(q, k, v, blocks))
        print(f"{thousands}K  torch {torchs:.2f} ms  dense {ours:.2f}  select S=16 {chosen:.2f}  "
              f"sparse at {blocks.density().mean().item():.3f} {sparse:.2f}", flush=True)
        cache, table = shuffled_pages(k[0], v[0], 16)
        gathered = milliseconds(lambda: paged.gather(cache, table, n))
        print(f"{thousands}K  pages of 16 gathered {gathered:.3f} ms, {8 * n * 4 * 128 / gathered / 1e6:.0f} GB/s", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--times", action="store_true")
    parser.add_argument("--k-tokens", default="8,32,128")
    options = parser.parse_args()
    print(torch.cuda.get_device_name(), "torch", torch.__version__)
    for check in (check_attention, check_chunks, check_streams, check_refusals, check_paged, check_scratch,
                  check_transformers):
        check()
    if options.times:
        measure([int(x) for x in options.k_tokens.split(",")])
    print(f"{failed} failed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
