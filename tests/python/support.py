"""What the tests of kernels/python share."""

import torch

from reelquery_xattention import Grid

EPSILON = {torch.float32: 2.0**-24, torch.bfloat16: 2.0**-9}


def inputs(heads, kv_heads, queries, keys, dim, dtype=torch.float32, batch=1, seed=0, device="cpu"):
    """q as a view of a token-major projection, k and v as views of a longer cache: neither is contiguous."""
    made = torch.Generator().manual_seed(seed)
    q = torch.randn(batch, queries, heads, dim, generator=made).to(device, dtype).transpose(1, 2)
    k, v = (torch.randn(batch, kv_heads, keys + 8, dim, generator=made).to(device, dtype)[:, :, :keys] for _ in "kv")
    return q, k, v


def exact(q, k, v, causal=True, keep=None, scale=None):
    """Attention in float64 by its definition. keep: [B, Hq, NQ, NK] bool of blocks, or None for all."""
    queries, keys = q.shape[2], k.shape[2]
    groups = q.shape[1] // k.shape[1]
    k, v = k.double().repeat_interleave(groups, 1), v.double().repeat_interleave(groups, 1)
    grid = Grid(queries, keys, causal)
    rows = torch.arange(queries, device=q.device) + (keys - queries if causal else 0)
    columns = torch.arange(keys, device=q.device)
    see = columns <= rows[:, None] if causal else torch.ones(queries, keys, dtype=torch.bool, device=q.device)
    if keep is not None:
        see = see & keep[:, :, rows // 128 - grid.first][:, :, :, columns // 128]
    scores = q.double() @ k.transpose(2, 3) * (q.shape[-1] ** -0.5 if scale is None else scale)
    weights = scores.masked_fill(~see, -torch.inf).softmax(-1).nan_to_num(0)
    return weights @ v


def plain_error(q, k, v, causal=True):
    """How far torch's own attention in the inputs' number type lies from the exact one: the type's own error."""
    queries, keys = q.shape[2], k.shape[2]
    see = torch.ones(queries, keys, dtype=torch.bool, device=q.device)
    groups = q.shape[1] // k.shape[1]
    got = torch.nn.functional.scaled_dot_product_attention(
        q, k.repeat_interleave(groups, 1), v.repeat_interleave(groups, 1),
        attn_mask=see.tril(keys - queries) if causal else see)
    return distance(got, exact(q, k, v, causal))


def distance(got, want):
    """Relative error in the Frobenius norm; infinite where anything is not finite."""
    if not torch.isfinite(got).all():
        return float("inf")
    return ((got.double() - want.double()).norm() / want.double().norm()).item()


def milliseconds(call, rounds=5, warm_ups=1):
    """The median that a call takes on the card, by its events."""
    for _ in range(warm_ups):
        call()
    begin, end = (torch.cuda.Event(enable_timing=True) for _ in "be")
    times = []
    for _ in range(rounds):
        begin.record()
        call()
        end.record()
        end.synchronize()
        times.append(begin.elapsed_time(end))
    return sorted(times)[rounds // 2]
