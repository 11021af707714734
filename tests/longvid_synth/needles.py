"""Draws one needle as an RGBA picture with Pillow and NumPy, for FFmpeg to lay over a haystack."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from drawing import OUTLINE, SHAPES, outline_colour, shape_distances

# Fonts that training never saw, best first; the last one is in every Debian.
FONTS = ("lato/Lato-Bold.ttf", "lato/Lato-Regular.ttf", "freefont/FreeMonoBold.ttf",
         "liberation/LiberationSansNarrow-Bold.ttf", "roboto/unhinted/RobotoTTF/Roboto-Black.ttf",
         "dejavu/DejaVuSans-BoldOblique.ttf", "dejavu/DejaVuSans.ttf")
_FONT_DIR = Path("/usr/share/fonts/truetype")


def fonts() -> list[Path]:
    """The held-out fonts installed here (never empty on a machine with DejaVu)."""
    found = [_FONT_DIR / name for name in FONTS if (_FONT_DIR / name).exists()]
    held_out = [f for f in found if f.name != "DejaVuSans.ttf"]
    if not found:
        raise SystemExit(f"longvid-synth: no usable font under {_FONT_DIR}; "
                         "install fonts-dejavu-core")
    return held_out or found


def shape_picture(shape: str, rgb: tuple[int, int, int], radius: float, turn: float) -> Image.Image:
    """A filled shape with a contrasting outline; the picture is a square of 2.6 radii."""
    side = max(4, round(2.6 * radius))
    y, x = np.mgrid[0:side, 0:side] + 0.5
    dx, dy = (x - side / 2) / radius, (y - side / 2) / radius
    u = dx * np.cos(turn) + dy * np.sin(turn)
    v = dy * np.cos(turn) - dx * np.sin(turn)
    distance = shape_distances(np, u, v)[SHAPES.index(shape)] * radius
    fill = np.clip(0.5 - distance, 0, 1)[..., None]
    outer = np.clip(0.5 - (distance - OUTLINE * radius), 0, 1)[..., None]
    edge = np.array(outline_colour(rgb), dtype=np.float64)
    colour = edge + (np.array(rgb) - edge) * fill / np.maximum(outer, 1e-3)
    rgba = np.concatenate((np.clip(colour, 0, 255), outer * 255), axis=2)
    return Image.fromarray(np.uint8(np.round(rgba)), "RGBA")


def card_picture(text: str, font: Path, cap_height: float, paper, ink, pad: float,
                 size: tuple[int, int] | None = None) -> Image.Image:
    """A card with one line of text; `size` makes it that large (a full-picture card)."""
    probe = ImageFont.truetype(str(font), 200)
    box = probe.getbbox("H")
    face = ImageFont.truetype(str(font), max(8, round(200 * cap_height / (box[3] - box[1]))))
    left, top, right, bottom = face.getbbox(text)
    width, height = right - left, bottom - top
    card = size or (round(width + 2 * pad), round(height + 2 * pad))
    image = Image.new("RGBA", card, (*paper, 255))
    ImageDraw.Draw(image).text(((card[0] - width) / 2 - left, (card[1] - height) / 2 - top), text,
                               font=face, fill=(*ink, 255))
    return image


def text_width(text: str, font: Path, cap_height: float) -> float:
    """Width of a line in pixels."""
    probe = ImageFont.truetype(str(font), 200)
    box = probe.getbbox("H")
    return probe.getlength(text) * cap_height / (box[3] - box[1])
