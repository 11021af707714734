"""The eight shapes as closed paths, for renderers that take paths (make_foreign_suite.py).

A path is a list of contours, a contour a list of points of the unit circle's box, x to the right and
y downwards; curves are given as many short lines, so every renderer sees the same outline. Nothing
here comes from drawing.py: the proportions are other ones and vary from needle to needle.
"""

from __future__ import annotations

import math
import random

Contour = list[tuple[float, float]]


def _round(radius: float, reverse: bool = False) -> Contour:
    steps = range(72)
    points = [(radius * math.cos(2 * math.pi * i / 72), radius * math.sin(2 * math.pi * i / 72))
              for i in steps]
    return points[::-1] if reverse else points


def _star(inner: float) -> Contour:
    radii = (1.0, inner)
    return [(radii[i % 2] * math.sin(math.pi * i / 5), -radii[i % 2] * math.cos(math.pi * i / 5))
            for i in range(10)]


def _bezier(a, b, c, d, steps: int = 24) -> Contour:
    out = []
    for i in range(steps):
        t = i / steps
        u = 1 - t
        out.append(tuple(u**3 * a[k] + 3 * u * u * t * b[k] + 3 * u * t * t * c[k] + t**3 * d[k]
                         for k in (0, 1)))
    return out


def _heart(dip: float, wide: float) -> Contour:
    """Two Bezier curves a side: from the dip over the lobe to the flank, then to the tip."""
    top, flank, tip = (0.0, -dip), (wide, -0.28), (0.0, 0.95)
    right = _bezier(top, (0.12, -0.98), (wide, -0.95), flank)
    right += _bezier(flank, (wide, 0.2), (0.35, 0.5), tip)
    left = _bezier(tip, (-0.35, 0.5), (-wide, 0.2), (-wide, -0.28))
    left += _bezier((-wide, -0.28), (-wide, -0.95), (-0.12, -0.98), top)
    return right + left


def shape_path(shape: str, rng: random.Random) -> list[Contour]:
    """Contours of a shape with proportions of its own; inner contours run the other way round."""
    if shape == "circle":
        return [_round(0.95)]
    if shape == "ring":
        return [_round(0.95), _round(0.95 * rng.uniform(0.55, 0.78), reverse=True)]
    if shape == "square":
        a = rng.uniform(0.76, 0.86)
        return [[(-a, -a), (a, -a), (a, a), (-a, a)]]
    if shape == "diamond":
        w = rng.uniform(0.62, 0.95)
        return [[(0, -1), (w, 0), (0, 1), (-w, 0)]]
    if shape == "triangle":
        w, top = rng.uniform(0.82, 0.98), rng.uniform(-0.98, -0.82)
        return [[(0, top), (w, 0.75), (-w, 0.75)]]
    if shape == "star":
        return [_star(rng.uniform(0.38, 0.48))]
    if shape == "cross":
        a = rng.uniform(0.22, 0.34)
        return [[(-a, -0.95), (a, -0.95), (a, -a), (0.95, -a), (0.95, a), (a, a), (a, 0.95),
                 (-a, 0.95), (-a, a), (-0.95, a), (-0.95, -a), (-a, -a)]]
    if shape == "heart":
        return [_heart(rng.uniform(0.4, 0.6), rng.uniform(0.9, 1.0))]
    raise ValueError(f"no such shape: {shape}")


# Colours as palettes of other programs have them, under the names that people give them.
PALETTE: dict[str, tuple[tuple[int, int, int], ...]] = {
    "red": ((255, 0, 0), (214, 39, 40), (220, 20, 60), (244, 67, 54), (200, 16, 46)),
    "green": ((0, 128, 0), (44, 160, 44), (76, 175, 80), (0, 200, 60), (34, 139, 34)),
    "blue": ((0, 0, 255), (31, 119, 180), (33, 100, 243), (65, 105, 225), (0, 70, 200)),
    "yellow": ((255, 255, 0), (255, 215, 0), (255, 235, 59), (250, 225, 30)),
    "purple": ((128, 0, 128), (148, 103, 189), (156, 39, 176), (106, 27, 154), (138, 43, 226)),
    "orange": ((255, 165, 0), (255, 127, 14), (255, 140, 0), (255, 120, 20)),
    "white": ((255, 255, 255), (245, 245, 245), (250, 250, 245)),
    "black": ((0, 0, 0), (20, 20, 20), (28, 26, 30)),
}
