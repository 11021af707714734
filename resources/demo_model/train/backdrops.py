"""What is behind the needles of a clip, and how well its film was kept."""

from __future__ import annotations

import numpy as np

from rows import BACKGROUND, width_of

# Of the clips in the suite's own way and in others, the share of each kind of background:
# generated, photographs, soft colours (see make_assets.py).
BACKGROUND_SHARES = ((0.8, 0.08, 0.12), (0.22, 0.3, 0.48))


class Backdrops:
    """Draws backgrounds by `rng` (NumPy's); sources [n, 3] as render.Assets has them."""

    def __init__(self, rng: np.random.Generator, sources: np.ndarray):
        self.rng = rng
        self.sources = [sources[sources[:, 2] == kind] for kind in range(3)]

    def rows(self, owns: list[bool], frames: int, height: int, width: int) -> np.ndarray:
        """Rows of rows.BACKGROUND, one for each of the `frames` pictures of each clip; `owns` tells which
        clips are drawn as the suite's own films are."""
        size = (height, width)
        rows = np.zeros((len(owns), frames, width_of(BACKGROUND)), dtype=np.float32)
        for number, own in enumerate(owns):
            at = 0
            while at < frames:
                length = frames - at
                if self.rng.random() >= 0.4:
                    length = min(length, int(self.rng.integers(2, 40)))
                self._background_run(rows[number, at:at + length], own, size)
                at += length
            if not own:
                self._film_quality(rows[number])
        return rows.reshape(-1, width_of(BACKGROUND))

    def _background_run(self, part: np.ndarray, own: bool, size: tuple[int, int]) -> None:
        """Fills the rows of one scene: a source, its place, movement, colours and noise."""
        rng = self.rng
        steps = np.arange(len(part))

        def put(name, value):
            part[:, BACKGROUND[name]] = value

        kind = rng.choice(3, p=BACKGROUND_SHARES[0 if own else 1])
        first, count, _ = self.sources[kind][rng.integers(len(self.sources[kind]))]
        run = (0 if rng.random() < 0.3 else steps) + rng.integers(count)
        put("picture", np.reshape(first + run % count, (-1, 1)))
        zoom, grow = rng.uniform(0.6, 1.25), 0.0
        drift = rng.uniform(-3, 3, 2) * (rng.random() < 0.5)
        if not own:
            zoom = rng.uniform(0.25, 1.2) if kind else rng.uniform(0.4, 1.25)
            grow = rng.uniform(-0.02, 0.02) * (rng.random() < 0.3)
        scale = np.clip(zoom * (1 + grow * steps), 0.15, 1.6)[:, None]
        put("x", rng.uniform(0, 192) + drift[0] * steps[:, None] - scale * size[1] / 2)
        put("y", rng.uniform(0, 128) + drift[1] * steps[:, None] - scale * size[0] / 2)
        put("step_x", scale * rng.choice((-1, 1)))
        put("step_y", scale)
        put("gain", rng.uniform(0.5, 1.1) * rng.uniform(0.75, 1.25, 3))
        put("bias", rng.uniform(-0.1, 0.15, 3))
        if not own and rng.random() < 0.6:  # nearly as the picture is
            put("gain", rng.uniform(0.85, 1.1) * rng.uniform(0.95, 1.05, 3))
            put("bias", rng.uniform(-0.03, 0.03))
        put("noise", rng.uniform(0, 0.05) * (rng.random() < 0.7))
        put("blur", rng.uniform(0, 0.9) * (rng.random() < 0.6))
        put("smooth", float(not own or rng.random() < 0.3))

    def _film_quality(self, rows: np.ndarray) -> None:
        """One quality for the whole of a foreign film: pristine, noisy, soft or full of blocks."""
        rng = self.rng
        rows[:, BACKGROUND["noise"]] = rng.uniform(0, 0.04) * (rng.random() < 0.5)
        rows[:, BACKGROUND["blur"]] = rng.uniform(0, 0.9) * (rng.random() < 0.5)
        rows[:, BACKGROUND["blocks"]] = rng.uniform(0.01, 0.12) * (rng.random() < 0.35)
