"""Makes films with needles that the training renderer never drew, and questions about them.

The needles come from a renderer of foreign_draw.py (`--renderers`), with thin outlines or none, in
the colours of other programs' palettes, 13 to 20 % of the picture's height across, over blurred
colourful fields; cards are mostly dark with a word in small letters. suite.json and every row of
questions.jsonl name the film's renderer. `--plain` leaves the needles out: then every question is
about things that are not there. Same files and questions as make_suite.py writes; needs `ffmpeg`.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

import numpy as np
from PIL import Image

import foreign_draw as draw
import make_suite
from drawing import DIRECTION_STEPS, DIRECTIONS, SHAPES
from make_suite import Film, FilmMaker, Overlay, ask_all, encode, in_conversation, write_suite
from outlines import PALETTE, shape_path
from questions import Event, time_text
from words import COMMON, HELD_OUT

TASKS = ("colour", "shape", "direction", "count", "first", "card", "when", "shown")
CASES = {"lower": str.lower, "upper": str.upper, "title": str.title}
# Beside the held-out words some of the common ones: what is held out here is the drawing.
WORDS = tuple(w for w in (*HELD_OUT, *COMMON) if 4 <= len(w) <= 8)


def field_picture(rng: random.Random, width: int, height: int) -> Image.Image:
    """A blurred colourful field: a handful of random colours drawn large."""
    numbers = np.random.default_rng(rng.randrange(1 << 30))
    rows, columns = rng.choice(((2, 3), (3, 4), (4, 6), (5, 8)))
    colours = numbers.uniform(0, 255, (rows, columns, 3))
    grey = colours.mean(axis=2, keepdims=True)
    colours = grey + (colours - grey) * rng.uniform(0.4, 1.2)
    small = Image.fromarray(np.uint8(colours.clip(0, 255)))
    return small.resize((width, height), Image.Resampling.BICUBIC)


def far_from(colour, background: np.ndarray) -> bool:
    """Whether a person tells the colour from the background at a glance."""
    return float(np.abs(np.array(colour) - background).sum(axis=-1).mean()) > 120


class ForeignMaker(FilmMaker):
    """Films drawn by one foreign renderer."""

    def __init__(self, rng, folder: Path, step: float, args: argparse.Namespace, renderer: str):
        super().__init__(rng, folder, step, [], args.cards)
        self.args, self.renderer = args, renderer
        self.fonts = draw.font_files(args.fonts)
        self.qt = draw.Qt() if renderer == "qt" else None

    def film(self, name, seconds, size, rate, events) -> Film:
        self.script = draw.AssScript(size)
        if self.args.plain:
            film = Film(name, seconds, *size, rate)
            self.add_scenes(film)
            return film
        film = super().film(name, seconds, size, rate, events)
        if self.script.lines:
            path = self.folder / "needles.ass"
            path.write_text(self.script.text())
            film.filters = f"ass=filename={path}:fontsdir={self.fonts[0].parent}"
        return film

    def add_scenes(self, film: Film) -> None:
        """Fields that stand still or pass slowly, each for 10 to 40 s."""
        left = film.seconds
        self.fields = []
        while left > 0.01:
            length = min(left, self.rng.uniform(10, 40))
            length = left if left - length < 5 else length
            moving = self.rng.random() < 0.6
            part = self.rng.uniform(1.2, 1.6) if moving else 1.0
            wide, high = round(film.width * part / 2) * 2, round(film.height * part / 2) * 2
            field = field_picture(self.rng, wide, high)
            self.fields.append((film.seconds - left, np.asarray(field, dtype=np.float64)))
            slide = (f",crop={film.width}:{film.height}:(iw-ow)*t/{length:.2f}:(ih-oh)*t/{length:.2f}"
                     if moving else "")
            path = self.save(field)
            film.inputs.append(["-f", "lavfi", "-t", f"{length:.3f}", "-i",
                                f"movie={path}:loop=0,setpts=N/({film.rate:g}*TB){slide}"])
            left -= length

    def look(self, at: float) -> tuple[str, draw.Look]:
        """A colour's name and a look that stands out from the field at a time."""
        rng = self.rng
        field = [f for start, f in self.fields if start <= at][-1]
        for _ in range(40):
            name = rng.choice(sorted(PALETTE))
            fill = rng.choice(PALETTE[name])
            if far_from(fill, field):
                break
        second = fill
        if rng.random() < 0.3:
            second = tuple(round(c * rng.uniform(0.75, 0.9)) for c in fill)
        edge, width = None, 0.0
        if rng.random() < 0.7:
            edge = rng.choice(((0, 0, 0), (255, 255, 255), (90, 90, 90),
                               tuple(round(c * 0.5) for c in fill)))
            width = rng.uniform(1.0, 2.5)
        return name, draw.Look(fill, second, edge, width, rng.choice((0.0, 0.0, 2.0)))

    def add_shapes(self, film: Film, start: float, length: float) -> None:
        rng = self.rng
        many = rng.choices((1, 2), (75, 25))[0]
        for column in range(many):
            colour, look = self.look(start)
            shape = rng.choice(SHAPES)
            radius = film.height * rng.uniform(*self.args.diameter) / 2
            turn = rng.uniform(-0.15, 0.15)
            path = shape_path(shape, rng)
            side = draw.side_of(radius, look)
            low, high = film.width * column / many, film.width * (column + 1) / many
            room = (max(1.0, high - low - side), max(1.0, film.height - side))
            begin = [low + rng.random() * room[0], rng.random() * room[1]]
            finish, direction = list(begin), ""
            if length >= 2.2 * self.step:
                direction = "still" if rng.random() < 0.3 else rng.choice(DIRECTIONS)
            if direction in DIRECTIONS:
                step = DIRECTION_STEPS[DIRECTIONS.index(direction)]
                axis = 0 if step[0] else 1
                edge = (low if axis == 0 else 0.0, (low if axis == 0 else 0.0) + room[axis])
                begin[axis], finish[axis] = edge if step[axis] > 0 else edge[::-1]
            self.put(film, path, radius, turn, look, (start, start + length), begin, finish)
            film.events.append(Event("shape", start, start + length, time_text(start),
                                     (low + room[0] / 2) / film.width, colour, shape, direction))

    def put(self, film, path, radius, turn, look, when, begin, finish) -> None:
        """Lays a shape over the film; its picture's corner goes from `begin` to `finish`."""
        start, end = when
        if self.renderer == "ass":
            side = draw.side_of(radius, look)
            self.script.shape(draw.placed(path, radius, turn, side), look, start, end, begin, finish,
                              self.rng.choice((0, 0, 200)))
            return
        paint = self.qt.shape if self.qt else draw.scan_shape
        ways = [f"{b:.1f}+({(f - b) / (end - start):.3f})*(t-{start:.3f})"
                for b, f in zip(begin, finish)]
        film.overlays.append(Overlay(self.save(paint(path, radius, turn, look)), *ways, start, end))

    def add_card(self, film: Film, start: float, length: float) -> None:
        rng = self.rng
        text = rng.choice(WORDS) if rng.random() < 0.8 else str(rng.randrange(100, 99999))
        text = CASES[rng.choice(self.args.cases)](text)
        font = rng.choice(self.fonts)
        cap = film.height * rng.uniform(0.11, 0.2)
        width = make_suite.needles.text_width(text, font, cap)
        cap *= min(1.0, 0.8 * film.width / width)
        width = make_suite.needles.text_width(text, font, cap)
        dark = rng.random() < 0.75
        paper = tuple(rng.randrange(60) if dark else rng.randrange(200, 256) for _ in range(3))
        ink = tuple(rng.randrange(200, 256) if dark else rng.randrange(50) for _ in range(3))
        full = rng.random() < 0.3
        size = ((film.width, film.height) if full else
                (round(min(film.width, width + 1.6 * cap)), round(min(film.height, 2.6 * cap))))
        x = rng.random() * (film.width - size[0])
        y = rng.random() * (film.height - size[1])
        end = start + length
        if self.renderer == "ass":
            self.script.card(text, font, cap, paper, ink, (x, y, *size), start, end,
                             rng.choice((0, 0, 200)))
        else:
            paint = self.qt.card if self.qt else draw.scan_card
            picture = paint(text, font, cap, paper, ink, size)
            film.overlays.append(Overlay(self.save(picture), f"{x:.1f}", f"{y:.1f}", start, end))
        film.events.append(Event("card", start, end, time_text(start), text=text.upper()))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=120, help="length of a film")
    parser.add_argument("--videos", type=int, default=4, help="per renderer")
    parser.add_argument("--renderers", default=",".join(draw.RENDERERS))
    parser.add_argument("--tasks", default=",".join(TASKS))
    parser.add_argument("--questions", type=int, default=8, help="per film")
    parser.add_argument("--turns", type=int, default=1,
                        help="ask each question again as the last of so many in one conversation")
    parser.add_argument("--events", type=int, help="groups of needles per film")
    parser.add_argument("--cards", type=float, default=0.25, help="share of the groups")
    parser.add_argument("--cases", default="lower,lower,upper,title", help="of the words")
    parser.add_argument("--diameter", default="0.13,0.2", help="of a shape, in picture heights")
    parser.add_argument("--size", default="640x360,480x360,426x240")
    parser.add_argument("--rate", default="25,30,12", help="pictures per second")
    parser.add_argument("--crf", default="20,26,32")
    parser.add_argument("--step", type=float, default=1.0)
    parser.add_argument("--fonts", type=Path, default=Path("/usr/share/fonts"))
    parser.add_argument("--plain", action="store_true", help="no needles at all")
    args = parser.parse_args()
    args.diameter = tuple(float(v) for v in args.diameter.split(","))
    for name in ("renderers", "tasks", "cases", "size", "rate", "crf"):
        setattr(args, name, getattr(args, name).split(","))
    for given, known in ((args.renderers, draw.RENDERERS), (args.cases, CASES),
                         (args.tasks, make_suite.TASKS)):
        if set(given) - set(known):
            parser.error(f"unknown: {', '.join(sorted(set(given) - set(known)))}; "
                         f"known: {', '.join(known)}")
    return args


def main() -> None:
    args = arguments()
    args.out.mkdir(parents=True, exist_ok=True)
    rows, films = [], []
    for renderer in args.renderers:
        for number in range(args.videos):
            rng = random.Random(f"{args.seed}-{renderer}-{number}")
            name = f"foreign-{args.seed}-{renderer}-{number}"
            size = tuple(int(v) for v in rng.choice(args.size).split("x"))
            with tempfile.TemporaryDirectory() as folder:
                maker = ForeignMaker(rng, Path(folder), args.step, args, renderer)
                film = maker.film(name, args.seconds, size, float(rng.choice(args.rate)),
                                  args.events or max(4, round(args.seconds / 16)))
                encode(film, args.out / f"{name}.mp4", "h264", int(rng.choice(args.crf)))
            asked = ask_all(film, rng, args.tasks, args.questions, False)
            asked += in_conversation(asked, rng, args.turns) if args.turns > 1 else []
            rows += [row | {"renderer": renderer} for row in asked]
            films.append({"video": name + ".mp4", "renderer": renderer, "seconds": args.seconds,
                          "events": [asdict(e) for e in film.events]})
            print(f"{name}.mp4: {len(film.events)} needles", file=sys.stderr)
    write_suite(args, rows, films)
    print(f"{len(films)} films, {len(rows)} questions in {args.out}")


if __name__ == "__main__":
    main()
