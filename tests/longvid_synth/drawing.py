"""What a needle looks like: colours, shapes and cards.

The training renderer (PyTorch, on the GPU) and the suite generator (NumPy + Pillow) both draw from
this file, so a "red star" is the same thing in both. Functions take the array module `xp`
(`numpy` or `torch`) as their first argument and use only names that both have.
"""

from __future__ import annotations

COLOURS: dict[str, tuple[int, int, int]] = {
    "red": (222, 38, 38),
    "green": (36, 170, 60),
    "blue": (40, 84, 226),
    "yellow": (244, 220, 40),
    "purple": (140, 50, 180),
    "orange": (246, 138, 24),
    "white": (245, 245, 245),
    "black": (18, 18, 18),
}
SHAPES = ("circle", "square", "triangle", "diamond", "star", "ring", "cross", "heart")
PLURALS = {"cross": "crosses"}
DIRECTIONS = ("left", "right", "up", "down")
# Unit steps in picture coordinates (x to the right, y downwards), same order as DIRECTIONS.
DIRECTION_STEPS = ((-1.0, 0.0), (1.0, 0.0), (0.0, -1.0), (0.0, 1.0))
GLYPHS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

# Width of the contrasting outline, in units of the shape's radius.
OUTLINE = 0.13


def plural(shape: str) -> str:
    """The plural of a shape's name."""
    return PLURALS.get(shape, shape + "s")


def outline_colour(rgb: tuple[float, float, float]) -> tuple[int, int, int]:
    """Black around light fills, white around dark ones, so a needle shows on any background."""
    luma = 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2]
    return (10, 10, 10) if luma > 110 else (250, 250, 250)


def shape_distances(xp, u, v):
    """Signed distances (negative inside) of the eight SHAPES at points (u, v).

    Units: the shape's radius; u to the right, v downwards; arrays of any one shape.
    Returns a list in the order of SHAPES. Exact near the edge, approximate far from it.
    """
    au, av = xp.abs(u), xp.abs(v)
    rho = xp.sqrt(u * u + v * v + 1e-6)
    circle = rho - 0.92
    square = xp.maximum(au, av) - 0.78
    drop = v - 0.12
    triangle = xp.maximum(drop, 0.866 * au - 0.5 * drop) - 0.52
    diamond = (au * 1.5 + av - 1.0) * 0.62
    fifth = 1.2566371
    angle = xp.arctan2(u, -v)
    angle = xp.abs(angle - fifth * xp.floor(angle / fifth + 0.5))
    # Edge from the tip (1.02, 0) to the notch (0.42 cos 36, 0.42 sin 36) of the folded star.
    px, py = rho * xp.cos(angle), rho * xp.sin(angle)
    star = (px - 1.02) * 0.3619 + py * 0.9322
    ring = xp.abs(rho - 0.72) - 0.22
    bar_h = xp.maximum(au - 0.92, av - 0.3)
    bar_v = xp.maximum(au - 0.3, av - 0.92)
    cross = xp.minimum(bar_h, bar_v)
    lift = 1.15 * (0.22 - v) - 0.72 * xp.sqrt(au + 1e-4)
    heart = (xp.sqrt(u * u * 1.2 + lift * lift + 1e-6) - 0.88) * 0.75
    return [circle, square, triangle, diamond, star, ring, cross, heart]
