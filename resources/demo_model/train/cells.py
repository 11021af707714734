"""Targets of the auxiliary heads: what each 28x28 px cell of each frame pair shows.

The heads read the vision features directly. They teach the vision tower long before the language
model can, and are not part of the model that ships.
"""

from __future__ import annotations

import numpy as np

# Classes of each head; class 0 is "nothing here". `left` and `right` are the glyphs whose middle
# lies in that half of the cell.
HEADS = {"colour": 9, "shape": 9, "direction": 6, "left": 37, "right": 37}
IGNORE = -100


def cell_labels(batch: dict, advances: np.ndarray) -> dict[str, np.ndarray]:
    """Targets [pairs*cells] of each head for a batch of scenes.Sampler."""
    rows, cols = batch["height"] // 28, batch["width"] // 28
    count = batch["clips"] * batch["pairs"] * rows * cols
    out = {name: np.zeros(count, dtype=np.int64) for name in HEADS}
    y, x = np.meshgrid(np.arange(rows) * 28 + 14.0, np.arange(cols) * 28 + 14.0, indexing="ij")
    shapes = batch["shapes"]
    if len(shapes):
        reach = np.hypot(shapes[:, 2, None] - x.reshape(1, -1),
                         shapes[:, 3, None] - y.reshape(1, -1))
        close = reach < shapes[:, 4, None] * 0.75 + 9
        close |= reach <= reach.min(axis=1, keepdims=True) + 1e-3
        row, cell = np.nonzero(close)
        # Later needles and nearer centres win: index assignment keeps the last value.
        order = np.lexsort((-reach[row, cell], shapes[row, 0]))
        row, cell = row[order], cell[order]
        at = (shapes[row, 1].astype(np.int64) // 2) * rows * cols + cell
        out["colour"][at] = shapes[row, 8] + 1
        out["shape"][at] = shapes[row, 7] + 1
        out["direction"][at] = np.where(shapes[row, 9] == 0, IGNORE, shapes[row, 9])
    if len(batch["cards"]):
        _card_labels(batch["cards"], advances, rows, cols, out)
    return out


def _card_labels(cards, advances, rows, cols, out) -> None:
    glyphs = cards[:, 18:].astype(np.int64)
    steps = advances[cards[:, 4].astype(np.int64)[:, None], glyphs] + cards[:, 5, None]
    middle = np.cumsum(steps, axis=1) - steps / 2 - cards[:, 5, None] / 2
    x = cards[:, 1, None] + middle * cards[:, 3, None]
    used = (np.arange(glyphs.shape[1]) < cards[:, 6, None]) & (x > 0) & (x < cols * 28)
    line = np.broadcast_to(np.clip(cards[:, 2, None] // 28, 0, rows - 1), x.shape)
    pair = np.broadcast_to(cards[:, 0, None] // 2, x.shape)
    at = ((pair * rows + line) * cols + x // 28).astype(np.int64)
    right = (x % 28) >= 14
    for name, side in (("left", used & ~right), ("right", used & right)):
        out[name][at[side]] = glyphs[side] + 1
