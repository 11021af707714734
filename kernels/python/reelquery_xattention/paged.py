"""One request's keys and values out of a paged cache, and how a batch of requests is cut into prompts and the rest.

Plain torch on any device. Symbols: Hkv key/value heads, D head dimension, P tokens of a page.
"""

import dataclasses
import typing

import torch

from .errors import InvalidInput


@dataclasses.dataclass(frozen=True)
class Piece:
    """Rows [first, last) of a batch, whose queries are the tokens [begin, end) of it.

    keys: of a prompt (always one row), those before its first query included; 0 where the rows are no prompt.
    """

    first: int
    last: int
    begin: int
    end: int
    keys: int


def cut(starts: typing.Sequence[int], lengths: typing.Sequence[int], answer_tokens: int = 1) -> typing.List[Piece]:
    """Cuts a batch into prompts, a row each, and runs of rows with at most `answer_tokens` queries, in their order.

    starts: R + 1 ascending token numbers, row r holds the queries [starts[r], starts[r + 1]). lengths: R numbers of
    keys, those of the queries included. Rows without queries (padding) belong to no piece.
    Errors: InvalidInput where a prompt has more queries than keys.
    """
    pieces: typing.List[Piece] = []
    for row, keys in enumerate(lengths):
        begin, end = starts[row], starts[row + 1]
        if end - begin > answer_tokens:
            if end - begin > keys:
                raise InvalidInput(f"row {row} of the batch has {end - begin} queries and {keys} keys")
            pieces.append(Piece(row, row + 1, begin, end, keys))
        elif end > begin:
            last = pieces[-1] if pieces else None
            if last is not None and last.keys == 0 and last.last == row:
                pieces[-1] = dataclasses.replace(last, last=row + 1, end=end)
            else:
                pieces.append(Piece(row, row + 1, begin, end, 0))
    return pieces


def _pages(cache, table, keys):
    """[Hkv, pages, ...] of one request in its order: the one copy that is made."""
    needed = -(-keys // cache.shape[2])
    if table.dim() != 1 or table.numel() < needed:
        raise InvalidInput(f"{keys} keys lie on {needed} pages of {cache.shape[2]}, the table is {list(table.shape)}")
    pages = cache.new_empty(cache.shape[1], needed, *cache.shape[2:])
    # Along dimension 0 of the cache as it lies: along another one torch first copies all of it on a processor.
    torch.index_select(cache, 0, table[:needed], out=pages.transpose(0, 1))
    return pages


def gather(cache: torch.Tensor, table: torch.Tensor, keys: int) -> typing.Tuple[torch.Tensor, torch.Tensor]:
    """k and v [Hkv, keys, D] of one request, where each token's key lies before its value (FlashAttention's cache).

    cache: [pages, Hkv, P, 2 * D], strided in any way. table: the request's pages in order, int32 or int64, at least
    ceil(keys / P). Both results are views of one new tensor; 4 * keys * Hkv * D numbers are read and written in all.
    Errors: InvalidInput.
    """
    if cache.dim() != 4 or cache.shape[3] % 2:
        raise InvalidInput(f"a cache is [pages, Hkv, P, 2 * D], not {list(cache.shape)}")
    both = _pages(cache, table, keys).flatten(1, 2)[:, :keys]
    dim = cache.shape[3] // 2
    return both[..., :dim], both[..., dim:]


def gather_packed(cache: torch.Tensor, table: torch.Tensor, keys: int, key_order: torch.Tensor,
                  value_order: torch.Tensor) -> typing.Tuple[torch.Tensor, torch.Tensor]:
    """k and v [Hkv, keys, D] of one request, where a page and head holds its packed keys and then its packed values
    (the processor's cache of vLLM).

    cache: [pages, Hkv, P, 2 * D], contiguous inside a page and head. key_order, value_order: [P * D] int64, where
    number t * D + d of a token and a dimension lies among the P * D of its kind; orders_of() finds them out.
    Errors: InvalidInput.
    """
    if cache.dim() != 4 or cache.shape[3] % 2 or cache.stride(3) != 1 or cache.stride(2) != cache.shape[3]:
        raise InvalidInput(f"a packed cache is [pages, Hkv, P, 2 * D], contiguous in the last two, not {list(cache.shape)} "
                           f"with strides {list(cache.stride())}")
    page, dim = cache.shape[2], cache.shape[3] // 2
    both = _pages(cache, table, keys).flatten(2)  # [Hkv, pages, 2 * P * D]
    kinds = []
    for order, first in ((key_order, 0), (value_order, page * dim)):
        kind = torch.index_select(both, 2, order + first)
        kinds.append(kind.view(kind.shape[0], -1, dim)[:, :keys])
    return kinds[0], kinds[1]


def orders_of(write: typing.Callable[[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor], None], page: int, dim: int,
              dtype: torch.dtype) -> typing.Tuple[torch.Tensor, torch.Tensor]:
    """How a cache packs its pages, found out by writing to it: key_order and value_order of gather_packed().

    write(k, v, cache, slots): puts k and v [tokens, 1, D] into the slots of a cache [pages, 1, P, 2 * D].
    Errors: InvalidInput where the packing is no reordering of the numbers.
    """
    tokens, dims = (x.reshape(page, 1, dim) for x in torch.meshgrid(torch.arange(page), torch.arange(dim), indexing="ij"))
    slots = torch.arange(page)
    held = []  # what lies at each place: pieces of its token's and dimension's number that every number type holds
    for number in (tokens % 128, tokens // 128, dims % 128, dims // 128):
        cache = torch.zeros(1, 1, page, 2 * dim, dtype=dtype)
        write(number.to(dtype).contiguous(), number.to(dtype).contiguous(), cache, slots)
        held.append(cache.flatten().to(torch.float64).round().to(torch.int64).view(2, page * dim))
    places = (held[0] + 128 * held[1]) * dim + held[2] + 128 * held[3]
    ordered, orders = places.sort(1)
    if not (ordered == torch.arange(page * dim)).all():
        raise InvalidInput(f"pages of {page} tokens of {dim} {str(dtype).removeprefix('torch.')} are packed in a way that "
                           "is not a reordering")
    return orders[0], orders[1]
