"""Makes the inputs of the renderer in build/demo_assets: glyphs, outlines and background pictures.

Needs the `ffmpeg` command, the fonts of fonts.py, fontTools, cairocffi, matplotlib and SciPy; the
training machine needs none of these. DEMO_SHARE names the folder in which Debian's packages are
unpacked if they are not installed (/usr/share); --footage one with films of cameras (see README.md), of
which runs of pictures are taken. --extend FILE takes all but outlines of moving things and footage from
assets that were made before. Usage: make_assets.py [--seed N] [--footage FOLDER] [--extend FILE]
"""

from __future__ import annotations

import argparse
import io
import random
import subprocess
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

import paths
from drawing import GLYPHS
from fonts import FONTS, KEPT_OUT, SHARE, training_fonts
from fnmatch import fnmatch
from haystack import TRAIN_SOURCES, drawn_scene, lavfi
from silhouettes import moving_fields
from sprites import all_fields

CELL = 32  # glyph cell in pixels
CAP = 20  # height of a capital letter in it
GLYPH_DEPTH = 4.0  # distances to a glyph's edge are kept up to so many of these pixels, as 0..255
# Small letters come after the capitals and digits, the space last.
CHARACTERS = GLYPHS + "abcdefghijklmnopqrstuvwxyz "
BACKGROUND = (192, 128)  # width, height
RUN = 6  # consecutive pictures of one moving source, one second apart
PHOTO_CUTS = 9  # pictures cut from one photograph
FIELDS = 420
FOOTAGE = 3  # kind of the sources that are films of cameras
FOOTAGE_RUN, FOOTAGE_RUNS = 14, 10  # pictures 0.2 to 1 s apart; runs of a film at most
# Desktop pictures of Debian's packages gnome-backgrounds (CC BY-SA 3.0), mate-backgrounds (GPL 2,
# CC BY-SA 3.0, CC0) and plasma-workspace-wallpapers (LGPL 3, CC BY-SA 4.0), and what scikit-image
# brings. Those of ukui-wallpapers and lomiri-wallpapers are kept for tests.
PHOTOS = ("backgrounds/gnome", "backgrounds/mate", "wallpapers", "skimage/data")


def glyph_field(font: ImageFont.FreeTypeFont, glyph: str, squeeze: float, middle: float) -> np.ndarray:
    """Distances to the edge of one glyph [CELL, CELL] u8; `middle`: height of a capital's middle."""
    from scipy.ndimage import distance_transform_edt

    fine = 5
    big = Image.new("L", (2 * fine * CELL, fine * CELL))
    large = font.font_variant(size=font.size * fine)
    ImageDraw.Draw(big).text((0, fine * (CELL / 2 - middle)), glyph, fill=255, font=large)
    if squeeze < 1.0:
        big = big.resize((round(big.width * squeeze), big.height), Image.Resampling.LANCZOS)
    inside = np.zeros((fine * CELL, fine * CELL), dtype=bool)
    part = np.asarray(big)[:, :fine * CELL] > 127
    inside[:, :part.shape[1]] = part
    if not inside.any():
        return np.full((CELL, CELL), 255, np.uint8)
    signed = np.where(inside, 0.5 - distance_transform_edt(inside),
                      distance_transform_edt(~inside) - 0.5) / fine
    small = signed.reshape(CELL, fine, CELL, fine).mean(axis=(1, 3))
    return np.uint8(np.clip((small / GLYPH_DEPTH + 1) * 127.5, 0, 255).round())


def glyph_atlas() -> tuple[np.ndarray, np.ndarray]:
    """Fields [fonts, 63, CELL, CELL] u8 and advances [fonts, 63] in cells."""
    pictures, advances = [], []
    for path in training_fonts():
        font = ImageFont.truetype(str(path), 400)
        tall = font.getbbox("H")
        font = ImageFont.truetype(str(path), round(400 * CAP / (tall[3] - tall[1])))
        top, bottom = font.getbbox("H")[1::2]
        row, widths = [], []
        for glyph in CHARACTERS:
            width = max(font.getlength(glyph), 1.0)
            squeeze = min(1.0, (CELL - 1) / width)
            row.append(glyph_field(font, glyph, squeeze, (top + bottom) / 2))
            widths.append(width * squeeze / CELL)
        if len({r.tobytes() for r in row[:36]}) < 36:
            print(f"left out, no Latin letters: {path.name}")
            continue
        pictures.append(row)
        advances.append(widths)
    return np.array(pictures, dtype=np.uint8), np.array(advances, dtype=np.float32)


def frames_of(description: str, count: int) -> list[np.ndarray]:
    width, height = BACKGROUND
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", description, "-frames:v", str(count),
               "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    raw = subprocess.run(command, check=True, capture_output=True).stdout
    return list(np.frombuffer(raw, np.uint8).reshape(-1, height, width, 3))


def generated(rng: random.Random, runs: int) -> list[list[np.ndarray]]:
    """Runs of FFmpeg's sources and drawn scenes, as the suite's films have them."""
    out = []
    for i in range(runs):
        name = TRAIN_SOURCES[i % len(TRAIN_SOURCES)]
        if name == "drawn":
            out.append([np.asarray(drawn_scene(rng, *BACKGROUND))])
        else:
            skip = rng.choice((0, 0, 5, 20))
            out.append(frames_of(lavfi(name, rng, *BACKGROUND, 1.0), skip + RUN)[skip:])
    return out


def photographs(rng: random.Random) -> list[list[np.ndarray]]:
    """Cuts of photographs and desktop pictures, a third of them blurred as if out of focus."""
    import skimage

    places = [SHARE / p for p in PHOTOS[:-1]]
    places.append(Path(skimage.__file__).parent / "data")
    files = [p for place in places if place.exists() for p in sorted(place.rglob("*"))
             if p.suffix.lower() in (".jpg", ".jpeg", ".png", ".webp", ".tif")]
    seen, out = set(), []
    for path in files:
        try:
            picture = Image.open(path).convert("RGB")
        except Exception as error:
            print(f"left out: {path.name}: {error}")
            continue
        picture.thumbnail((1100, 1100))
        key = np.asarray(picture.resize((8, 8))).tobytes()
        if key in seen or min(picture.size) < 120:
            continue
        seen.add(key)
        for _ in range(PHOTO_CUTS):
            part = rng.uniform(0.25, 1.0)
            w = min(picture.width, picture.height * 1.5) * part
            x, y = rng.uniform(0, picture.width - w), rng.uniform(0, picture.height - w / 1.5)
            cut = picture.resize(BACKGROUND, Image.Resampling.LANCZOS, (x, y, x + w, y + w / 1.5))
            if rng.random() < 0.3:
                cut = cut.filter(ImageFilter.GaussianBlur(rng.uniform(2, 12)))
            out.append([np.asarray(cut)])
    return out


def colour_field(rng: random.Random) -> np.ndarray:
    """Soft colours: a flat tone, a gradient, clouds of noise, or blurred discs and bars."""
    numbers = np.random.default_rng(rng.randrange(1 << 30))
    width, height = BACKGROUND
    kind = rng.choice(("flat", "gradient", "gradient", "clouds", "clouds", "clouds", "discs", "discs"))
    if kind == "flat":
        tone = numbers.uniform(0, 255, 3)
        if rng.random() < 0.5:
            tone = np.full(3, rng.choice((4, 15, 30, 128, 230, 250))) + numbers.uniform(-6, 6, 3)
        picture = np.broadcast_to(tone, (height, width, 3))
        return np.uint8(np.clip(picture + numbers.normal(0, rng.uniform(0, 6), picture.shape), 0, 255))
    if kind == "gradient":
        a, b, c = numbers.uniform(0, 255, (3, 3))
        angle = rng.uniform(0, 6.283)
        y, x = np.mgrid[-1:1:height * 1j, -1:1:width * 1j]
        t = np.hypot(x, y) if rng.random() < 0.3 else (x * np.cos(angle) + y * np.sin(angle) + 1.4) / 2.8
        t = np.clip(t, 0, 1)[..., None]
        return np.uint8(a * (1 - t) ** 2 + b * 2 * t * (1 - t) + c * t * t)
    if kind == "clouds":
        total = np.zeros((height, width, 3))
        for octave in range(rng.randint(1, 3)):
            rows = rng.randint(2, 5) * 2**octave
            small = np.uint8(numbers.uniform(0, 255, (rows, round(rows * 1.5), 3)))
            big = Image.fromarray(small).resize(BACKGROUND, Image.Resampling.BICUBIC)
            total += (np.asarray(big) - 127.5) / 2**octave
        return np.uint8(np.clip(127.5 + total * rng.uniform(0.5, 1.3) + rng.uniform(-60, 60), 0, 255))
    image = Image.new("RGB", BACKGROUND, tuple(int(v) for v in numbers.uniform(0, 255, 3)))
    draw = ImageDraw.Draw(image, "RGBA")
    for _ in range(rng.randint(4, 30)):
        x, y, r = rng.uniform(0, width), rng.uniform(0, height), rng.uniform(6, 60)
        ink = (*(int(v) for v in numbers.uniform(0, 255, 3)), rng.randrange(90, 255))
        if rng.random() < 0.7:
            draw.ellipse((x - r, y - r, x + r, y + r), fill=ink)
        else:
            draw.rectangle((x - r * 2, y - r / 2, x + r * 2, y + r / 2), fill=ink)
    return np.asarray(image.filter(ImageFilter.GaussianBlur(rng.uniform(7, 22))))


def symbol_files() -> list:
    """Fonts whose symbols may be drawn: all but those kept for the suites."""
    files = {p.name: p for root in (FONTS, *SHARE.glob("fonts-*")) for p in sorted(root.rglob("*.?tf"))}
    return [p for name, p in sorted(files.items()) if not any(fnmatch(name, k) for k in KEPT_OUT)]


def footage(folder: Path, rng: random.Random) -> list[list[np.ndarray]]:
    """Runs of pictures out of films in which people, cars and other things move; of each the whole picture
    or a part of it."""
    width, height = BACKGROUND
    out = []
    for path in sorted(p for p in folder.iterdir() if p.suffix in (".mp4", ".mkv", ".gif", ".webm")):
        probe = ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", str(path)]
        seconds = float(subprocess.run(probe, check=True, capture_output=True, text=True).stdout)
        runs = max(1, min(FOOTAGE_RUNS, round(seconds / 2.4)))
        for _ in range(runs):
            step = min(rng.uniform(0.2, 1.0), seconds / 8)
            length = min(seconds, FOOTAGE_RUN * step)
            start, part = rng.uniform(0, seconds - length), rng.choice((1.0, rng.uniform(0.5, 1.0)))
            x, y = rng.random(), rng.random()
            cut = (f"fps=1/{step:.3f},scale={2 * width}:-2,crop='min(iw,ih*1.5)*{part:.3f}':"
                   f"'min(ih,iw/1.5)*{part:.3f}':(iw-ow)*{x:.3f}:(ih-oh)*{y:.3f},scale={width}:{height}")
            command = ["ffmpeg", "-v", "error", "-ss", f"{start:.2f}", "-t", f"{length:.2f}", "-i", str(path),
                       "-vf", cut, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
            raw = subprocess.run(command, check=True, capture_output=True).stdout
            pictures = list(np.frombuffer(raw, np.uint8).reshape(-1, height, width, 3))[:FOOTAGE_RUN]
            if pictures:
                out.append(pictures)
    return out


def jpegs_of(kinds: list[tuple[int, list]], first: int) -> tuple[list[bytes], list[tuple[int, int, int]]]:
    """Pictures of runs as JPEG, and each run as (first picture, pictures, kind)."""
    jpegs, sources = [], []
    for kind, runs in kinds:
        for pictures in runs:
            sources.append((first + len(jpegs), len(pictures), kind))
            for picture in pictures:
                out = io.BytesIO()
                Image.fromarray(picture).save(out, "JPEG", quality=82)
                jpegs.append(out.getvalue())
    return jpegs, sources


def still_assets(args) -> dict:
    """All but what moves."""
    rng = random.Random(args.seed)
    glyphs, advances = glyph_atlas()
    fields, labels = all_fields(args.seed, symbol_files())
    jpegs, sources = jpegs_of([(0, generated(rng, args.runs)), (1, photographs(rng)),
                               (2, [[colour_field(rng)] for _ in range(FIELDS)])], 0)
    return dict(glyphs=glyphs, advances=advances, fields=fields, labels=labels, sources=np.array(sources),
                jpeg=np.frombuffer(b"".join(jpegs), np.uint8), jpeg_sizes=np.array([len(j) for j in jpegs]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--runs", type=int, default=480)
    parser.add_argument("--footage", type=Path)
    parser.add_argument("--extend", type=Path)
    args = parser.parse_args()
    paths.ASSETS_DIR.mkdir(parents=True, exist_ok=True)
    if args.extend:
        with np.load(args.extend) as data:
            made = {name: data[name] for name in data.files}
    else:
        made = still_assets(args)
    fields, labels = moving_fields(args.seed, symbol_files())
    films = footage(args.footage, random.Random(f"footage {args.seed}")) if args.footage else []
    jpegs, sources = jpegs_of([(FOOTAGE, films)], len(made["jpeg_sizes"]))
    made["fields"] = np.concatenate((made["fields"], fields))
    made["labels"] = np.concatenate((made["labels"], labels))
    made["sources"] = np.concatenate((made["sources"], np.array(sources, int).reshape(-1, 3)))
    made["jpeg"] = np.concatenate((made["jpeg"], np.frombuffer(b"".join(jpegs), np.uint8)))
    made["jpeg_sizes"] = np.concatenate((made["jpeg_sizes"], np.array([len(j) for j in jpegs], int)))
    np.savez_compressed(paths.ASSETS_DIR / "assets.npz", **made)
    counts = [int((made["sources"][:, 2] == k).sum()) for k in range(4)]
    print(f"{len(made['glyphs'])} fonts, {len(made['jpeg_sizes'])} pictures of {counts} sources, "
          f"{made['jpeg_sizes'].sum() / 1e6:.1f} MB, outlines {np.bincount(made['labels']).tolist()}")


if __name__ == "__main__":
    main()
