"""Targets of the auxiliary heads: what each 28x28 px cell of each frame pair shows.

The heads read the vision features directly. They teach the vision tower long before the language
model can, and are not part of the model that ships.
"""

from __future__ import annotations

import numpy as np

import paths  # noqa: F401
from drawing import GLYPHS
from rows import CARD, SHAPE

# Classes of each head; class 0 is "nothing here". `left` and `right` are the glyphs whose middle
# lies in that half of the cell.
HEADS = {"colour": 9, "shape": 9, "direction": 6, "left": 37, "right": 37}
IGNORE = -100
CAPITALS = len(GLYPHS)  # characters from here on are small letters


def cell_labels(batch: dict, advances: np.ndarray) -> dict[str, np.ndarray]:
    """Targets [pairs*cells] of each head for a batch of scenes.Sampler."""
    rows, cols = batch["height"] // 28, batch["width"] // 28
    count = batch["clips"] * batch["pairs"] * rows * cols
    out = {name: np.zeros(count, dtype=np.int64) for name in HEADS}
    y, x = np.meshgrid(np.arange(rows) * 28 + 14.0, np.arange(cols) * 28 + 14.0, indexing="ij")
    shapes = batch["shapes"]
    shapes = shapes[shapes[:, SHAPE["shape"]][:, 0] >= 0]
    of = lambda name: shapes[:, SHAPE[name]]
    if len(shapes):
        reach = np.hypot(of("x") - x.reshape(1, -1), of("y") - y.reshape(1, -1))
        close = reach < of("radius") * 0.75 + 9
        close |= reach <= reach.min(axis=1, keepdims=True) + 1e-3
        row, cell = np.nonzero(close)
        # Later needles and nearer centres win: index assignment keeps the last value.
        order = np.lexsort((-reach[row, cell], shapes[row, 0]))
        row, cell = row[order], cell[order]
        at = (of("frame")[row, 0].astype(np.int64) // 2) * rows * cols + cell
        out["colour"][at] = of("colour")[row, 0] + 1
        out["shape"][at] = of("shape")[row, 0] + 1
        way = of("direction")[row, 0]
        out["direction"][at] = np.where(way == 0, IGNORE, way)
    if len(batch["cards"]):
        _card_labels(batch["cards"], advances, rows, cols, out)
    return out


def _card_labels(cards, advances, rows, cols, out) -> None:
    """Glyph labels: a capital's for its small letter too; none where two share half a cell."""
    of = lambda name: cards[:, CARD[name]]
    glyphs = of("glyphs").astype(np.int64)
    steps = advances[of("font").astype(np.int64), glyphs] + of("spacing")
    middle = np.cumsum(steps, axis=1) - steps / 2 - of("spacing") / 2
    x = of("x") + middle * of("cell")
    used = (np.arange(glyphs.shape[1]) < of("count")) & (x > 0) & (x < cols * 28)
    line = np.broadcast_to(np.clip(of("y") // 28, 0, rows - 1), x.shape)
    pair = np.broadcast_to(of("frame") // 2, x.shape)
    at = ((pair * rows + line) * cols + x // 28).astype(np.int64)
    label = np.where(glyphs < CAPITALS, glyphs, glyphs - CAPITALS) + 1
    right = (x % 28) >= 14
    for name, side in (("left", used & ~right), ("right", used & right)):
        where, found = at[side], label[side]
        out[name][where[::-1]] = found[::-1]
        clash = out[name][where] != found
        out[name][where] = found
        out[name][where[clash]] = IGNORE
