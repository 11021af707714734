#!/usr/bin/env python3
"""Writes upstream_golden.json: what the authors' own implementation gives on made-up inputs.

    make_upstream_golden.py CHECKOUT      # of github.com/mit-han-lab/x-attention (e379887), which is not part of this tree

Runs its xattn_estimate (the torch path) and find_blocks_chunked on the CPU in float32. Needs torch; written with 1.13.
Inputs come from value() below, which upstream_parity_test.cpp repeats, so only results are stored.
"""
import json
import pathlib
import sys

import torch

HEADS, DIM = 2, 64


def value(seed, index):
    """A number of [-1, 1) with 16 bits, the same in every language."""
    x = (index * 2654435761 + seed * 40503 + 12345) & 0xFFFFFFFF
    x = ((x ^ x >> 15) * 2246822519) & 0xFFFFFFFF
    return ((x ^ x >> 13) >> 16) / 32768 - 1


def queries_and_keys(tokens):
    """q, k: [1, HEADS, tokens, DIM]; blocks of keys differ in size, so their masses do too."""
    index = [(h, t, d) for h in range(HEADS) for t in range(tokens) for d in range(DIM)]
    q = [4 * value(1, (h * tokens + t) * DIM + d) for h, t, d in index]
    k = [value(2, (h * tokens + t) * DIM + d) * (1 + t // 128 * 7 % 5 / 2) for h, t, d in index]
    return (torch.tensor(x).view(1, HEADS, tokens, DIM) for x in (q, k))


def masses(rows, columns, first, causal):
    """[1, HEADS, rows, columns] made-up block masses, none of them equal; 0 past the diagonal."""
    out = torch.zeros(1, HEADS, rows, columns)
    for h in range(HEADS):
        for r in range(rows):
            for c in range(min(columns, first + r + 1) if causal else columns):
                out[0, h, r, c] = ((value(3, (h * rows + r) * columns + c) + 1) / 2) ** 3 + 2**-10
    return out


def load_upstream(checkout):
    """Its two functions, with "cuda" read as "cpu" and without the GPU kernels they import."""
    names = {}
    for file in ("utils.py", "Xattention.py"):
        text = (pathlib.Path(checkout) / "xattn/src" / file).read_text().replace('"cuda"', '"cpu"')
        kernels = text.find("from xattn.src.kernels")
        if kernels >= 0:
            text = "import math\nimport torch.nn.functional as F\n" + text[text.index("\n\n\n", kernels):]
        exec(compile(text, file, "exec"), names)  # pylint: disable=exec-used
    return names["xattn_estimate"], names["find_blocks_chunked"]


def kept(mask):
    """[1, HEADS, rows, columns] bool as one string of 0 and 1 a row."""
    return ["".join(str(int(x)) for x in row) for head in mask[0] for row in head]


def estimates(estimate):
    for tokens, chunk, stride, pattern, causal, threshold in (
        (1900, 2048, 16, "inverse", True, 0.9),
        (1900, 2048, 8, "inverse", True, [0.5, 0.95]),
        (1900, 2048, 4, "inverse", True, 0.6),
        (1900, 2048, 8, "slash", True, 0.7),
        (1900, 512, 16, "inverse", True, 0.8),
        (1024, 1024, 8, "inverse", False, 0.6),
    ):
        q, k = queries_and_keys(tokens)
        tau = torch.tensor(threshold).double() if isinstance(threshold, list) else threshold
        sums, mask = estimate(q, k, 128, stride, threshold=tau, chunk_size=chunk, select_mode=pattern,
                              use_triton=False, causal=causal)
        blocks = -(-tokens // 128)
        yield {"tokens": tokens, "chunk": chunk, "stride": stride, "pattern": pattern, "causal": causal,
               "threshold": threshold if isinstance(threshold, list) else [threshold] * HEADS,
               "sums": [float(f"{x:.7g}") for x in sums[0, :, :blocks, :blocks].flatten()],
               "kept": kept(mask[:, :, :blocks, :blocks])}


def selections(find_blocks):
    for rows, columns, first, causal, threshold in (
        (16, 40, 24, True, 0.9), (16, 40, 24, True, 0.5), (16, 40, 24, True, 0.0), (8, 20, 3, True, 0.8),
        (24, 24, 0, True, 0.9), (24, 24, 0, True, 0.4), (24, 24, 0, True, 0.0), (12, 30, 0, False, 0.7),
    ):
        mask = find_blocks(masses(rows, columns, first, causal), first, threshold, None, False, "prefill", causal)
        if causal:
            mask = mask.tril(first)  # its caller clears what lies past the diagonal
        yield {"rows": rows, "columns": columns, "first": first, "causal": causal, "threshold": threshold,
               "kept": kept(mask)}


def main():
    estimate, find_blocks = load_upstream(sys.argv[1])
    golden = {"heads": HEADS, "dim": DIM, "estimates": list(estimates(estimate)), "selections": list(selections(find_blocks))}
    path = pathlib.Path(__file__).with_name("upstream_golden.json")
    path.write_text(json.dumps(golden, separators=(",", ":")).replace("},{", "},\n{") + "\n")


if __name__ == "__main__":
    main()
