"""Random clips with needles, as flat arrays the GPU renderer and the model take.

Everything here runs on CPU cores in worker processes; pictures are drawn later (render.py).
"""

from __future__ import annotations

import bisect
import random
from dataclasses import dataclass, field

import numpy as np
import torch

import paths  # noqa: F401  (makes the suite's modules importable)
from arrays import SPEECH_WEIGHTS, TASK_WEIGHTS, prefix_arrays, table, task_names, text_arrays
from asks import more_ways
from backdrops import Backdrops
from cells import cell_labels
from chains import chained
from drawing import COLOURS, DIRECTION_STEPS, DIRECTIONS, SHAPES
from layout import Encoder, Layout
from looks import Looks, padded
from movers import Movers, drawn_in_order
from questions import Asker, Event, time_text
from rows import CARD, CLUTTER, MAX_GLYPHS, MOVER, NEEDLE, PLATE, SHADOW, SHAPE, SLOTS, row_of
from speech import Speech, make_speech
from words import HELD_OUT, card_text, invented

COLOUR_NAMES = tuple(COLOURS)
OWN_BARE_SHARE = 0.05  # of the clips in the suite's own way, how many show no needle
BARE_CAMERA_SHARE = 0.8  # of the other clips without one, how many look like a camera's film
MOVING_SHARES = {"own": 0.08, "any": 0.25, "camera": 0.8}  # of the clips, how many have things that move
SILENT_SHARE = 0.02  # of the questions of a clip without subtitles, how many are about speech
LIST_SHARE = 0.1  # of the questions of a clip, how many may ask for its one list
MOST_LISTED = 12  # more than the suites ask for: an answer has room for so many
OWN_GLYPHS = 8  # longest word of a card in the suite's own way


@dataclass(frozen=True)
class Shape:
    """What a batch looks like: frame pairs per clip, picture size, clips, questions per clip."""

    pairs: int
    height: int
    width: int
    clips: int
    questions: int
    skip_share: float = 0.0  # share of clips with left-out positions
    speech_share: float = 0.0  # share of clips with subtitles
    said_share: float = 0.5  # of the questions of such a clip, how many are about what is said
    card_share: float = 0.3  # of the groups of needles, how many are a card
    own_share: float = 1.0  # share of clips drawn as the suite's own films are
    chain_share: float = 0.0  # share of clips whose questions are asked in conversations
    camera_share: float = 0.0  # share of the clips of others that look like a camera's film
    bare_share: float = 0.06  # share of the clips of others without a needle


@dataclass
class Draws:
    """Rows for the renderer; frames are numbered through the whole batch."""

    shapes: list = field(default_factory=list)
    plates: list = field(default_factory=list)
    cards: list = field(default_factory=list)
    movers: list = field(default_factory=list)  # tables, one of a clip


@dataclass
class Clip:
    """One clip: its needles, the m:ss of each pair, what is said, and its lines pair by pair.

    look: "own" as the suite's own films are drawn, "camera" as a camera's film, "any" as others.
    """

    look: str
    events: list[Event]
    times: list[str]
    speech: Speech
    spoken: list[list[str]]


def spoken_lines(speech: Speech, pair_times: list[float]) -> list[list[str]]:
    """Per frame pair the lines that start before the next pair, as the prompt shows them."""
    out: list[list[str]] = [[] for _ in pair_times]
    for line in speech.lines:
        pair = max(0, bisect.bisect_right(pair_times, line.start) - 1)
        out[pair].append(f"[{time_text(line.start)}] {line.text}")
    return out


class Sampler:
    def __init__(self, seed: int, assets, encoder: Encoder | None = None):
        """Of the assets (render.Assets) it takes advances [fonts, characters], widths in units of the
        glyph cell; sources [n, 3], first picture, number of consecutive pictures and kind of each
        background; and the outlines' labels."""
        self.rng = random.Random(seed)
        self.numpy = np.random.default_rng(seed)
        self.advances, self.fonts = assets.advances, len(assets.advances)
        self.backdrops = Backdrops(self.numpy, assets.sources)
        self.looks = Looks(self.rng, assets.labels)
        self.movers = Movers(self.numpy, assets.labels, assets.sources)
        self.layout = Layout(encoder or Encoder())
        self.tasks = TASK_WEIGHTS

    # -- one clip ---------------------------------------------------------------------------

    def timeline(self, frames: int, own: bool, bare: bool) -> list[tuple[int, int]]:
        """Disjoint (first frame, frames) of groups of needles, none if `bare`; others than the suite's own may
        stay for long."""
        rng = self.rng
        if bare:
            return []
        if frames <= 2:
            most = 1
        elif frames <= 8:
            most = frames // 2
        elif frames <= 32:
            most = 7
        elif frames <= 256:
            most = 10
        else:
            most = 14
        groups = rng.randint(1, most)
        edges = [round(frames * i / groups) for i in range(groups + 1)]
        spans = []
        for lo, hi in zip(edges, edges[1:]):
            room = hi - lo
            length = rng.choice((1, 2, 2, 3, 3, 4, 4, 5, 6, 8))
            if not own and rng.random() < 0.15:
                length = rng.randint(8, 24)
            length = min(length, max(1, room - (room > 2)))
            spans.append((lo + rng.randint(0, max(0, room - length - (room > 2))), length))
        return spans

    def _radius(self, own: bool, many: int, height: int, width: int) -> float:
        """Radius of one of `many` shapes side by side: 28 to 68 % of the height across, or 9 to 60."""
        rng, small = self.rng, min(height, width)
        if own:
            radius = small * rng.uniform(0.14, 0.34 if many == 1 else 0.24)
        else:
            low, high = (0.05, 0.11) if rng.random() < 0.5 else (0.09, 0.3)
            radius = max(4.8, height * low * (high / low) ** rng.random())
        return min(radius, 0.46 * width / many)

    def add_shapes(self, draws: Draws, events, first, length, frame0, height, width, when, own):
        rng = self.rng
        many = rng.choices((1, 2, 3), (60, 27, 13))[0]
        small = min(height, width)
        columns = rng.sample(range(many), many)
        plate = rng.random() < (0.22 if own else 0.05)
        if plate:
            level = [rng.uniform(60, 200) for _ in range(3)]
            other = [min(255.0, max(0.0, c + rng.uniform(-40, 40))) for c in level]
            draws.plates += [row_of(PLATE, frame=frame0 + f, top=level, bottom=other)
                             for f in range(first, first + length)]
        for slot, column in enumerate(columns):
            radius = self._radius(own, many, height, width)
            look = self.looks.own_shape(radius) if own else self.looks.shape(radius)
            direction = -1 if length < 2 or rng.random() < 0.3 else rng.randrange(4)
            slack = radius / small * 0.8
            left, right = column / many, (column + 1) / many
            x = [rng.uniform(left + min(slack * small / width, 0.5 / many),
                             right - min(slack * small / width, 0.5 / many))] * length
            y = [rng.uniform(slack, 1 - slack)] * length
            if direction >= 0:
                along, sign = direction // 2, DIRECTION_STEPS[direction][direction // 2]
                lo, hi = ((left, right) if direction < 2 else (0.0, 1.0))
                margin = min(slack * (small / width if direction < 2 else 1.0), 0.3 * (hi - lo))
                room = hi - lo - 2 * margin + 0.1
                travel = room * rng.uniform(0.2, 1.0)
                start = rng.uniform(0, room - travel)
                path = [lo + margin - 0.05 + start + travel * i / (length - 1)
                        for i in range(length)]
                path = path if sign > 0 else [lo + hi - p for p in path]
                (x, y)[along][:] = path
            name = "" if length < 2 else ("still" if direction < 0 else DIRECTIONS[direction])
            places = [(first + i, x[i] * width, y[i] * height) for i in range(length)]
            below = None if own else self.looks.shadow(look)
            if below:
                dx, dy = below.pop("dx"), below.pop("dy")
                self._lay(draws, SHADOW + slot, frame0, below,
                          [(f, px + dx, py + dy) for f, px, py in places], False)
            labels = [direction + 2 if first <= (f ^ 1) < first + length else 0 for f, _, _ in places]
            self._lay(draws, NEEDLE + slot, frame0, look, places, not own, labels)
            events.append(Event("shape", *when, x[0], COLOUR_NAMES[look["colour"]],
                                SHAPES[look["shape"]], name))

    def _lay(self, draws: Draws, slot: int, frame0: int, look: dict, places, enters: bool,
             directions=None) -> None:
        """Rows of one thing at `places` (frame, x, y); `enters`: it may fade or grow at its ends."""
        rng = self.rng
        row = row_of(SHAPE, slot=slot, **look)
        fade = rng.random() < 0.15 if enters else False
        grow = rng.random() < 0.1 if enters else False
        for i, (frame, x, y) in enumerate(places):
            one = row.copy()
            one[SHAPE["frame"]], one[SHAPE["x"]], one[SHAPE["y"]] = frame0 + frame, x, y
            if directions:
                one[SHAPE["direction"]] = directions[i]
            if fade and i in (0, len(places) - 1):
                one[SHAPE["alpha"]] *= rng.uniform(0.5, 1.0)
            if grow and i == 0 and len(places) > 1:
                one[SHAPE["radius"]] *= rng.uniform(0.6, 1.0)
            draws.shapes.append(one)

    def add_clutter(self, draws: Draws, frames: int, frame0: int, height: int, width: int) -> None:
        """Icons of other things, for a moment or for long, still or drifting."""
        rng = self.rng
        for slot in range(rng.randint(1, 3)):
            length = min(frames, rng.randint(1, 6) if rng.random() < 0.3 else rng.randint(8, 64))
            first = rng.randint(0, frames - length)
            look = self.looks.clutter(height * rng.uniform(0.04, 0.22))
            x, y = rng.uniform(0, width), rng.uniform(0, height)
            drift = (rng.uniform(-4, 4), rng.uniform(-2, 2)) if rng.random() < 0.5 else (0.0, 0.0)
            self._lay(draws, CLUTTER + slot, frame0, look,
                      [(first + i, x + drift[0] * i, y + drift[1] * i) for i in range(length)], False)

    def _card_text(self, own: bool, longest: int) -> str:
        """A text in capitals: as on the suite's cards, or for others more often a word."""
        if own or self.rng.random() < 0.5:
            return card_text(self.rng, longest)
        for _ in range(8):
            text = self.word(self.rng).upper()
            if 3 <= len(text) <= longest and text not in HELD_OUT:
                return text
        return card_text(self.rng, longest)

    def add_card(self, draws: Draws, events, first, length, frame0, height, width, when, own):
        rng = self.rng
        longest = min(OWN_GLYPHS, int(width / 17)) if own else min(MAX_GLYPHS, int(width / 12))
        text = self._card_text(own, longest)
        glyphs = self.looks.glyphs(text, not own)
        font = rng.randrange(self.fonts)
        units = float(self.advances[font, glyphs].sum())
        spacing = rng.uniform(0.0, 0.12) if own or rng.random() < 0.3 else 0.0
        units += spacing * len(text)
        if own:
            widest = min(width * rng.uniform(0.6, 0.92), height * 0.62 * units)
            cell = max(widest, min(14.5 * len(text), width * 0.92)) / units
        else:  # capitals of 9 to 30 % of the height; CELL / CAP of make_assets.py is 1.6
            low = 8.5 / height
            cell = 1.6 * height * low * (0.3 / low) ** rng.random()
            cell = min(cell, width * 0.94 / units)
            cell = max(cell, min(12.5, width * 0.96 / units))
        full = rng.random() < 0.4
        text_w, text_h = cell * units, cell * 0.85
        pad = cell * rng.uniform(0.1, 0.35 if own else 0.9)
        cx = rng.uniform(min(text_w / 2, width / 2), max(width - text_w / 2, width / 2))
        half = min(height / 2, text_h / 2 + pad)
        cy = rng.uniform(half, height - half)
        if full and not own and rng.random() < 0.7:
            cx, cy = width / 2, height / 2
        box = ((-1.0, -1.0, width + 1.0, height + 1.0) if full else
               (cx - text_w / 2 - pad, cy - text_h / 2 - pad, cx + text_w / 2 + pad,
                cy + text_h / 2 + pad))
        look = self.looks.own_card() if own else self.looks.card()
        row = row_of(CARD, x=cx - text_w / 2, y=cy, cell=cell, font=font, spacing=spacing,
                     count=len(text), box=box, glyphs=padded(glyphs), **look)
        for f in range(first, first + length):
            one = row.copy()
            one[CARD["frame"]] = frame0 + f
            draws.cards.append(one)
        if not own and rng.random() < 0.1:
            draws.cards[-length][CARD["alpha"]] = rng.uniform(0.5, 1.0)
        events.append(Event("card", *when, cx / width, text=text))
        if not own and not full and rng.random() < 0.12:
            self._beside(draws, events, first, length, frame0, height, width, when, box)

    def _beside(self, draws: Draws, events, first, length, frame0, height, width, when, box) -> None:
        """A shape that stands still above or below a card, if there is room for one."""
        rng = self.rng
        low, high = max(((0.0, box[1]), (box[3], float(height))), key=lambda span: span[1] - span[0])
        radius = self._radius(False, 2, height, width)
        if high - low < 2.6 * radius:
            return
        look = self.looks.shape(radius)
        x = rng.uniform(1.2 * radius, width - 1.2 * radius)
        y = rng.uniform(low + 1.3 * radius, high - 1.3 * radius)
        places = [(first + i, x, y) for i in range(length)]
        labels = [1 if first <= (f ^ 1) < first + length else 0 for f, _, _ in places]
        self._lay(draws, NEEDLE, frame0, look, places, True, labels)
        events.append(Event("shape", *when, x / width, COLOUR_NAMES[look["colour"]],
                            SHAPES[look["shape"]], "still" if length > 1 else ""))

    def clip(self, shape: Shape, frame0: int, draws: Draws) -> Clip:
        """Adds one clip's needles to `draws`."""
        rng = self.rng
        own = rng.random() < shape.own_share
        frames = shape.pairs * 2
        step = rng.choice((0.25, 0.5, 0.5, 1.0, 1.0, 1.0, 2.0, 3.0))
        offset = 0.0
        if rng.random() < 0.6:
            offset = float(rng.randrange(600 if rng.random() < 0.7 else 5400))
        times = [offset + step * i for i in range(frames)]
        texts = [time_text(times[2 * p]) for p in range(shape.pairs)]
        events: list[Event] = []
        bare = rng.random() < (OWN_BARE_SHARE if own else shape.bare_share)
        camera = rng.random() < (BARE_CAMERA_SHARE if bare else shape.camera_share)
        look = "own" if own else "camera" if camera and shape.camera_share else "any"
        spans = self.timeline(frames, own, bare)
        # Often exactly one card: only then does "the card" name one.
        cards = [rng.random() < shape.card_share for _ in spans]
        if spans and rng.random() < 0.4:
            cards = [False] * len(spans)
            cards[rng.randrange(len(spans))] = True
        for card, (first, length) in zip(cards, spans):
            # It started at some time after the picture before the first that shows it.
            start = max(0.0, times[first] - rng.random() * step)
            when = (times[first], times[first] + step * length, texts[first // 2])
            add = self.add_card if card else self.add_shapes
            add(draws, events, first, length, frame0, shape.height, shape.width, when, own)
            for event in events:
                event.start_text = event.start_text or time_text(start)
        if not own and rng.random() < (0.25 if events else 0.6 if look == "any" else 0.2):
            self.add_clutter(draws, frames, frame0, shape.height, shape.width)
        if shape.camera_share and rng.random() < MOVING_SHARES[look]:
            draws.movers.append(self.movers.rows(frame0, frames, shape.height, shape.width))
        speech = Speech()
        if rng.random() < shape.speech_share:
            speech = self.speech(times, step, shape.pairs)
        return Clip(look, events, texts, speech, spoken_lines(speech, times[::2]))

    def speech(self, times: list[float], step: float, pairs: int) -> Speech:
        """1 to 200 lines at any time of the clip, one or more of them with a fact."""
        rng = self.rng
        count = round(min(200, 3 + 2 * pairs) ** rng.random())
        starts = sorted(rng.uniform(times[0], times[-1] + step) for _ in range(count))
        return make_speech(rng, starts, rng.randint(1, max(1, count // 2)), held_out=False,
                           invent=self.word)

    def word(self, rng: random.Random) -> str:
        """A word that nobody knows, of syllables or of any pieces."""
        return invented(rng) if rng.random() < 0.35 else self.layout.encoder.mosaic(rng)

    def conversations(self, clip: Clip, shape: Shape) -> list[list]:
        asker = more_ways(Asker(clip.events, self.rng, speech=clip.speech, most_listed=MOST_LISTED))
        chosen, seen, lists = [], set(), 0
        for _ in range(shape.questions * 6):
            if len(chosen) == shape.questions:
                break
            tasks = self.tasks
            if self.rng.random() < (shape.said_share if clip.speech.lines else SILENT_SHARE):
                tasks = SPEECH_WEIGHTS
            turns = asker.ask(self.rng.choices(list(tasks), list(tasks.values()))[0])
            if not turns:
                continue
            key = (turns[0].task, turns[-1].answer)
            if turns[0].task == "list":
                # A clip has one list, and several questions about it, else it is hardly learnt.
                if lists >= max(1, int(shape.questions * LIST_SHARE)):
                    continue
                key = ("list", turns[0].question)
            if key not in seen:
                seen.add(key)
                chosen.append(turns)
                lists += turns[0].task == "list"
        return chosen

    # -- a whole batch ----------------------------------------------------------------------

    def batch(self, shape: Shape, language: bool = True) -> dict:
        """Tensors of one batch (see DemoModel.forward and Renderer.draw for the names).

        Without `language` there are pictures and needles only, no tokens.
        """
        draws = Draws()
        clips = []
        rows, cols = shape.height // 28, shape.width // 28
        prefixes, texts, tasks = [], [], []
        for number in range(shape.clips):
            clip = self.clip(shape, number * shape.pairs * 2, draws)
            clips.append(clip)
            if not language:
                continue
            skips = None
            if self.rng.random() < shape.skip_share:
                skips = np.zeros(shape.pairs, dtype=np.int64)
                places = self.numpy.integers(0, shape.pairs, 6)
                skips[places] = self.numpy.integers(0, self.rng.choice((200, 600, 2400)), 6)
            prefixes.append(self.layout.prefix(clip.times, rows, cols, skips=skips,
                                               said=clip.spoken))
            found = self.conversations(clip, shape)
            if self.rng.random() < shape.chain_share:
                found = chained(found, Asker(clip.events, self.rng, speech=clip.speech), self.rng)
            texts.append([self.layout.conversation(turns) for turns in found])
            tasks.append([task_names(turns) for turns in found])
        out = {}
        if language:
            out.update(prefix_arrays(prefixes))
            out.update(text_arrays(prefixes, texts, tasks))
        out.update(
            pairs=shape.pairs, height=shape.height, width=shape.width, clips=shape.clips,
            background=self.backdrops.rows([clip.look for clip in clips], shape.pairs * 2, shape.height,
                                          shape.width),
            shapes=table(sorted(draws.shapes, key=lambda row: row[0]), SHAPE),
            plates=table(draws.plates, PLATE), cards=table(draws.cards, CARD))
        out["movers"], out["mover_parts"] = drawn_in_order(draws.movers)
        out.update({"cell_" + k: v for k, v in cell_labels(out, self.advances).items()})
        slots = out["shapes"][:, 0]
        out["slots"] = [int((slots == slot).sum()) for slot in range(SLOTS)]
        needles = out["shapes"][slots >= NEEDLE]
        frames = np.concatenate([needles[:, 1], out["cards"][:, 0], out["plates"][:, 0]])
        pairs = np.zeros(shape.clips * shape.pairs, dtype=bool)
        pairs[frames.astype(np.int64) // 2] = True
        moving = np.zeros(len(pairs), dtype=bool)
        moving[out["movers"][:, MOVER["frame"]].astype(np.int64) // 2] = True
        pairs |= self.numpy.random(len(pairs)) < np.where(moving, 0.25, 0.1)
        # Pairs with needles (and a few without) first, the others after them.
        out["needle_pairs"], out["other_pairs"] = np.flatnonzero(pairs), np.flatnonzero(~pairs)
        return {k: torch.from_numpy(v) if isinstance(v, np.ndarray) else v for k, v in out.items()}
