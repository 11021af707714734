"""Outlines of what moves in films beside needles: people, vehicles, other things.

They are distance fields like those of sprites.py, but none is a needle: films of cameras are full of dark and
coloured things that go somewhere, and to ask for a circle there is to ask for nothing.
"""

from __future__ import annotations

import math
import random

import numpy as np
from PIL import Image, ImageDraw

from sprites import FINE, NEAR, OTHER, REACH, field_of

PERSON, VEHICLE, THING = OTHER + 1, OTHER + 2, OTHER + 3  # labels of the fields
PEOPLE, VEHICLES, BLOBS = 140, 80, 90
# Parts of the names of icons of fonts whose filled outlines are of a kind.
ICONS = {
    PERSON: ("walk", "run", "human", "hiking", "user", "child", "person"),
    VEHICLE: ("car", "bus", "truck", "taxi", "bike", "bicycle", "tractor", "train", "tram", "van"),
    THING: ("dog", "cat", "horse", "bird", "fish", "tree", "pine", "duck", "cow", "pig", "flower", "chair",
            "bottle", "lamp", "ship", "ferry", "airplane", "leaf", "sofa", "hand", "umbrella"),
}
MOST_ICONS = 45  # of each kind


def _blank() -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("L", (2 * FINE, 2 * FINE))
    return image, ImageDraw.Draw(image)


def _done(image: Image.Image) -> np.ndarray:
    return np.asarray(image.resize((FINE, FINE), Image.Resampling.BOX)) / 255


def _at(x: float, y: float) -> tuple[float, float]:
    """Radii from the middle as pixels of _blank()."""
    return (x / REACH + 1) * FINE, (y / REACH + 1) * FINE


def _limb(draw, points, wide: float) -> None:
    """A bent line with round ends."""
    pixels = [_at(*p) for p in points]
    r = wide * FINE / REACH / 2
    draw.line(pixels, fill=255, width=max(1, round(2 * r)))
    for x, y in pixels:
        draw.ellipse((x - r, y - r, x + r, y + r), fill=255)


def person(rng: random.Random) -> np.ndarray:
    """Somebody who stands, walks or is seen from the waist up."""
    image, draw = _blank()
    half = rng.random() < 0.25  # head and shoulders
    grow = rng.uniform(1.6, 2.4) if half else 1.0
    x0, lean = rng.uniform(-0.05, 0.05), rng.uniform(-0.08, 0.08)
    place = lambda x, y: (x0 + grow * x + lean * y, grow * (y + 0.95) - 0.95)
    head = rng.uniform(0.1, 0.14) * grow
    cx, cy = place(0, -0.82)
    left, top = _at(cx - head * rng.uniform(0.75, 0.95), cy - head)
    right, bottom = _at(cx + head * rng.uniform(0.75, 0.95), cy + head)
    draw.ellipse((left, top, right, bottom), fill=255)
    wide, hip = rng.uniform(0.17, 0.32), rng.uniform(0.12, 0.24)
    draw.polygon([_at(*place(*p)) for p in ((-0.05, -0.72), (-wide, -0.62), (-hip, 0.05), (hip, 0.05),
                                            (wide, -0.62), (0.05, -0.72))], fill=255)
    if rng.random() < 0.25:  # a coat or a skirt
        low = rng.uniform(0.25, 0.6)
        draw.polygon([_at(*place(*p)) for p in ((-hip, -0.1), (-hip * 1.4, low), (hip * 1.4, low),
                                                (hip, -0.1))], fill=255)
    stride = rng.uniform(0.0, 0.34)
    for side in (-1, 1):
        knee = side * stride * rng.uniform(0.3, 0.9)
        _limb(draw, [place(side * hip * 0.5, 0.0), place(knee + side * 0.04, 0.45),
                     place(side * stride + 0.03, 0.92)], grow * rng.uniform(0.13, 0.19))
        elbow = side * (wide + rng.uniform(0.0, 0.14))
        hand = (side * rng.uniform(0.05, 0.5), rng.uniform(-0.45, 0.15))
        _limb(draw, [place(side * wide * 0.9, -0.58), place(elbow, -0.25), place(*hand)],
              grow * rng.uniform(0.08, 0.13))
    if not half and rng.random() < 0.25:  # a bag
        x, y = _at(*place(rng.choice((-1, 1)) * rng.uniform(0.2, 0.4), rng.uniform(-0.3, 0.2)))
        r = rng.uniform(0.07, 0.16) * FINE / REACH
        draw.rectangle((x - r, y - r, x + r, y + r * 1.3), fill=255)
    return _done(image)


def vehicle(rng: random.Random) -> np.ndarray:
    """A car, van, bus or lorry from the side or from the front."""
    image, draw = _blank()
    if rng.random() < 0.3:  # from the front
        w, h, roof = rng.uniform(0.65, 0.95), rng.uniform(0.5, 0.8), rng.uniform(0.55, 0.85)
        points = ((-w, h * 0.6), (-w, -h * 0.1), (-w * roof, -h), (w * roof, -h), (w, -h * 0.1), (w, h * 0.6))
        draw.polygon([_at(*p) for p in points], fill=255)
        for side in (-1, 1):
            draw.rectangle((*_at(side * w * 0.75 - 0.12, h * 0.3), *_at(side * w * 0.75 + 0.12, h * 0.85)),
                           fill=255)
        return _done(image)
    low, hood = rng.uniform(0.12, 0.3), rng.uniform(-0.25, 0.05)
    top = rng.uniform(-0.62, -0.3)
    a, b, c, d = (rng.uniform(*span) for span in ((-0.98, -0.6), (-0.75, -0.35), (0.2, 0.7), (0.5, 0.98)))
    points = [(-0.98, low), (-0.98, hood), (a, hood - 0.04), (max(a, b), top), (c, top), (max(c, d), hood),
              (0.98, hood + 0.08), (0.98, low)]
    draw.polygon([_at(*p) for p in points], fill=255)
    wheel = rng.uniform(0.12, 0.2)
    for x in (rng.uniform(-0.7, -0.5), rng.uniform(0.5, 0.7)):
        draw.ellipse((*_at(x - wheel, low - wheel), *_at(x + wheel, low + wheel)), fill=255)
    return _done(image)


def blob(rng: random.Random) -> np.ndarray:
    """Nothing that has a name: a lobed or a long thing, or several that hang together."""
    image, draw = _blank()
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        angles = np.linspace(0, 2 * math.pi, 90, endpoint=False)
        radii = np.full(90, rng.uniform(0.35, 0.6))
        for wave in range(2, 8):
            radii = radii + rng.uniform(0.05, 0.3) / wave**0.7 * np.sin(wave * angles + rng.uniform(0, 6.3))
        squash, turn = rng.uniform(0.3, 0.75), rng.uniform(0, 6.3)
        x, y = radii * np.cos(angles), radii * np.sin(angles) * squash
        dx, dy = rng.uniform(-0.35, 0.35), rng.uniform(-0.35, 0.35)
        points = [_at(u * math.cos(turn) - v * math.sin(turn) + dx, u * math.sin(turn) + v * math.cos(turn) + dy)
                  for u, v in zip(x, y)]
        draw.polygon(points, fill=255)
    return _done(image)


def _icons(files, rng: random.Random) -> list[tuple[np.ndarray, int]]:
    """Filled outlines of icons of people, vehicles and other things."""
    from fontTools.ttLib import TTFont
    from PIL import ImageFont
    from scipy.ndimage import binary_fill_holes

    from sprites import _glyph

    found: list[tuple[np.ndarray, int]] = []
    for path in files:
        if not any(word in path.name for word in ("icon", "awesome", "glyphicons")):
            continue
        names = TTFont(path, fontNumber=0, lazy=True).getBestCmap() or {}
        font = ImageFont.truetype(str(path), 200)
        for code, name in sorted(names.items()):
            words = name.lower().replace("_", "-").split("-")
            kind = next((k for k, wanted in ICONS.items() if any(w in words for w in wanted)), None)
            if kind is None or any(near in words for near in NEAR):
                continue
            mask = _glyph(font, chr(code))
            field = None if mask is None else field_of(binary_fill_holes(mask > 0.5).astype(float))
            if field is not None:
                found.append((field, kind))
    rng.shuffle(found)
    return [pair for kind in ICONS for pair in [f for f in found if f[1] == kind][:MOST_ICONS]]


def moving_fields(seed: int, files) -> tuple[np.ndarray, np.ndarray]:
    """Fields [n, SIDE, SIDE] u8 of things that move, and their labels [n]."""
    rng = random.Random(f"moving {seed}")
    out = [(field_of(make(rng)), label) for make, label, count in (
        (person, PERSON, PEOPLE), (vehicle, VEHICLE, VEHICLES), (blob, THING, BLOBS)) for _ in range(count)]
    out = [(field, label) for field, label in out if field is not None]
    out += _icons(files, rng)
    return np.stack([f for f, _ in out]), np.array([label for _, label in out])
