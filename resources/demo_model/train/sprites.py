"""Outlines of the eight shapes and of other things, from many sources, as distance fields.

A distance field holds any outline, fill, shadow or blur of a silhouette, so the renderer needs one
small picture of each. Sources: the suite's own formulas, Pillow's polygons, Cairo's curves and
joins, matplotlib's markers, and the symbols of Debian's fonts (each font draws its own star).
Training machines need none of these; make_assets.py stores the fields.
"""

from __future__ import annotations

import math
import random
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

import paths  # noqa: F401
from drawing import SHAPES, shape_distances

SIDE = 64  # pixels of a field
REACH = 1.35  # it covers -REACH..REACH radii both ways
DEPTH = 0.5  # distances are kept up to so many radii, as 0..255
FINE = 256  # pixels of a mask
OTHER = len(SHAPES)  # label of everything that is none of the eight
PER_SOURCE = 60

# Characters that draw a shape; which of them a font has is looked up.
SYMBOLS = {
    "circle": "●⬤⚫•🔴", "square": "■⬛◼◾▪🟥", "triangle": "▲▴⯅🔺▼▶◀", "diamond": "◆♦⬥⬧🔶",
    "star": "★⭐✭🟊", "ring": "○◯⭕⚪⚬🞅", "cross": "✚✖✕➕×+✛🞤✙", "heart": "♥❤💙🖤",
}
# Named glyphs of icon fonts.
ICONS = {
    "heart": "heart", "star": "star", "circle": "circle", "checkbox-blank-circle": "circle",
    "square": "square", "stop": "square", "plus": "cross", "close": "cross", "triangle": "triangle",
    "play": "triangle", "rhombus": "diamond", "cards-diamond": "diamond",
    "checkbox-blank-circle-outline": "ring", "circle_blank": "ring",
}
# Icons of this name or part of a name are too near to one of the eight.
NEAR = ("heart", "star", "circle", "square", "box", "plus", "play", "cross", "close", "diamond",
        "triangle", "ring", "stop", "record", "blank", "dot", "alpha", "numeric", "remove", "sign",
        "button", "target", "navigation", "select", "crop", "window", "medical", "pharmacy",
        "hospital", "warning", "alert", "cancel", "block", "add", "multip", "shape", "hexagon",
        "eject", "skip", "step", "forward", "backward", "chevron", "caret", "sort", "arrow", "uni",
        "pause", "reddit", "pinterest", "steam", "life", "chrome", "firefox", "basketball", "emoticon",
        "face", "smile", "sun", "octagon", "delta", "replay", "refresh", "globe", "earth", "registered",
        "copyright", "disc", "album", "lens", "image", "clock", "sticker", "seal", "certificate", "file",
        "blur", "coin", "soccer", "pokeball", "checkbox", "loading", "reload", "undo", "rotate")


def field_of(mask: np.ndarray) -> np.ndarray | None:
    """A silhouette [FINE, FINE] in 0..1 as a field [SIDE, SIDE] u8; None for an empty one."""
    from scipy.ndimage import distance_transform_edt

    inside = mask > 0.5
    if not 0.004 < inside.mean() < 0.9:
        return None
    step = 2 * REACH / FINE
    signed = (distance_transform_edt(~inside) - distance_transform_edt(inside)) * step
    signed = np.where(inside, signed + step / 2, signed - step / 2)
    small = signed.reshape(SIDE, FINE // SIDE, SIDE, FINE // SIDE).mean(axis=(1, 3))
    return np.uint8(np.clip((small / DEPTH + 1) * 127.5, 0, 255).round())


def own_fields() -> list[tuple[np.ndarray, int]]:
    """The formulas of drawing.py, corners of their outlines included."""
    at = (np.arange(SIDE) + 0.5) / SIDE * 2 * REACH - REACH
    u, v = np.meshgrid(at, at)
    return [(np.uint8(np.clip((d / DEPTH + 1) * 127.5, 0, 255).round()), i)
            for i, d in enumerate(shape_distances(np, u, v))]


def _fit(points: np.ndarray) -> np.ndarray:
    """Centres points and scales them to 0.95 of a radius."""
    low, high = points.min(axis=0), points.max(axis=0)
    return (points - (low + high) / 2) / (high - low).max() * 1.9


def _corners(shape: str, rng: random.Random) -> np.ndarray:
    """Corners of a shape with straight sides, of random proportions."""
    if shape == "square":
        return np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)], float)
    if shape == "triangle":
        return np.array([(rng.uniform(-0.15, 0.15), -rng.uniform(0.75, 1.1)), (1, 0.75), (-1, 0.75)])
    if shape == "diamond":
        w = rng.uniform(0.55, 1.0)
        return np.array([(0, -1), (w, 0), (0, 1), (-w, 0)])
    if shape == "star":
        inner, tips = rng.uniform(0.33, 0.58), 5 if rng.random() < 0.9 else 6
        return np.array([((1, inner)[i % 2] * math.sin(math.pi * i / tips),
                          -(1, inner)[i % 2] * math.cos(math.pi * i / tips))
                         for i in range(2 * tips)])
    a = rng.uniform(0.1, 0.4)  # cross; a Latin one has a longer foot
    foot, arm = (1.0, 0.0) if rng.random() < 0.85 else (1.5, -0.1)
    return np.array([(-a, -1), (a, -1), (a, arm - a), (1, arm - a), (1, arm + a), (a, arm + a),
                     (a, foot), (-a, foot), (-a, arm + a), (-1, arm + a), (-1, arm - a),
                     (-a, arm - a)])


def _heart_points(rng: random.Random) -> np.ndarray:
    """Three kinds of heart: the sine curve, two discs with a tip, a cardioid-like polar one."""
    t = np.linspace(0, 2 * math.pi, 160, endpoint=False)
    kind = rng.randrange(3)
    if kind == 0:
        tall = rng.uniform(0.85, 1.15)
        x = 16 * np.sin(t) ** 3
        y = -(13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)) * tall
        return np.stack((x, y), axis=1)
    if kind == 1:
        r, low = rng.uniform(0.5, 0.6), rng.uniform(0.9, 1.3)
        side = np.linspace(math.pi * 1.0, math.pi * 2.2, 60)
        lobe = np.stack((0.5 + r * np.cos(side), r * np.sin(side)), axis=1)
        mirrored = lobe[::-1] * (-1, 1)
        return np.concatenate((lobe, [(0, low)], mirrored))
    power = rng.uniform(0.55, 0.8)
    x = np.sin(t) * np.abs(np.sin(t)) ** 0.2
    y = -np.abs(x) ** power * rng.uniform(0.6, 0.8) - np.cos(t) * rng.uniform(0.9, 1.1)
    return np.stack((x, y), axis=1)


def _pillow(shape: str, rng: random.Random) -> np.ndarray:
    """Polygons, ellipses and rounded rectangles of ImageDraw."""
    image = Image.new("L", (4 * FINE // 2, 4 * FINE // 2))
    draw, side = ImageDraw.Draw(image), image.width
    to = lambda p: tuple((np.asarray(p) / (2 * REACH) + 0.5) * side)
    box = lambda r, s=1.0: (*to((-r, -r * s)), *to((r, r * s)))
    if shape in ("circle", "ring"):
        flat = rng.uniform(0.9, 1.0)
        draw.ellipse(box(0.95, flat), fill=255)
        if shape == "ring":
            hole = rng.uniform(0.35, 0.88)
            draw.ellipse(box(0.95 * hole, flat), fill=0)
    elif shape == "square":
        draw.rounded_rectangle(box(0.85, rng.uniform(0.88, 1.0)),
                               rng.choice((0, 0, 0.05, 0.12)) * side, fill=255)
    else:
        points = _heart_points(rng) if shape == "heart" else _corners(shape, rng)
        draw.polygon([to(p) for p in _fit(points)], fill=255)
    return np.asarray(image.resize((FINE, FINE), Image.Resampling.BOX)) / 255


def _cairo(shape: str, rng: random.Random) -> np.ndarray:
    """Filled and stroked paths of Cairo: round, bevelled and mitred joins, Bezier hearts."""
    import cairocffi as cairo

    surface = cairo.ImageSurface(cairo.FORMAT_A8, FINE, FINE)
    pen = cairo.Context(surface)
    pen.scale(FINE / 2 / REACH, FINE / 2 / REACH)
    pen.translate(REACH, REACH)
    pen.set_line_join(rng.choice((cairo.LINE_JOIN_ROUND, cairo.LINE_JOIN_BEVEL,
                                  cairo.LINE_JOIN_MITER)))
    swell = rng.uniform(0.0, 0.22)  # a stroke around the fill rounds or cuts the corners
    if shape == "ring":
        wide = rng.uniform(0.12, 0.6)
        pen.set_line_width(wide)
        pen.arc(0, 0, 0.95 - wide / 2, 0, 2 * math.pi)
        pen.stroke()
    elif shape == "circle":
        pen.arc(0, 0, 0.95, 0, 2 * math.pi)
        pen.fill()
    elif shape == "cross" and rng.random() < 0.5:
        wide = rng.uniform(0.15, 0.6)
        pen.set_line_width(wide)
        pen.set_line_cap(rng.choice((cairo.LINE_CAP_ROUND, cairo.LINE_CAP_BUTT)))
        for x, y in ((0.85, 0), (0, 0.85)):
            pen.move_to(-x, -y)
            pen.line_to(x, y)
        pen.stroke()
    else:
        if shape == "heart":
            wide, dip, tip = rng.uniform(0.75, 1.3), rng.uniform(-0.7, -0.3), rng.uniform(0.8, 1.0)
            top, belly = rng.uniform(-1.3, -0.9), rng.uniform(0.0, 0.45)
            pen.move_to(0, dip)
            pen.curve_to(0.25, top, wide * 1.25, top, wide * 0.9, -0.1 + belly * 0.3)
            pen.curve_to(wide * 0.7, belly + 0.2, 0.25, 0.7, 0, tip)
            pen.curve_to(-0.25, 0.7, -wide * 0.7, belly + 0.2, -wide * 0.9, -0.1 + belly * 0.3)
            pen.curve_to(-wide * 1.25, top, -0.25, top, 0, dip)
        else:
            for x, y in _fit(_corners(shape, rng)):
                pen.line_to(x * (1 - swell / 2), y * (1 - swell / 2))
        pen.close_path()
        pen.fill_preserve()
        pen.set_line_width(swell)
        pen.stroke()
    surface.flush()
    rows = np.frombuffer(surface.get_data(), np.uint8).reshape(FINE, surface.get_stride())
    return rows[:, :FINE] / 255


def _matplotlib(marker) -> np.ndarray:
    from matplotlib.markers import MarkerStyle

    style = MarkerStyle(marker)
    path = style.get_path().transformed(style.get_transform())
    image = Image.new("L", (2 * FINE, 2 * FINE))
    for polygon in path.to_polygons():
        points = (_fit(np.asarray(polygon)) / (2 * REACH) + 0.5) * 2 * FINE
        ImageDraw.Draw(image).polygon([tuple(p) for p in points], fill=255)
    return np.asarray(image.resize((FINE, FINE), Image.Resampling.BOX)) / 255


def _glyph(font: ImageFont.FreeTypeFont, character: str) -> np.ndarray | None:
    """A character, centred and scaled as the other sources are."""
    left, top, right, bottom = font.getbbox(character)
    if right - left < 4 or bottom - top < 4:
        return None
    image = Image.new("L", (right - left, bottom - top))
    ImageDraw.Draw(image).text((-left, -top), character, fill=255, font=font)
    drawn = image.getbbox()  # some fonts tell a larger box
    if not drawn:
        return None
    image = image.crop(drawn)
    scale = FINE * 1.9 / (2 * REACH) / max(image.size)
    image = image.resize([max(1, round(s * scale)) for s in image.size], Image.Resampling.LANCZOS)
    whole = Image.new("L", (FINE, FINE))
    whole.paste(image, ((FINE - image.width) // 2, (FINE - image.height) // 2))
    return np.asarray(whole) / 255


def font_fields(files: list[Path], rng: random.Random) -> list[tuple[np.ndarray, int]]:
    """Symbols of the eight shapes, each drawing once, and icons of other things."""
    from fontTools.ttLib import TTFont

    found: dict[int, dict[bytes, np.ndarray]] = {i: {} for i in range(OTHER + 1)}
    for path in files:
        try:
            characters = TTFont(path, fontNumber=0, lazy=True).getBestCmap() or {}
            font = ImageFont.truetype(str(path), 200)
        except Exception as error:  # a broken or bitmap font is no loss
            print(f"left out: {path.name}: {error}")
            continue
        wanted = [(ord(c), SHAPES.index(s)) for s, cs in SYMBOLS.items() for c in cs]
        icons = any(word in path.name for word in ("icon", "awesome", "glyphicons"))
        if icons:
            names = {code: name.lower() for code, name in characters.items()}
            wanted = [(code, SHAPES.index(ICONS[name])) for code, name in names.items() if name in ICONS]
            others = [code for code, name in names.items() if not any(n in name for n in NEAR)]
            wanted += [(code, OTHER) for code in rng.sample(others, min(150, len(others)))]
        for code, label in wanted:
            if code not in characters:
                continue
            mask = _glyph(font, chr(code))
            field = None if mask is None else field_of(mask)
            if field is not None:
                key = np.asarray(Image.fromarray(field).resize((12, 12))).tobytes()
                found[label].setdefault(key, field)
    out = []
    for label, fields in found.items():
        some = list(fields.values())
        rng.shuffle(some)
        out += [(f, label) for f in some[:160 if label == OTHER else PER_SOURCE]]
    return out


def all_fields(seed: int, files: list[Path]) -> tuple[np.ndarray, np.ndarray]:
    """Fields [n, SIDE, SIDE] u8 and their labels [n]; the first eight are the suite's own."""
    rng = random.Random(seed)
    out = own_fields()
    for label, shape in enumerate(SHAPES):
        for source in (_pillow, _cairo):
            out += [(field_of(source(shape, rng)), label) for _ in range(PER_SOURCE)]
    markers = {"o": "circle", "s": "square", "^": "triangle", "D": "diamond", "d": "diamond",
               "*": "star", "P": "cross", "X": "cross"}
    out += [(field_of(_matplotlib(m)), SHAPES.index(s)) for m, s in markers.items()]
    out += font_fields(files, rng)
    out = [(field, label) for field, label in out if field is not None]
    return np.stack([f for f, _ in out]), np.array([label for _, label in out])
