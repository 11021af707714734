"""What moves in a clip beside needles, as in films of cameras: people, vehicles, things, lights.

None of it has a name that a question asks for. Each has the texture of a photograph and natural colours, which
no needle has; a few thousand pictures may have some of them, so rows are made life by life with NumPy.
"""

from __future__ import annotations

import colorsys

import numpy as np

from rows import MOVER, width_of
from silhouettes import PERSON, THING, VEHICLE
from sprites import REACH

SLOTS = 10  # at most so many in one picture
# Pixels of the square that is drawn for a mover, and for all larger ones the whole picture (0).
SIDES = (28, 56, 96, 0)
KINDS = (PERSON, VEHICLE, THING, "light", "near")


class Movers:
    """Draws by `rng` (NumPy's); labels [n] of the outlines, sources [n, 3] as render.Assets has them."""

    def __init__(self, rng: np.random.Generator, labels: np.ndarray, sources: np.ndarray):
        self.rng = rng
        self.sprites = {kind: np.flatnonzero(labels == kind) for kind in (PERSON, VEHICLE, THING)}
        camera = sources[(sources[:, 2] == 1) | (sources[:, 2] == 3)]
        self.pictures = np.concatenate([np.arange(first, first + n) for first, n, _ in camera])

    def rows(self, frame0: int, frames: int, height: int, width: int) -> np.ndarray:
        """Rows of rows.MOVER for the pictures frame0 .. frame0 + frames - 1 of one clip."""
        rng, out = self.rng, []
        shares = rng.dirichlet((1.6, 0.9, 0.9, 0.25, 0.2))
        small = rng.random() < 0.6  # far away, as in pictures of squares and streets
        for slot in range(rng.choice((1, 1, 2, 2, 3, 4, 6, SLOTS))):
            at = 0 if rng.random() < 0.6 else int(rng.integers(0, frames))
            while at < frames:
                length = min(frames - at, int(rng.integers(2, 10) if rng.random() < 0.3 else rng.integers(8, 70)))
                kind = KINDS[rng.choice(5, p=shares)]
                out.append(self._life(slot, kind, frame0 + at, length, height, width, small))
                at += length + (0 if rng.random() < 0.6 else int(rng.integers(1, 40)))
        return np.concatenate(out) if out else np.zeros((0, width_of(MOVER)), np.float32)

    def _tone(self, dark: float) -> np.ndarray:
        """A natural colour in 0..255, mostly dull; a share of `dark` is dark."""
        rng = self.rng
        vivid = rng.random() < 0.2
        saturation = rng.uniform(0.5, 1.0) if vivid else rng.uniform(0.0, 0.35)
        value = rng.uniform(0.03, 0.3) if rng.random() < dark else rng.uniform(0.3, 1.0)
        return 255 * np.array(colorsys.hsv_to_rgb(rng.random(), saturation, value))

    def _life(self, slot, kind, first, length, height, width, small) -> np.ndarray:
        rng = self.rng
        part = np.zeros((length, width_of(MOVER)), dtype=np.float32)
        steps = np.arange(length) - length / 2

        def put(name, value):
            part[:, MOVER[name]] = np.reshape(value, (length, -1)) if np.size(value) == length > 1 else value

        outlines = self.sprites[kind if kind in self.sprites else THING]
        if kind == "near":  # something dark goes by close to the camera
            outlines = self.sprites[(PERSON, VEHICLE, THING)[rng.integers(3)]]
        low, high = (0.03, 0.13) if small else (0.08, 0.4)
        radius = height * low * (high / low) ** rng.random()
        if kind == "near":
            radius = height * rng.uniform(0.5, 1.3)
        radius = max(2.5, radius)
        pace = (0.0, 0.012, 0.05)[rng.choice(3, p=(0.25, 0.45, 0.3))] * width
        vx, vy = rng.normal(0, pace), rng.normal(0, pace * (0.2 if kind in (PERSON, VEHICLE) else 0.5))
        sway = rng.uniform(0, 0.03) * height * np.sin(rng.uniform(0.3, 3) * steps + rng.uniform(0, 6))
        put("slot", slot)
        part[:, MOVER["frame"]] = (first + np.arange(length))[:, None]
        x = rng.uniform(0, width) + vx * steps + rng.normal(0, 0.3, length)
        y = rng.uniform(0.1, 1.0) * height + vy * steps + sway
        part[:, MOVER["x"]], part[:, MOVER["y"]] = x[:, None], y[:, None]
        sizes = np.clip(radius * np.exp(rng.uniform(-0.02, 0.02) * steps * (rng.random() < 0.3)), 2.5, 2 * height)
        part[:, MOVER["radius"]] = sizes[:, None]
        turn = rng.uniform(-3.2, 3.2) if kind in (THING, "light", "near") else rng.uniform(-0.12, 0.12)
        spin = rng.uniform(-0.2, 0.2) * (kind == THING and rng.random() < 0.4)
        part[:, MOVER["turn"]] = (turn + spin * steps)[:, None]
        # People take steps: their outline changes from picture to picture.
        few = rng.choice(outlines, 4 if kind == PERSON and rng.random() < 0.7 else 1)
        part[:, MOVER["sprite"]] = few[rng.integers(len(few), size=length)][:, None]
        put("stretch", np.exp(rng.normal(0, 0.15)) * rng.choice((-1, 1)))
        put("soft", rng.uniform(0.8, 2.5) if rng.random() < 0.7 else rng.uniform(1, 0.3 * radius + 2))
        put("picture", rng.choice(self.pictures))
        put("u", rng.uniform(30, 160))
        put("v", rng.uniform(30, 100))
        put("step", rng.uniform(6, 45))
        bright = rng.uniform(0.15, 0.6) if rng.random() < 0.5 else rng.uniform(0.5, 1.3)
        part[:, MOVER["gain"]] = bright * rng.uniform(0.85, 1.15, 3)
        base = self._tone(0.45)
        tones = [base * rng.uniform(0.6, 1.3) for _ in range(3)]
        cut = np.sort(rng.uniform(-0.8, 0.8, 2))
        if kind in (PERSON, "near"):
            tones = [self._tone(0.5), self._tone(0.5), self._tone(0.7)]
            cut = np.array((rng.uniform(-0.75, -0.6), rng.uniform(-0.1, 0.15)))
            if rng.random() < 0.5:  # a face or hair
                tones[0] = np.array((225, 175, 145)) * rng.uniform(0.25, 1.1)
        elif kind == VEHICLE:
            tones = [self._tone(0.9), self._tone(0.35), np.full(3, rng.uniform(5, 60))]
            cut = np.array((rng.uniform(-0.3, -0.1), rng.uniform(0.05, 0.25)))
        for name, tone in zip(("top", "middle", "bottom"), tones):
            part[:, MOVER[name]] = np.clip(tone, 0, 255)
        part[:, MOVER["cut"]] = cut
        put("mix", rng.uniform(0.25, 0.85))
        put("alpha", 1.0 if rng.random() < 0.85 else rng.uniform(0.5, 1.0))
        if kind == "light":  # a glow without an edge
            glow = np.clip(self._tone(0.0) + 90, 0, 255)
            part[:, MOVER["top"]] = part[:, MOVER["middle"]] = part[:, MOVER["bottom"]] = glow
            put("mix", 1.0)
            put("soft", radius * rng.uniform(0.5, 0.95))
            put("alpha", rng.uniform(0.25, 0.9))
        # Softer, it would not have ended where the field of its outline ends.
        part[:, MOVER["soft"]] = np.minimum(part[:, MOVER["soft"]], 0.95 * sizes[:, None])
        reach = sizes * REACH * max(1.0, abs(float(part[0, MOVER["stretch"]][0]))) + 1
        side = np.searchsorted(SIDES[:-1], 2 * reach)
        part[:, MOVER["side"]] = side[:, None]
        seen = (x > -reach) & (x < width + reach) & (y > -reach) & (y < height + reach)
        return part[seen]


def drawn_in_order(rows: list[np.ndarray]) -> tuple[np.ndarray, list[tuple[int, int]]]:
    """All rows sorted by slot and size, and what comes one after the other as (number of rows, pixels of the
    square): within one of these a picture occurs at most once."""
    whole = np.concatenate(rows) if rows else np.zeros((0, width_of(MOVER)), np.float32)
    key = (whole[:, MOVER["slot"]] * len(SIDES) + whole[:, MOVER["side"]])[:, 0]
    order = np.argsort(key, kind="stable")
    values, counts = np.unique(key[order], return_counts=True)
    return whole[order], [(int(n), SIDES[int(v) % len(SIDES)]) for v, n in zip(values, counts)]
