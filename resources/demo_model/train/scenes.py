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
from cells import cell_labels
from drawing import COLOURS, DIRECTIONS, DIRECTION_STEPS, GLYPHS, SHAPES, outline_colour
from layout import Encoder, Layout
from questions import Asker, Event, time_text
from speech import Speech, make_speech
from words import card_text, invented

COLOUR_NAMES = tuple(COLOURS)
TASK_WEIGHTS = {
    "colour": 1.0, "shape": 1.0, "card": 3.2, "direction": 2.2, "count": 3.4, "first": 1.2,
    "last": 0.8, "order": 2.2, "when": 2.2, "at": 1.8, "between": 2.8, "shown": 0.8, "list": 3.0,
    "follow": 0.9, "letter": 1.8, "unknown": 0.35,
}
SPEECH_WEIGHTS = {"said": 3.0, "said_when": 1.0}
SILENT_SHARE = 0.02  # of the questions of a clip without subtitles, how many are about speech
MAX_GLYPHS = 8


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


@dataclass
class Draws:
    """Rows for the renderer; frames are numbered through the whole batch."""

    shapes: list = field(default_factory=list)
    plates: list = field(default_factory=list)
    cards: list = field(default_factory=list)


@dataclass
class Clip:
    """One clip: its needles, the m:ss of each pair, what is said, and its lines pair by pair."""

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
    def __init__(self, seed: int, fonts: int, advances: np.ndarray, backgrounds: np.ndarray,
                 encoder: Encoder | None = None):
        """advances [fonts, 36]: advance widths of GLYPHS in units of the glyph cell.

        backgrounds [sources, 2]: first picture and number of consecutive pictures of each source.
        """
        self.rng = random.Random(seed)
        self.numpy = np.random.default_rng(seed)
        self.fonts, self.advances, self.backgrounds = fonts, advances, backgrounds
        self.layout = Layout(encoder or Encoder())
        self.tasks = TASK_WEIGHTS

    # -- one clip ---------------------------------------------------------------------------

    def timeline(self, frames: int) -> list[tuple[int, int]]:
        """Disjoint (first frame, frames) of groups of needles."""
        rng = self.rng
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
        if frames > 4 and rng.random() < 0.03:
            return []
        edges = [round(frames * i / groups) for i in range(groups + 1)]
        spans = []
        for lo, hi in zip(edges, edges[1:]):
            room = hi - lo
            length = min(rng.choice((1, 2, 2, 3, 3, 4, 4, 5, 6, 8)), max(1, room - (room > 2)))
            spans.append((lo + rng.randint(0, max(0, room - length - (room > 2))), length))
        return spans

    def palette(self) -> tuple[int, np.ndarray]:
        """A colour's index and its rgb in 0..255, a little off the named one."""
        index = self.rng.randrange(len(COLOUR_NAMES))
        base = np.array(COLOURS[COLOUR_NAMES[index]], dtype=np.float32)
        return index, np.clip(base + self.numpy.uniform(-16, 16, 3), 0, 255)

    def add_shapes(self, draws: Draws, events, first, length, frame0, height, width, when):
        rng = self.rng
        many = rng.choices((1, 2, 3), (60, 27, 13))[0]
        small = min(height, width)
        columns = rng.sample(range(many), many)
        plate = rng.random() < 0.22
        if plate:
            level = [rng.uniform(60, 200) for _ in range(3)]
            other = [min(255.0, max(0.0, c + rng.uniform(-40, 40))) for c in level]
            draws.plates += [(frame0 + f, *level, *other) for f in range(first, first + length)]
        for slot, column in enumerate(columns):
            colour, rgb = self.palette()
            shape = rng.randrange(len(SHAPES))
            radius = small * rng.uniform(0.14, 0.34 if many == 1 else 0.24)
            radius = min(radius, 0.46 * width / many)
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
            turn = rng.uniform(-0.2, 0.2)
            outline = outline_colour(rgb)
            soft = rng.uniform(0.8, 2.2)
            for i in range(length):
                frame = first + i
                paired = first <= (frame ^ 1) < first + length
                label = direction + 2 if paired else 0
                draws.shapes.append((slot, frame0 + frame, x[i] * width, y[i] * height, radius,
                                     turn, soft, shape, colour, label, *rgb, *outline))
            events.append(Event("shape", *when, x[0], COLOUR_NAMES[colour], SHAPES[shape], name))

    def add_card(self, draws: Draws, events, first, length, frame0, height, width, when):
        rng = self.rng
        longest = min(MAX_GLYPHS, int(width / 17))
        text = card_text(rng, longest)
        glyphs = [GLYPHS.index(c) for c in text]
        font = rng.randrange(self.fonts)
        units = float(self.advances[font, glyphs].sum())
        spacing = rng.uniform(0.0, 0.12)
        units += spacing * len(text)
        widest = min(width * rng.uniform(0.6, 0.92), height * 0.62 * units)
        least = min(14.5 * len(text), width * 0.92)
        cell = max(widest, least) / units
        full = rng.random() < 0.4
        text_w, text_h = cell * units, cell * 0.85
        pad = cell * rng.uniform(0.1, 0.35)
        cx = rng.uniform(min(text_w / 2, width / 2), max(width - text_w / 2, width / 2))
        half = min(height / 2, text_h / 2 + pad)
        cy = rng.uniform(half, height - half)
        box = ((-1.0, -1.0, width + 1.0, height + 1.0) if full else
               (cx - text_w / 2 - pad, cy - text_h / 2 - pad, cx + text_w / 2 + pad,
                cy + text_h / 2 + pad))
        dark = rng.random() < 0.5
        paper = [rng.uniform(0, 70) if dark else rng.uniform(185, 255) for _ in range(3)]
        ink = [rng.uniform(190, 255) if dark else rng.uniform(0, 60) for _ in range(3)]
        row = [cx - text_w / 2, cy, cell, font, spacing, len(text), *box, *paper, *ink]
        row += [rng.uniform(-0.1, 0.35) if rng.random() < 0.35 else 0.0]
        row += glyphs + [0] * (MAX_GLYPHS - len(glyphs))
        draws.cards += [(frame0 + f, *row) for f in range(first, first + length)]
        events.append(Event("card", *when, cx / width, text=text))

    def clip(self, shape: Shape, frame0: int, draws: Draws) -> Clip:
        """Adds one clip's needles to `draws`."""
        rng = self.rng
        frames = shape.pairs * 2
        step = rng.choice((0.25, 0.5, 0.5, 1.0, 1.0, 1.0, 2.0, 3.0))
        offset = 0.0
        if rng.random() < 0.6:
            offset = float(rng.randrange(600 if rng.random() < 0.7 else 5400))
        times = [offset + step * i for i in range(frames)]
        texts = [time_text(times[2 * p]) for p in range(shape.pairs)]
        events: list[Event] = []
        spans = self.timeline(frames)
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
            add(draws, events, first, length, frame0, shape.height, shape.width, when)
            for event in events:
                event.start_text = event.start_text or time_text(start)
        speech = Speech()
        if rng.random() < shape.speech_share:
            speech = self.speech(times, step, shape.pairs)
        return Clip(events, texts, speech, spoken_lines(speech, times[::2]))

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
        asker = Asker(clip.events, self.rng, speech=clip.speech)
        chosen, seen = [], set()
        for _ in range(shape.questions * 6):
            if len(chosen) == shape.questions:
                break
            tasks = self.tasks
            if self.rng.random() < (shape.said_share if clip.speech.lines else SILENT_SHARE):
                tasks = SPEECH_WEIGHTS
            turns = asker.ask(self.rng.choices(list(tasks), list(tasks.values()))[0])
            key = turns and (turns[0].task, turns[-1].answer)
            if turns and key not in seen:
                seen.add(key)
                chosen.append(turns)
        return chosen

    # -- backgrounds ------------------------------------------------------------------------

    def background_rows(self, shape: Shape) -> np.ndarray:
        """[clips*frames, 13]: picture, x and y offset, x and y step, gain, bias, noise, blur."""
        frames = shape.pairs * 2
        rows = np.empty((shape.clips, frames, 13), dtype=np.float32)
        rng = self.numpy
        for clip in range(shape.clips):
            at = 0
            while at < frames:
                length = frames - at if rng.random() < 0.4 else int(rng.integers(2, 40))
                length = min(length, frames - at)
                first, count = self.backgrounds[rng.integers(len(self.backgrounds))]
                run = np.arange(length) + rng.integers(count)
                still = rng.random() < 0.3
                part = rows[clip, at:at + length]
                part[:, 0] = first + (run[0] if still else run) % count
                zoom = rng.uniform(0.6, 1.25)
                drift = rng.uniform(-3, 3, 2) * (rng.random() < 0.5)
                part[:, 1] = rng.uniform(0, 192) + drift[0] * np.arange(length)
                part[:, 2] = rng.uniform(0, 128) + drift[1] * np.arange(length)
                part[:, 3] = zoom * rng.choice((-1, 1))
                part[:, 4] = zoom
                part[:, 5:8] = rng.uniform(0.5, 1.1) * rng.uniform(0.75, 1.25, 3)
                part[:, 8:11] = rng.uniform(-0.1, 0.15, 3)
                part[:, 11] = rng.uniform(0, 0.05) * (rng.random() < 0.7)  # noise
                part[:, 12] = rng.uniform(0, 0.9) * (rng.random() < 0.6)  # blur
                at += length
        return rows.reshape(-1, 13)

    # -- a whole batch ----------------------------------------------------------------------

    def batch(self, shape: Shape, language: bool = True) -> dict:
        """Tensors of one batch (see DemoModel.forward and Renderer.draw for the names).

        Without `language` there are pictures and needles only, no tokens.
        """
        draws = Draws()
        rows, cols = shape.height // 28, shape.width // 28
        prefixes, texts, tasks = [], [], []
        for number in range(shape.clips):
            clip = self.clip(shape, number * shape.pairs * 2, draws)
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
            texts.append([self.layout.conversation(turns) for turns in found])
            tasks.append([turns[-1].task for turns in found])
        out = {}
        if language:
            out.update(self._prefix_arrays(prefixes))
            out.update(self._text_arrays(prefixes, texts, tasks))
        out.update(
            pairs=shape.pairs, height=shape.height, width=shape.width, clips=shape.clips,
            background=self.background_rows(shape),
            shapes=np.array(sorted(draws.shapes), dtype=np.float32).reshape(-1, 16),
            plates=np.array(draws.plates, dtype=np.float32).reshape(-1, 7),
            cards=np.array(draws.cards, dtype=np.float32).reshape(-1, 18 + MAX_GLYPHS))
        out.update({"cell_" + k: v for k, v in cell_labels(out, self.advances).items()})
        out["slots"] = [int((out["shapes"][:, 0] == slot).sum()) for slot in range(3)]
        frames = np.concatenate([out["shapes"][:, 1], out["cards"][:, 0], out["plates"][:, 0]])
        pairs = np.zeros(shape.clips * shape.pairs, dtype=bool)
        pairs[frames.astype(np.int64) // 2] = True
        pairs |= self.numpy.random(len(pairs)) < 0.1
        # Pairs with needles (and a few without) first, the others after them.
        out["needle_pairs"], out["other_pairs"] = np.flatnonzero(pairs), np.flatnonzero(~pairs)
        return {k: torch.from_numpy(v) if isinstance(v, np.ndarray) else v for k, v in out.items()}

    def _prefix_arrays(self, prefixes) -> dict:
        longest = -(-max(len(ids) for ids, _, _ in prefixes) // 8) * 8
        n = len(prefixes)
        ids = np.zeros((n, longest), dtype=np.int64)
        positions = np.zeros((3, n, longest), dtype=np.int64)
        for i, (row, where, _) in enumerate(prefixes):
            ids[i, :len(row)] = row
            positions[:, i, :len(row)] = where
        return {"prefix_ids": ids, "prefix_positions": positions,
                "prefix_length": np.array([len(row) for row, _, _ in prefixes]),
                "vision_at": np.flatnonzero(ids.reshape(-1) == 8)}

    def _text_arrays(self, prefixes, texts, tasks) -> dict:
        longest = max(sum(len(ids) for ids, _ in clip) for clip in texts)
        longest = max(16, -(-longest // 16) * 16)
        n = len(texts)
        ids = np.zeros((n, longest), dtype=np.int64)
        conversation = np.full((n, longest), -1, dtype=np.int64)
        positions = np.zeros((n, longest), dtype=np.int64)
        label_at, labels, weights, label_question, names = [], [], [], [], []
        for i, clip in enumerate(texts):
            at = 0
            for c, (row, weight) in enumerate(clip):
                end = at + len(row)
                ids[i, at:end] = row
                conversation[i, at:end] = c
                positions[i, at:end] = prefixes[i][2] + np.arange(len(row))
                trained = np.flatnonzero(weight)
                label_at.append(i * longest + at + trained - 1)
                labels.append(np.array(row)[trained])
                weights.append(np.array(weight)[trained])
                label_question.append(np.full(len(trained), len(names)))
                names.append(tasks[i][c])
                at = end
        task_ids = np.array([_TASK_INDEX[name] for name in names])
        return {"text_ids": ids, "conversation": conversation,
                "text_positions": np.broadcast_to(positions, (3, n, longest)).copy(),
                "label_at": np.concatenate(label_at), "labels": np.concatenate(labels),
                "label_weights": np.concatenate(weights).astype(np.float32),
                "label_question": np.concatenate(label_question), "question_task": task_ids}


TASK_NAMES = (*(t for t in TASK_WEIGHTS if t != "follow"), "follow_when", "follow_colour",
              "follow_direction", *SPEECH_WEIGHTS)
_TASK_INDEX = {name: i for i, name in enumerate(TASK_NAMES)}

