"""Which key blocks the rows of an attention call keep."""

import dataclasses
import typing

import torch

from ._library import BLOCK
from .errors import InvalidInput


@dataclasses.dataclass(frozen=True)
class Grid:
    """How a call is cut into blocks of 128. Both sides are cut on the key grid: where causal queries start in the middle
    of a block (a later chunk), the first query block is partly empty.

    queries, keys: Lq, Lk. causal: query i sits at position Lk - Lq + i, else all keys are seen.
    """

    queries: int
    keys: int
    causal: bool

    @property
    def offset(self) -> int:
        """Position of query 0 among the keys."""
        return self.keys - self.queries if self.causal else 0

    @property
    def first(self) -> int:
        """Index of the first query block on the key grid."""
        return self.offset // BLOCK

    @property
    def rows(self) -> int:
        """NQ, query blocks."""
        return -(-(self.offset + self.queries) // BLOCK) - self.first if self.queries else 0

    @property
    def columns(self) -> int:
        """NK, key blocks."""
        return -(-self.keys // BLOCK)

    @property
    def seen(self) -> int:
        """Blocks that the rows of one head see, all together."""
        if not self.causal:
            return self.rows * self.columns
        return self.rows * (self.first + 1) + self.rows * (self.rows - 1) // 2

    def visible(self, device: typing.Any = "cpu") -> torch.Tensor:
        """[NQ, NK] bool: the blocks of which a row sees anything."""
        columns = torch.arange(self.columns, device=device)
        rows = torch.arange(self.first, self.first + self.rows, device=device)
        return columns <= rows[:, None] if self.causal else columns.expand(self.rows, -1) >= 0


@dataclasses.dataclass(frozen=True)
class Blocks:
    """Lists of the kept key blocks of every row (query head, query block of 128), as select() makes them.

    columns: [B, Hq, NQ, NK] int16, whose bits are unsigned 16-bit key-block indices, ascending in every row; what
    lies past a row's count means nothing. counts: [B, Hq, NQ] int32. kept_share: [B, Hq, NQ] float32, the share of
    the row's estimated mass that is kept; None where the lists were not chosen by scores. mass: [B, Hq, NQ, NK]
    float32 estimated masses, where they were asked for.
    """

    grid: Grid
    columns: torch.Tensor
    counts: torch.Tensor
    kept_share: typing.Optional[torch.Tensor] = None
    mass: typing.Optional[torch.Tensor] = None

    def mask(self) -> torch.Tensor:
        """[B, Hq, NQ, NK] bool: True where a block is kept. On the lists' device."""
        indices = self.columns.to(torch.int64) & 0xFFFF
        listed = torch.arange(self.grid.columns, device=indices.device) < self.counts[..., None]
        kept = torch.zeros(indices.shape, dtype=torch.int8, device=indices.device)
        kept.scatter_reduce_(-1, torch.where(listed, indices, 0), listed.to(torch.int8), "amax")
        return kept.bool()

    def density(self) -> torch.Tensor:
        """[B, Hq] float64: kept blocks of a head over those that its rows see; NaN where there are no rows."""
        return self.counts.sum(-1, dtype=torch.float64) / self.grid.seen if self.grid.rows else \
            torch.full(self.counts.shape[:2], torch.nan, dtype=torch.float64, device=self.counts.device)

    def keeping_from(self, column: int) -> "Blocks":
        """These lists with every key block from `column` on kept by all rows, which is for calls that are not causal.
        Errors: InvalidInput."""
        if self.grid.causal or not 0 <= column <= self.grid.columns:
            raise InvalidInput(f"keeping_from takes a column of {self.grid.columns} of a call that is not causal, not {column}")
        columns, device = self.columns.clone(), self.columns.device
        listed = torch.arange(columns.shape[-1], device=device) < self.counts[..., None]
        before = (listed & ((columns.to(torch.int32) & 0xFFFF) < column)).sum(-1)
        last = torch.arange(column, self.grid.columns, device=device)
        bits = torch.where(last > 0x7FFF, last - 0x10000, last).to(torch.int16)
        columns.scatter_(-1, before[..., None] + (last - column), bits.expand(*before.shape, -1))
        return Blocks(self.grid, columns, (before + len(last)).to(torch.int32))

    @staticmethod
    def from_mask(mask: torch.Tensor, queries: int, keys: int, causal: bool = True) -> "Blocks":
        """Lists of a mask of your own. mask: [B, Hq, NQ, NK] bool (a dimension of 1 stands for all), NQ and NK as
        Grid(queries, keys, causal) counts them. Blocks that a row does not see are left out; a row without any gives
        zeros. Errors: InvalidInput."""
        grid = Grid(queries, keys, causal)
        if mask.dtype != torch.bool or mask.dim() != 4 or mask.shape[2:] != (grid.rows, grid.columns):
            raise InvalidInput(
                f"a block mask is bool [B, Hq, {grid.rows}, {grid.columns}] for {queries} queries over {keys} keys, "
                f"not {mask.dtype} {list(mask.shape)}"
            )
        mask = mask & grid.visible(mask.device)
        columns = torch.arange(grid.columns, device=mask.device, dtype=torch.int32)
        columns = torch.where(mask, columns, grid.columns).sort(-1).values
        # The upper half of the unsigned range as the int16 of the same bits.
        columns = torch.where(columns > 0x7FFF, columns - 0x10000, columns).to(torch.int16)
        return Blocks(grid, columns.contiguous(), mask.sum(-1, dtype=torch.int32).contiguous())
