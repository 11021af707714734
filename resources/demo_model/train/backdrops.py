"""What is behind the needles of a clip, and how well its film was kept."""

from __future__ import annotations

import numpy as np

from rows import BACKGROUND, width_of

# Of the clips in the suite's own way, in others, and of those that look like a camera's film, the share of each
# kind of background: generated, photographs, soft colours, footage (see make_assets.py).
BACKGROUND_SHARES = {"own": (0.8, 0.08, 0.12, 0.0), "any": (0.22, 0.28, 0.44, 0.06),
                     "camera": (0.05, 0.5, 0.05, 0.4)}


class Backdrops:
    """Draws backgrounds by `rng` (NumPy's); sources [n, 3] as render.Assets has them."""

    def __init__(self, rng: np.random.Generator, sources: np.ndarray):
        self.rng = rng
        self.sources = [sources[sources[:, 2] == kind] for kind in range(4)]
        self.shares = {name: np.array(s) * [len(found) > 0 for found in self.sources]
                       for name, s in BACKGROUND_SHARES.items()}

    def rows(self, looks: list[str], frames: int, height: int, width: int) -> np.ndarray:
        """Rows of rows.BACKGROUND, one for each of the `frames` pictures of each clip; `looks` names for each
        clip the row of BACKGROUND_SHARES."""
        size = (height, width)
        rows = np.zeros((len(looks), frames, width_of(BACKGROUND)), dtype=np.float32)
        for number, look in enumerate(looks):
            at = 0
            while at < frames:
                length = frames - at
                if self.rng.random() >= 0.4:
                    length = min(length, int(self.rng.integers(2, 40)))
                self._background_run(rows[number, at:at + length], look, size)
                at += length
            if look != "own":
                self._film_quality(rows[number])
        return rows.reshape(-1, width_of(BACKGROUND))

    def _background_run(self, part: np.ndarray, look: str, size: tuple[int, int]) -> None:
        """Fills the rows of one scene: a source, its place, movement, colours and noise."""
        rng, own = self.rng, look == "own"
        steps = np.arange(len(part))

        def put(name, value):
            part[:, BACKGROUND[name]] = value

        kind = rng.choice(4, p=self.shares[look] / self.shares[look].sum())
        first, count, _ = self.sources[kind][rng.integers(len(self.sources[kind]))]
        run = (0 if rng.random() < (0.1 if kind == 3 else 0.3) else steps) + rng.integers(count)
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
        if look == "camera":
            self._held_in_the_hand(part)
        put("noise", rng.uniform(0, 0.05) * (rng.random() < 0.7))
        put("blur", rng.uniform(0, 0.9) * (rng.random() < 0.6))
        put("smooth", float(not own or rng.random() < 0.3))

    def _held_in_the_hand(self, part: np.ndarray) -> None:
        """Shakes some scenes and lets the light of some flicker."""
        rng = self.rng
        if rng.random() < 0.35:
            shake = rng.normal(0, rng.uniform(0.3, 3), (len(part), 2))
            part[:, BACKGROUND["x"]] += shake[:, :1]
            part[:, BACKGROUND["y"]] += shake[:, 1:]
        if rng.random() < 0.2:
            part[:, BACKGROUND["gain"]] *= np.exp(rng.normal(0, rng.uniform(0.02, 0.15), (len(part), 1)))

    def _film_quality(self, rows: np.ndarray) -> None:
        """One quality for the whole of a foreign film: pristine, noisy, soft or full of blocks."""
        rng = self.rng
        rows[:, BACKGROUND["noise"]] = rng.uniform(0, 0.04) * (rng.random() < 0.5)
        rows[:, BACKGROUND["blur"]] = rng.uniform(0, 0.9) * (rng.random() < 0.5)
        rows[:, BACKGROUND["blocks"]] = rng.uniform(0.01, 0.12) * (rng.random() < 0.35)
