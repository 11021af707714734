"""How needles of a clip look: the suite's own way, or any way that others may draw them.

Colours are drawn within the bounds that everybody would still call by the name; between two names
(pink, brown, turquoise, grey) nothing is drawn.
"""

from __future__ import annotations

import colorsys
import random

import numpy as np

import paths  # noqa: F401
from drawing import COLOURS, GLYPHS, OUTLINE, SHAPES, outline_colour
from rows import MAX_GLYPHS
from sprites import OTHER

# Hue in degrees (may pass 360), saturation and value in percent: any point of the box has the name.
BOUNDS: dict[str, tuple[tuple[tuple[int, int], tuple[int, int], tuple[int, int]], ...]] = {
    "red": (((350, 366), (78, 100), (68, 100)),),
    "green": (((100, 150), (50, 100), (38, 92)), ((88, 125), (60, 100), (50, 100))),
    "blue": (((203, 246), (66, 100), (58, 100)), ((218, 244), (75, 100), (45, 80))),
    "yellow": (((48, 61), (66, 100), (88, 100)),),
    "purple": (((266, 292), (42, 100), (42, 88)), ((290, 302), (60, 100), (36, 62))),
    "orange": (((21, 39), (82, 100), (90, 100)),),
    "white": (((0, 360), (0, 5), (93, 100)),),
    "black": (((0, 360), (0, 60), (0, 11)), ((0, 360), (0, 15), (8, 15))),
}
COLOUR_NAMES = tuple(COLOURS)
# How far a shape may be turned before it is called something else or looks odd.
TURNS = {"circle": 3.2, "ring": 3.2, "square": 0.24, "diamond": 0.2, "triangle": 0.6, "star": 0.9,
         "cross": 0.9, "heart": 0.45}
HOLLOW = [i for i, s in enumerate(SHAPES) if s not in ("circle", "ring")]


def named_colour(rng: random.Random, name: str) -> tuple[float, float, float]:
    """A colour in 0..255 that people call by the name."""
    hue, saturation, value = (rng.uniform(*bound) for bound in rng.choice(BOUNDS[name]))
    rgb = colorsys.hsv_to_rgb(hue % 360 / 360, saturation / 100, value / 100)
    return tuple(255 * c for c in rgb)


def any_colour(rng: random.Random) -> tuple[float, float, float]:
    return tuple(255 * c for c in colorsys.hsv_to_rgb(rng.random(), rng.random() ** 0.7,
                                                      rng.random() ** 0.6))


def luma(rgb) -> float:
    return 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2]


class Looks:
    """Draws looks; `labels` [n] tells for each outline of the assets which shape it is."""

    def __init__(self, rng: random.Random, labels: np.ndarray):
        self.rng = rng
        self.sprites = [np.flatnonzero(labels == i)[1:].tolist() for i in range(len(SHAPES))]
        self.others = np.flatnonzero(labels == OTHER).tolist()

    def own_shape(self, radius: float) -> dict:
        """A shape as the suite's own renderer draws it: thick outline, one of eight colours."""
        rng = self.rng
        colour, shape = rng.randrange(len(COLOUR_NAMES)), rng.randrange(len(SHAPES))
        rgb = [min(255.0, max(0.0, c + rng.uniform(-16, 16))) for c in COLOURS[COLOUR_NAMES[colour]]]
        return dict(shape=shape, sprite=shape, colour=colour, radius=radius, fill=rgb, second=rgb,
                    edge=outline_colour(rgb), width=OUTLINE, solid=1.0, alpha=1.0, stretch=1.0,
                    turn=rng.uniform(-0.2, 0.2), soft=rng.uniform(0.8, 2.2), cut_at=9.0)

    def shape(self, radius: float) -> dict:
        """A shape of any source: any outline or none, any fill, hollow, see-through, half hidden."""
        rng = self.rng
        shape, colour = rng.randrange(len(SHAPES)), rng.randrange(len(COLOUR_NAMES))
        rgb = named_colour(rng, COLOUR_NAMES[colour])
        out = dict(shape=shape, colour=colour, radius=radius, solid=1.0, alpha=1.0, cut_at=9.0,
                   fill=rgb, second=rgb, edge=rgb, guard=1.0, soft=rng.uniform(0.7, 2.0))
        out["sprite"] = shape if rng.random() < 0.12 else rng.choice(self.sprites[shape])
        turn = TURNS[SHAPES[shape]]
        out["turn"] = rng.uniform(-turn, turn) * (1 if rng.random() < 0.5 else 0.2)
        if shape == SHAPES.index("triangle") and rng.random() < 0.12:
            out["turn"] += rng.choice((1.5708, 3.1416, 4.7124))
        if shape == SHAPES.index("cross") and rng.random() < 0.15:
            out["turn"] += 0.7854
        out["stretch"] = np.exp(rng.gauss(0, 0.07)) if rng.random() < 0.5 else 1.0
        kind = rng.random()
        pixel = 1.0 / radius
        if kind < 0.13 and shape in HOLLOW and radius >= 9:
            out.update(solid=0.0, inside=1.0, width=max(1.6 * pixel, rng.uniform(0.1, 0.24)))
        elif kind < 0.72:
            thick = rng.random() < 0.25
            out["width"] = rng.uniform(0.1, 0.22) if thick else rng.uniform(0.3, 1.8) * pixel
            out["width"] = min(out["width"], 0.3)
            out["inside"] = rng.choice((0.0, 0.0, 0.5))
            out["edge"] = rng.choice((outline_colour(rgb), (0, 0, 0), (255, 255, 255),
                                      tuple(c * 0.55 for c in rgb), any_colour(rng)))
        if out["solid"] and rng.random() < 0.35:
            # The other end of the gradient keeps the name.
            other = named_colour(rng, COLOUR_NAMES[colour]) if rng.random() < 0.5 else (
                tuple(min(255, c * rng.uniform(0.8, 1.1)) for c in rgb))
            out.update(second=other, angle=rng.uniform(0, 6.283))
        if out["solid"] and rng.random() < 0.1:
            out.update(grain=rng.uniform(0.05, 0.16), grain_x=rng.uniform(-8, 8),
                       grain_y=rng.uniform(-8, 8))
        if rng.random() < 0.1 and out["solid"]:
            out["alpha"] = rng.uniform(0.75, 1.0)
        if rng.random() < 0.05 and radius > 9:
            out.update(cut=rng.uniform(0, 6.283), cut_at=rng.uniform(0.45, 0.8))
        return out

    def shadow(self, look: dict) -> dict | None:
        """What lies below a needle: a shadow, a glow, or nothing."""
        rng = self.rng
        if rng.random() > 0.2:
            return None
        below = dict(look, shape=-1, colour=0, direction=0, guard=0.0, solid=1.0, grain=0.0, width=0.0)
        if rng.random() < 0.7:
            tone = (0.0, 0.0, 0.0)
            away = rng.uniform(0.06, 0.25) * look["radius"]
            below.update(dx=away * rng.choice((-1, 1, 1)), dy=away, alpha=rng.uniform(0.25, 0.7),
                         soft=rng.uniform(1, 5))
        else:
            tone = rng.choice((look["fill"], (255, 255, 255)))
            below.update(dx=0.0, dy=0.0, radius=look["radius"] * rng.uniform(1.05, 1.3),
                         alpha=rng.uniform(0.2, 0.6), soft=look["radius"] * rng.uniform(0.3, 0.7))
        below.update(fill=tone, second=tone, edge=tone)
        return below

    def clutter(self, radius: float) -> dict:
        """An icon of something else, in any colour."""
        rng = self.rng
        rgb = named_colour(rng, rng.choice(COLOUR_NAMES)) if rng.random() < 0.5 else any_colour(rng)
        return dict(shape=-1, sprite=rng.choice(self.others), radius=radius, fill=rgb, second=rgb,
                    edge=outline_colour(rgb), width=rng.choice((0.0, 0.0, 0.08)), solid=1.0,
                    alpha=rng.uniform(0.4, 1.0), stretch=1.0, turn=rng.uniform(-0.5, 0.5),
                    soft=rng.uniform(0.8, 5.0), cut_at=9.0)

    # -- words ------------------------------------------------------------------------------

    def glyphs(self, text: str, cased: bool) -> list[int]:
        """Characters of a word as drawn: capitals, or (`cased`) small letters or one capital."""
        kind = self.rng.random() if cased else 0.0
        drawn = text
        if kind > 0.72:
            drawn = text.title()
        elif kind > 0.3:
            drawn = text.lower()
        return [GLYPHS.index(c) if c in GLYPHS else len(GLYPHS) + ord(c) - ord("a") for c in drawn]

    def own_card(self) -> dict:
        """Ink on an opaque card, both near black or white."""
        rng = self.rng
        dark = rng.random() < 0.5
        return dict(paper=[rng.uniform(0, 70) if dark else rng.uniform(185, 255) for _ in range(3)],
                    ink=[rng.uniform(190, 255) if dark else rng.uniform(0, 60) for _ in range(3)],
                    slant=rng.uniform(-0.1, 0.35) if rng.random() < 0.35 else 0.0, solid=1.0,
                    alpha=1.0)

    def card(self) -> dict:
        """A card of any colours, see-through or none at all; the ink differs from what is below."""
        rng = self.rng
        out = dict(alpha=1.0, solid=1.0, slant=rng.uniform(-0.1, 0.3) if rng.random() < 0.2 else 0.0,
                   weight=rng.gauss(0, 0.25) if rng.random() < 0.4 else 0.0,
                   round=rng.choice((0.0, 0.0, 0.15, 0.35)))
        kind = rng.random()
        for _ in range(30):
            if kind < 0.4:  # grey tones, mostly dark cards
                tone = rng.uniform(0, 60) if rng.random() < 0.65 else rng.uniform(195, 255)
                paper = tuple(min(255.0, max(0.0, tone + rng.uniform(-18, 18))) for _ in range(3))
                tone = rng.uniform(150, 255) if tone < 128 else rng.uniform(0, 80)
                ink = tuple(min(255.0, max(0.0, tone + rng.uniform(-15, 15))) for _ in range(3))
            else:
                paper, ink = any_colour(rng), any_colour(rng)
            if abs(luma(paper) - luma(ink)) > 85:
                break
        else:
            paper, ink = (10, 10, 10), (245, 245, 245)
        out.update(paper=paper, ink=ink)
        if kind > 0.88:  # no card: letters with an outline of the paper's colour
            out.update(solid=0.0, width=rng.uniform(0.8, 2.2), edge=paper)
        elif kind > 0.78:
            out.update(solid=rng.uniform(0.5, 0.95), width=rng.uniform(0.0, 1.2), edge=paper)
        return out


def padded(glyphs: list[int]) -> list[int]:
    return glyphs + [0] * (MAX_GLYPHS - len(glyphs))
