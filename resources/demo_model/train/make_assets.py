"""Makes the inputs of the renderer in build/demo_assets: a glyph atlas and background pictures.

Needs the `ffmpeg` command and the fonts of fonts.py; the training machine needs neither. Usage:
make_assets.py [--seed N]
"""

from __future__ import annotations

import argparse
import io
import random
import subprocess

import numpy as np
from PIL import Image, ImageDraw, ImageFont

import paths
from drawing import GLYPHS
from fonts import training_fonts
from haystack import TRAIN_SOURCES, drawn_scene, lavfi

CELL = 32  # glyph cell in pixels
BACKGROUND = (192, 128)  # width, height
RUN = 6  # consecutive pictures of one moving source, one second apart


def glyph_atlas() -> tuple[np.ndarray, np.ndarray]:
    """Coverage [fonts, 36, CELL, CELL] u8 and advances [fonts, 36] in cells."""
    pictures, advances = [], []
    for path in training_fonts():
        font = ImageFont.truetype(str(path), 400)
        tall = font.getbbox("H")
        font = ImageFont.truetype(str(path), round(400 * 22 / (tall[3] - tall[1])))
        top, bottom = font.getbbox("H")[1::2]
        row, widths = [], []
        for glyph in GLYPHS:
            width = font.getlength(glyph)
            squeeze = min(1.0, (CELL - 1) / width)
            big = Image.new("L", (4 * CELL, 4 * CELL))
            large = font.font_variant(size=font.size * 4)
            y = 2 * CELL - 2 * (top + bottom)
            ImageDraw.Draw(big).text((0, y), glyph, fill=255, font=large)
            if squeeze < 1.0:
                big = big.resize((round(4 * CELL * squeeze), 4 * CELL), Image.Resampling.LANCZOS)
                wide = Image.new("L", (4 * CELL, 4 * CELL))
                wide.paste(big, (0, 0))
                big = wide
            row.append(np.asarray(big.resize((CELL, CELL), Image.Resampling.BOX)))
            widths.append(width * squeeze / CELL)
        pictures.append(row)
        advances.append(widths)
    return np.array(pictures, dtype=np.uint8), np.array(advances, dtype=np.float32)


def frames_of(description: str, count: int) -> list[np.ndarray]:
    width, height = BACKGROUND
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", description, "-frames:v", str(count),
               "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    raw = subprocess.run(command, check=True, capture_output=True).stdout
    return list(np.frombuffer(raw, np.uint8).reshape(-1, height, width, 3))


def backgrounds(seed: int, runs: int) -> tuple[list[bytes], list[tuple[int, int]]]:
    """JPEG pictures and (first, count) of each source."""
    rng = random.Random(seed)
    jpegs, sources = [], []
    for i in range(runs):
        name = TRAIN_SOURCES[i % len(TRAIN_SOURCES)]
        if name == "drawn":
            pictures = [np.asarray(drawn_scene(rng, *BACKGROUND))]
        else:
            skip = rng.choice((0, 0, 5, 20))
            pictures = frames_of(lavfi(name, rng, *BACKGROUND, 1.0), skip + RUN)[skip:]
        sources.append((len(jpegs), len(pictures)))
        for picture in pictures:
            out = io.BytesIO()
            Image.fromarray(picture).save(out, "JPEG", quality=82)
            jpegs.append(out.getvalue())
    return jpegs, sources


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--runs", type=int, default=480)
    args = parser.parse_args()
    paths.ASSETS_DIR.mkdir(parents=True, exist_ok=True)
    glyphs, advances = glyph_atlas()
    jpegs, sources = backgrounds(args.seed, args.runs)
    sizes = np.array([len(j) for j in jpegs])
    np.savez_compressed(
        paths.ASSETS_DIR / "assets.npz", glyphs=glyphs, advances=advances,
        jpeg=np.frombuffer(b"".join(jpegs), np.uint8), jpeg_sizes=sizes,
        sources=np.array(sources))
    print(f"{len(glyphs)} fonts, {len(jpegs)} pictures, {sizes.sum() / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
