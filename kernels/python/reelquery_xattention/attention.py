"""XAttention (arXiv 2503.16428) on torch tensors where they lie: choose blocks, attend to blocks, or both.

Symbols: B batch, Hq query heads, Hkv key/value heads (query head h reads h // (Hq // Hkv)), Lq queries, Lk keys,
D head dimension, NQ and NK query and key blocks of 128. Causality is bottom-right: query i sits at position
Lk - Lq + i, so a later chunk of a prompt is passed with all keys so far. On cuda everything runs on the current stream.
"""

import ctypes
import typing

import torch

from . import _structs as s
from ._call import Call
from ._library import BLOCK
from .blocks import Blocks
from .errors import InvalidInput, Unsupported

Threshold = typing.Union[float, typing.Sequence[float], torch.Tensor]
STRIDES = (4, 8, 16)


def _params(call, threshold, stride, pattern, block, sink_blocks, recent_blocks, dense_from):
    if block != BLOCK:
        raise Unsupported(f"blocks are of {BLOCK} tokens here, not {block}")
    if stride not in STRIDES:
        raise Unsupported(f"strides of 4, 8 and 16 are served, not {stride}")
    if pattern not in s.PATTERNS:
        raise InvalidInput(f"pattern is one of {', '.join(s.PATTERNS)}, not {pattern!r}")
    if sink_blocks < 1 or recent_blocks < 1:
        raise InvalidInput("sink_blocks and recent_blocks are at least 1")
    heads = call.shape.heads
    if isinstance(threshold, torch.Tensor):
        threshold = threshold.tolist()
    taus = [float(threshold)] if isinstance(threshold, (int, float)) else [float(t) for t in threshold]
    if len(taus) not in (1, heads) or not all(0 <= tau <= 1 for tau in taus):
        raise InvalidInput(f"threshold is one number in [0, 1] or one for each of {heads} heads, not {threshold}")
    per_head = (ctypes.c_float * heads)(*(taus * heads)[:heads])
    return s.Params(stride, s.PATTERNS.index(pattern), taus[0], per_head, sink_blocks, recent_blocks,
                    s.DENSE_FROM_NEVER if dense_from is None else int(dense_from))


def _select(call, params, with_mass):
    batch, heads = call.q.shape[:2]
    rows, columns, device = call.grid.rows, call.grid.columns, call.q.device
    shape = (batch, heads, rows)
    blocks = Blocks(
        call.grid,
        torch.empty(*shape, columns, dtype=torch.int16, device=device),
        torch.empty(shape, dtype=torch.int32, device=device),
        torch.empty(shape, dtype=torch.float32, device=device),
        torch.empty(*shape, columns, dtype=torch.float32, device=device) if with_mass else None,
    )
    for row in range(batch if rows else 0):
        call.select(row, params, s.Selection(
            blocks.columns[row].data_ptr(), blocks.counts[row].data_ptr(), columns, blocks.kept_share[row].data_ptr(),
            blocks.mass[row].data_ptr() if with_mass else None))
    return blocks


def _attend(call, blocks, out):
    target = call.output(out)
    for row in range(call.q.shape[0] if call.grid.queries else 0):
        lists = None
        if blocks is not None:
            lists = s.Lists(blocks.columns[row].data_ptr(), blocks.counts[row].data_ptr(), blocks.columns.shape[-1])
        call.prefill(row, lists, target)
    return target if call.is_batch else target[0]


def select(q: torch.Tensor, k: torch.Tensor, *, causal: bool = True, threshold: Threshold = 0.9, stride: int = 16,
           block: int = BLOCK, scale: typing.Optional[float] = None, pattern: str = "antidiagonal",
           sink_blocks: int = 1, recent_blocks: int = 1, dense_from: typing.Optional[int] = None,
           with_mass: bool = False) -> Blocks:
    """Scores the key blocks by strided antidiagonal sums and keeps the largest until `threshold` of a row's mass.

    q: [B, Hq, Lq, D], k: [B, Hkv, Lk, D] (or without B), float32 or bfloat16 on cpu, bfloat16 with D 64 or 128 on cuda,
    strided as they are as long as D is contiguous (cuda: data on 16 bytes, strides multiples of 8).
    threshold: in [0, 1], for all heads or one for each; 1 keeps every block. stride: S, 4, 8 or 16. scale: multiplies
    q.k, default 1/sqrt(D). pattern: "antidiagonal", or "diagonal" and "random" for comparisons. sink_blocks: leading
    blocks that every row keeps; recent_blocks: those up to the diagonal, where causal. dense_from: rows with a query
    at or past this key position keep all. with_mass: also the estimated masses.
    Errors: InvalidInput, Unsupported, OutOfMemory, DeviceFailed, LibraryError.
    """
    call = Call(q, k, k, causal, scale)
    return _select(call, _params(call, threshold, stride, pattern, block, sink_blocks, recent_blocks, dense_from), with_mass)


def block_sparse(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, blocks: typing.Union[Blocks, torch.Tensor], *,
                 causal: bool = True, scale: typing.Optional[float] = None,
                 out: typing.Optional[torch.Tensor] = None) -> torch.Tensor:
    """softmax(scale * q k^T) v over the kept blocks only.

    q, k, v: as select() takes them, v as k. blocks: what select() gave, or a bool mask [B, Hq, NQ, NK] (a dimension of
    1 stands for all). out: written to where given, else a new tensor laid out as q; must not overlap the inputs.
    Returns [B, Hq, Lq, D] (without B where q has none). Rows that keep nothing give zeros.
    Errors: as select().
    """
    call = Call(q, k, v, causal, scale)
    batch, heads = call.q.shape[:2]
    if isinstance(blocks, torch.Tensor):
        blocks = Blocks.from_mask(blocks, call.grid.queries, call.grid.keys, call.causal)
        blocks = Blocks(blocks.grid, blocks.columns.expand(batch, heads, -1, -1).contiguous(),
                        blocks.counts.expand(batch, heads, -1).contiguous())
    wanted = (batch, heads, call.grid.rows)
    if blocks.grid != call.grid or tuple(blocks.counts.shape) != wanted or tuple(blocks.columns.shape[:3]) != wanted:
        raise InvalidInput(f"these blocks are of another call: {blocks.grid}, {list(blocks.counts.shape)} rows "
                           f"(given: {call.given})")
    if blocks.columns.shape[-1] < call.grid.columns or blocks.columns.dtype != torch.int16 \
            or blocks.counts.dtype != torch.int32 or not blocks.columns.is_contiguous() or not blocks.counts.is_contiguous():
        raise InvalidInput(f"block lists are contiguous int16 columns [.., {call.grid.columns}] and int32 counts")
    if blocks.columns.device != call.q.device or blocks.counts.device != call.q.device:
        raise InvalidInput(f"the blocks lie on {blocks.columns.device}, q on {call.q.device}")
    return _attend(call, blocks, out)


def dense(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, *, causal: bool = True,
          scale: typing.Optional[float] = None, out: typing.Optional[torch.Tensor] = None) -> torch.Tensor:
    """The same kernels over every key that a query sees. Shapes, returns and errors: as block_sparse()."""
    return _attend(Call(q, k, v, causal, scale), None, out)


def xattention(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, *, causal: bool = True, threshold: Threshold = 0.9,
               stride: int = 16, block: int = BLOCK, scale: typing.Optional[float] = None,
               pattern: str = "antidiagonal", sink_blocks: int = 1, recent_blocks: int = 1,
               dense_from: typing.Optional[int] = None, out: typing.Optional[torch.Tensor] = None,
               return_blocks: bool = False) -> typing.Union[torch.Tensor, typing.Tuple[torch.Tensor, Blocks]]:
    """select() and then block_sparse() over what it kept; their shapes, options and errors.

    Returns [B, Hq, Lq, D], with return_blocks also the Blocks. A threshold of 1 is dense attention.
    """
    call = Call(q, k, v, causal, scale)
    blocks = _select(call, _params(call, threshold, stride, pattern, block, sink_blocks, recent_blocks, dense_from), False)
    result = _attend(call, blocks, out)
    return (result, blocks) if return_blocks else result
