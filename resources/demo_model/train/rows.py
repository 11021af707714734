"""The columns of the rows that workers make (scenes.py, looks.py) and the renderer reads."""

from __future__ import annotations

import numpy as np

MAX_GLYPHS = 10


def _columns(text: str) -> dict[str, slice]:
    """Names, each with its width behind a colon if that is not 1, as slices of a row."""
    out, at = {}, 0
    for part in text.split():
        name, _, width = part.partition(":")
        out[name] = slice(at, at + int(width or 1))
        at = out[name].stop
    return out


# Lengths in pixels unless told otherwise, colours in 0..255. One row is one thing in one picture.
SHAPE = _columns(
    "slot frame x y radius turn soft sprite"  # soft: pixels over which an edge fades
    " shape colour direction"  # labels of the auxiliary heads; shape -1: none of the eight
    " fill:3 second:3 angle edge:3"  # the fill goes from `fill` to `second` along `angle`
    " width inside solid alpha"  # outline in radii, its share inside; cover of the fill and of all
    " stretch grain grain_x grain_y"  # x over y; stripes in the fill: depth and waves a radius
    " cut cut_at"  # beyond `cut_at` radii in direction `cut` something hides it
    " guard")  # 1: an outline is added where the fill is like what is behind it
CARD = _columns(
    f"frame x y cell font spacing count box:4 paper:3 ink:3 slant weight width edge:3 solid alpha"
    f" round glyphs:{MAX_GLYPHS}")
# What moves beside needles: a silhouette filled with a part of a picture (`u`, `v`: where; `step` picture
# elements a radius), tinted in three bands from its top down that end at `cut`; `mix`: share of the tint.
MOVER = _columns("slot side frame x y radius turn soft sprite stretch picture u v step gain:3 top:3 middle:3"
                 " bottom:3 cut:2 mix alpha")
BACKGROUND = _columns(
    "picture x y step_x step_y gain:3 bias:3 noise blur blocks smooth")
PLATE = _columns("frame top:3 bottom:3")
# Slots are drawn one after the other; within one a picture occurs at most once.
CLUTTER, SHADOW, NEEDLE, SLOTS = 0, 3, 6, 9


def width_of(columns: dict[str, slice]) -> int:
    """Number of columns."""
    return max(c.stop for c in columns.values())


def row_of(columns: dict[str, slice], **values) -> np.ndarray:
    """One row; what is not named is 0."""
    row = np.zeros(width_of(columns), dtype=np.float32)
    for name, value in values.items():
        row[columns[name]] = value
    return row
