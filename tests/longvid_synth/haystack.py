"""Haystacks: FFmpeg's own picture sources, drawn scenes, and a user's own footage, cut anew."""

from __future__ import annotations

import random

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

# Sources used in training, and sources kept for the suite.
TRAIN_SOURCES = ("testsrc2", "testsrc", "mandelbrot", "life", "cellauto", "gradients", "smptebars",
                 "rgbtestsrc", "noise", "drawn", "drawn", "drawn")
HELD_OUT_SOURCES = ("sierpinski", "yuvtestsrc", "pal75bars", "colorspectrum", "drawn_held_out")


def lavfi(name: str, rng: random.Random, width: int, height: int, rate: float) -> str:
    """A filter description of the named source; parameters come from `rng`."""
    size = f"size={width}x{height}:rate={rate:g}"
    seed = rng.randrange(1 << 30)
    hexes = [f"0x{rng.randrange(1 << 24):06x}" for _ in range(3)]
    if name == "mandelbrot":
        return (f"mandelbrot={size}:start_scale={rng.uniform(0.05, 3):.3f}"
                f":start_x={rng.uniform(-0.75, -0.7):.5f}:start_y={rng.uniform(-0.2, -0.1):.5f}")
    if name == "life":
        return (f"life=size={width // 4}x{height // 4}:rate={rate:g}:seed={seed}"
                f":ratio={rng.uniform(0.2, 0.5):.2f}:mold=20:life_color={hexes[0]}"
                f":death_color={hexes[1]}:mold_color={hexes[2]},"
                f"scale={width}:{height}:flags=neighbor")
    if name == "cellauto":
        return (f"cellauto=size={width // 4}x{height // 4}:rate={rate:g}:seed={seed}"
                f":rule={rng.choice((18, 30, 54, 90, 110, 150))},"
                f"scale={width}:{height}:flags=neighbor,colorchannelmixer="
                f"rr={rng.random():.2f}:gg={rng.random():.2f}:bb={rng.random():.2f}")
    if name == "gradients":
        return (f"gradients={size}:c0={hexes[0]}:c1={hexes[1]}:c2={hexes[2]}"
                f":nb_colors=3:seed={seed}:speed={rng.uniform(0.005, 0.05):.4f}")
    if name == "noise":
        return (f"color=c={hexes[0]}:{size},noise=alls={rng.randrange(20, 90)}"
                f":allf=t+u:all_seed={seed % 100000}")
    if name == "sierpinski":
        return f"sierpinski={size}:seed={seed}:type={rng.choice(('carpet', 'triangle'))}"
    if name in ("testsrc2", "testsrc", "smptebars", "rgbtestsrc", "yuvtestsrc", "pal75bars"):
        return f"{name}={size},hue=h={rng.randrange(360)}:s={rng.uniform(0.2, 1):.2f}"
    if name == "colorspectrum":
        return f"colorspectrum={size}:type={rng.choice(('black', 'white', 'all'))}"
    raise ValueError(f"no such source: {name}")


def footage(path: str, rng: random.Random, width: int, height: int, rate: float) -> str:
    """A filter description of a clip that repeats; `rng` chooses its speed, frame and colours."""
    # Quoted for the option, then for the filter graph.
    name = path.replace("\\", "\\\\").replace("'", "\\'").replace(":", "\\:")
    name = "'" + name.replace("'", "'\\''") + "'"
    part = rng.uniform(0.6, 1.0)
    return (f"movie={name}:loop=0,setpts=N/({rng.uniform(0.5, 1.2) * 25:.1f}*TB)"
            f",crop=iw*{part:.3f}:ih*{part:.3f}"
            f":(iw-ow)*{rng.random():.3f}:(ih-oh)*{rng.random():.3f}"
            f"{',hflip' * rng.getrandbits(1)},fps={rate:g},scale={width}:{height}"
            f",hue=h={rng.randrange(360)}:s={rng.uniform(0.3, 1.3):.2f}"
            f":b={rng.uniform(-0.8, 0.8):.2f},format=yuv420p")


def drawn_scene(rng: random.Random, width: int, height: int, held_out: bool = False) -> Image.Image:
    """A still: gradient sky, soft blobs, strips, blocks, cloth-like noise; no outlined shapes."""
    numbers = np.random.default_rng(rng.randrange(1 << 30))
    y = np.linspace(0, 1, height)[:, None, None]
    x = np.linspace(0, 1, width)[None, :, None]
    a, b, c = (numbers.uniform(20, 235, 3) for _ in range(3))
    picture = a * (1 - y) + b * y + (c - a) * x * rng.uniform(0, 0.6)
    image = Image.fromarray(np.uint8(np.clip(np.broadcast_to(picture, (height, width, 3)), 0, 255)))
    draw = ImageDraw.Draw(image)
    kind = rng.choice(("hills", "blocks", "strips", "blobs") if not held_out
                      else ("bricks", "arcs", "rays"))
    def ink():
        return tuple(int(v) for v in numbers.uniform(15, 225, 3))
    for _ in range(rng.randint(3, 22)):
        x0, y0 = rng.uniform(-0.2, 1) * width, rng.uniform(0, 1) * height
        w, h = rng.uniform(0.05, 0.5) * width, rng.uniform(0.05, 0.5) * height
        if kind == "hills":
            draw.polygon([(x0 - w, height), (x0, y0), (x0 + w, height)], fill=ink())
        elif kind == "blocks":
            draw.rectangle((x0, y0, x0 + w, height), fill=ink())
        elif kind == "strips":
            draw.line((x0, 0, x0 + w, height), fill=ink(), width=rng.randint(1, width // 12 + 2))
        elif kind == "blobs":
            draw.ellipse((x0, y0, x0 + w, y0 + h), fill=ink())
        elif kind == "bricks":
            draw.rectangle((x0, y0, x0 + w, y0 + h / 4), fill=ink())
        elif kind == "arcs":
            draw.arc((x0, y0, x0 + w, y0 + h), 0, rng.randint(60, 300), fill=ink(), width=4)
        else:
            draw.line((width / 2, height / 2, x0, y0), fill=ink(), width=rng.randint(1, 9))
    if rng.random() < 0.6:
        image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.5, 5)))
    if rng.random() < 0.5:
        coarse = numbers.normal(0, rng.uniform(4, 30), (height // 8 + 1, width // 8 + 1, 3))
        cloth = np.kron(coarse, np.ones((8, 8, 1)))[:height, :width]
        cloth += numbers.normal(0, rng.uniform(0, 14), cloth.shape)
        image = Image.fromarray(np.uint8(np.clip(np.asarray(image) + cloth, 0, 255)))
    return image
