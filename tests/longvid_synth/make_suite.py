"""Makes longvid-synth: real encoded videos with needles at known times, and questions about them.

    make_suite.py --out DIR [--seed N] [--lengths 60,480] [--videos N] [--tasks colour,when,...]
                  [--questions N] [--events N] [--cards SHARE] [--size 320x180] [--rate 12]
                  [--codec h264|hevc] [--crf 26] [--step SECONDS]
                  [--haystacks train|held-out|NAME,...|FILE,...] [--circular]

Writes DIR/*.mp4, DIR/questions.jsonl and DIR/suite.json. Every needle shows for at least 1.6 steps,
where --step is the distance of the pictures the program under test will sample (default 1 s). With
the tasks `said` and `said_when` every video gets an .srt file beside it, which alone holds their answers;
their rows carry `answer_without_subtitles` too. The tasks `retrieval`, `ordering` and `counting` are asked in
the manner of VNBench: four options, in all four orders, right only if all four are.
Needs the `ffmpeg` command. The same arguments give the same questions and pictures.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path

import needles
import wordings
from drawing import COLOURS, DIRECTION_STEPS, DIRECTIONS, SHAPES
from haystack import HELD_OUT_SOURCES, TRAIN_SOURCES, drawn_scene, footage, lavfi
from questions import CHOICES, Asker, Event, Turn, time_text
from speech import Speech, make_speech, srt
from words import card_text

SAID_TASKS = ("said", "said_when")
CARD_SHARE = 0.2  # of the groups of needles, how many are a card
TASKS = tuple(t for t in wordings.TASKS if t not in SAID_TASKS) + ("follow", "letter")


@dataclass
class Overlay:
    """A picture laid over the haystack while `start` <= t < `end`; x, y are FFmpeg expressions."""

    file: str
    x: str
    y: str
    start: float
    end: float


@dataclass
class Film:
    """Everything that makes one video."""

    name: str
    seconds: float
    width: int
    height: int
    rate: float
    inputs: list[list[str]] = field(default_factory=list)  # ffmpeg input arguments per scene
    overlays: list[Overlay] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    speech: Speech = field(default_factory=Speech)
    filters: str = ""  # FFmpeg filters for the film with its overlays


class FilmMaker:
    def __init__(self, rng: random.Random, folder: Path, step: float, sources: list[str],
                 cards: float = CARD_SHARE):
        self.rng, self.folder, self.step, self.sources = rng, folder, step, sources
        self.cards = cards
        self.fonts = needles.fonts()
        self.files = 0

    def speak(self, film: Film) -> None:
        """A line every 6 to 16 seconds; one in three states a fact."""
        starts, at = [], self.rng.uniform(0.5, 4)
        while at < film.seconds - 3:
            starts.append(at)
            at += self.rng.uniform(6, 16)
        film.speech = make_speech(self.rng, starts, max(1, len(starts) // 3), held_out=True)

    def save(self, image) -> str:
        self.files += 1
        path = self.folder / f"needle{self.files:04d}.png"
        image.save(path)
        return str(path)

    def film(self, name: str, seconds: float, size: tuple[int, int], rate: float,
             events: int | None) -> Film:
        film = Film(name, seconds, *size, rate)
        self.add_scenes(film)
        count = events or min(9, max(2, round(seconds / 45)))
        # Needles stand in equal slots with a margin, so that none overlap.
        slot = seconds / count
        for i in range(count):
            longest = min(max(4.0, 3.5 * self.step), slot - 2 * self.step)
            shortest = min(1.6 * self.step, longest)
            length = self.rng.uniform(shortest, longest)
            start = i * slot + self.rng.uniform(0.2, max(0.2, slot - length - self.step))
            if self.rng.random() < self.cards:
                self.add_card(film, start, length)
            else:
                self.add_shapes(film, start, length)
        return film

    def add_scenes(self, film: Film) -> None:
        left = film.seconds
        while left > 0.01:
            length = min(left, self.rng.uniform(15, 120))
            if left - length < 5:
                length = left
            source = self.rng.choice(self.sources)
            if source.startswith("drawn") and not is_file(source):
                still = drawn_scene(self.rng, film.width, film.height, source.endswith("held_out"))
                film.inputs.append(["-loop", "1", "-framerate", f"{film.rate:g}", "-t",
                                    f"{length:.3f}", "-i", self.save(still)])
            else:
                make = footage if is_file(source) else lavfi
                film.inputs.append(["-f", "lavfi", "-t", f"{length:.3f}", "-i",
                                    make(source, self.rng, film.width, film.height, film.rate)])
            left -= length

    def add_shapes(self, film: Film, start: float, length: float) -> None:
        rng, small = self.rng, min(film.width, film.height)
        many = rng.choices((1, 2, 3), (70, 20, 10))[0]
        for column in range(many):
            radius = small * rng.uniform(0.13, 0.32 if many == 1 else 0.24)
            colour, shape = rng.choice(list(COLOURS)), rng.choice(SHAPES)
            picture = needles.shape_picture(shape, COLOURS[colour], radius, rng.uniform(-0.2, 0.2))
            side = picture.width
            lo, hi = film.width * column / many, film.width * (column + 1) / many
            x_room, y_room = max(1.0, hi - lo - side), max(1.0, film.height - side)
            x, y = lo + rng.random() * x_room, rng.random() * y_room
            x_text, y_text = f"{x:.1f}", f"{y:.1f}"
            direction = ""
            if length >= 2.2 * self.step:
                # Only where there is room for a movement that can be seen.
                ways = [d for d, step in zip(DIRECTIONS, DIRECTION_STEPS)
                        if (x_room if step[0] else y_room) >= 0.12 * small]
                direction = "still" if rng.random() < 0.3 or not ways else rng.choice(ways)
            if direction in DIRECTIONS:
                across = direction in ("left", "right")
                room = x_room if across else y_room
                begin = (lo if across else 0.0) + (
                    room if sum(DIRECTION_STEPS[DIRECTIONS.index(direction)]) < 0 else 0.0)
                speed = room / length * sum(DIRECTION_STEPS[DIRECTIONS.index(direction)])
                path = f"{begin:.1f}+({speed:.3f})*(t-{start:.3f})"
                x_text, y_text = (path, y_text) if across else (x_text, path)
            film.overlays.append(Overlay(self.save(picture), x_text, y_text, start, start + length))
            film.events.append(Event("shape", start, start + length, time_text(start),
                                     (lo + x_room / 2) / film.width, colour, shape, direction))

    def add_card(self, film: Film, start: float, length: float) -> None:
        rng = self.rng
        text = card_text(rng, 8 if film.width / film.height > 1.4 else 6, held_out=True)
        font = rng.choice(self.fonts)
        cap = film.height * rng.uniform(0.14, 0.3)
        width = needles.text_width(text, font, cap)
        least, most = 0.085 * film.width * len(text), 0.86 * film.width
        cap *= min(max(width, min(least, most)), most) / width
        dark = rng.random() < 0.5
        paper = tuple(rng.randrange(70) if dark else rng.randrange(185, 256) for _ in range(3))
        ink = tuple(rng.randrange(190, 256) if dark else rng.randrange(60) for _ in range(3))
        size = (film.width, film.height) if rng.random() < 0.4 else None
        picture = needles.card_picture(text, font, cap, paper, ink, cap * 0.35, size)
        x = rng.random() * max(0, film.width - picture.width)
        y = rng.random() * max(0, film.height - picture.height)
        film.overlays.append(Overlay(self.save(picture), f"{x:.1f}", f"{y:.1f}", start,
                                     start + length))
        film.events.append(Event("card", start, start + length, time_text(start), text=text))


def encode(film: Film, target: Path, codec: str, crf: int) -> None:
    """Runs the ffmpeg command; raises SystemExit with its message if it fails."""
    command = ["ffmpeg", "-v", "error", "-y"]
    for arguments in film.inputs:
        command += arguments
    for overlay in film.overlays:
        command += ["-i", overlay.file]
    scenes = len(film.inputs)
    graph = [f"[{i}:v]scale={film.width}:{film.height},setsar=1,fps={film.rate:g},"
             f"format=yuv444p[s{i}]" for i in range(scenes)]
    graph.append("".join(f"[s{i}]" for i in range(scenes)) + f"concat=n={scenes}[v0]")
    for i, o in enumerate(film.overlays):
        graph.append(f"[v{i}][{scenes + i}:v]overlay=x='{o.x}':y='{o.y}':format=yuv444:"
                     f"enable='gte(t,{o.start:.3f})*lt(t,{o.end:.3f})'[v{i + 1}]")
    last = f"v{len(film.overlays)}"
    if film.filters:
        graph.append(f"[{last}]{film.filters}[drawn]")
        last = "drawn"
    encoder = {"h264": ["libx264", "-preset", "veryfast"],
               "hevc": ["libx265", "-preset", "veryfast", "-x265-params", "log-level=error",
                        "-tag:v", "hvc1"]}[codec]
    command += ["-filter_complex", ";".join(graph), "-map", f"[{last}]",
                "-t", f"{film.seconds:.3f}", "-c:v", *encoder, "-crf", str(crf), "-pix_fmt",
                "yuv420p", "-g", "120", "-map_metadata", "-1", "-movflags", "+faststart",
                str(target)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"ffmpeg failed on {target.name}: {done.stderr.strip()[-400:]}")


def rows_of(film: Film, asker: Asker, turns: list[Turn], number: int, wording: str) -> dict:
    last = turns[-1]
    event = asker.events[last.event] if last.event >= 0 else None
    unheard = {}
    if last.task in SAID_TASKS:
        topic = next((f.topic for f in film.speech.facts if f.topic in last.question), "")
        unheard["answer_without_subtitles"] = (
            f"The {topic} is not shown." if topic else last.plain_answer)
    return {"id": f"{film.name}-{number:03d}", "video": film.name + ".mp4", "task": last.task,
            "question": last.question, "options": last.options, "answer": last.plain_answer,
            "interval": [round(event.start, 3), round(event.end, 3)] if event else None,
            "before": [{"question": t.question, "answer": t.plain_answer} for t in turns[:-1]],
            "wording": wording, "seconds": film.seconds} | unheard


def ask_all(film: Film, rng: random.Random, tasks: list[str], count: int,
            circular: bool) -> list[dict]:
    """Questions in turn over the tasks, half of them in held-out wordings."""
    rows, seen = [], set()
    for i in range(count * 8):
        if len(rows) >= count:
            break
        held_out = bool(rng.getrandbits(1))
        asker = Asker(film.events, rng, held_out, film.speech)
        turns = asker.ask(tasks[i % len(tasks)])
        if not turns or turns[-1].question in seen:
            continue
        seen.add(turns[-1].question)
        wording = "held-out" if held_out else "train"
        row = rows_of(film, asker, turns, len(rows), wording)
        if not (circular and row["task"] == "letter" or row["task"] in CHOICES):
            rows.append(row)
            continue
        options = row["options"]
        for shift in range(4):
            turned = options[shift:] + options[:shift]
            place = turned.index(options["ABCD".index(row["answer"])])
            body = row["question"].splitlines()
            body[1:5] = [f"{letter}. {text}" for letter, text in zip("ABCD", turned)]
            rows.append(row | {"id": f"{row['id']}{'abcd'[shift]}", "circle": row["id"],
                               "question": "\n".join(body), "options": turned,
                               "answer": "ABCD"[place]})
    return rows


def in_conversation(rows: list[dict], rng: random.Random, turns: int) -> list[dict]:
    """Each of a film's rows again as the last of `turns` turns: in front stand others of the rows, in
    random order and rightly answered. Rows that follow an earlier turn themselves are left out."""
    alone = [row for row in rows if not row["before"]]
    out = []
    for row in alone:
        others = [r for r in alone if r["question"] != row["question"]]
        others = rng.sample(others, min(turns - 1, len(others)))
        before = [{"question": r["question"], "answer": r["answer"]} for r in others]
        out.append(row | {"id": f"{row['id']}-turn{len(before) + 1}", "before": before,
                          "turn": len(before) + 1})
    return out


def is_file(source: str) -> bool:
    """Whether a haystack is somebody's own video: names of sources have no slash."""
    return "/" in source


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--lengths", default="60,480", help="seconds of a video, one or more")
    parser.add_argument("--videos", type=int, default=1, help="per length")
    parser.add_argument("--events", type=int, help="groups of needles per video")
    parser.add_argument("--cards", type=float, default=CARD_SHARE,
                        help="share of the groups that are a card")
    parser.add_argument("--tasks", default=",".join(TASKS))
    parser.add_argument("--questions", type=int, default=30, help="per video")
    parser.add_argument("--turns", type=int, default=1,
                        help="ask each question again as the last of so many in one conversation")
    parser.add_argument("--size", default="320x180")
    parser.add_argument("--rate", type=float, default=12.0, help="pictures per second")
    parser.add_argument("--codec", choices=("h264", "hevc"), default="h264")
    parser.add_argument("--crf", type=int, default=26)
    parser.add_argument("--step", type=float, default=1.0)
    parser.add_argument("--haystacks", default="train",
                        help="train, held-out, names of sources (see haystack.py), or paths of "
                             "your own videos, with a / in them")
    parser.add_argument("--circular", action="store_true", help="letters in all 4 option orders")
    args = parser.parse_args()
    args.tasks = args.tasks.split(",")
    known = {"train": TRAIN_SOURCES, "held-out": HELD_OUT_SOURCES}
    args.sources = list(known.get(args.haystacks, args.haystacks.split(",")))
    bad = {s for s in args.sources if not (Path(s).is_file() if is_file(s) else
                                           s in (*TRAIN_SOURCES, *HELD_OUT_SOURCES))}
    if bad:
        parser.error(f"no such haystack: {', '.join(sorted(bad))}")
    unknown = set(args.tasks) - set(TASKS) - set(SAID_TASKS) - set(CHOICES)
    if unknown:
        parser.error(f"no such task: {', '.join(sorted(unknown))}; "
                     f"tasks: {', '.join((*TASKS, *SAID_TASKS, *CHOICES))}")
    return args


def write_suite(args: argparse.Namespace, rows: list[dict], films: list[dict]) -> None:
    """questions.jsonl, and suite.json with how it was made."""
    with (args.out / "questions.jsonl").open("w") as out:
        out.writelines(json.dumps(row) + "\n" for row in rows)
    settings = {k: str(v) if isinstance(v, Path) else v for k, v in vars(args).items()}
    (args.out / "suite.json").write_text(
        json.dumps({"settings": settings, "films": films}, indent=1) + "\n")


def main() -> None:
    args = arguments()
    args.out.mkdir(parents=True, exist_ok=True)
    size = tuple(int(v) for v in args.size.split("x"))
    rows = []
    films = []
    for seconds in (float(v) for v in args.lengths.split(",")):
        for number in range(args.videos):
            rng = random.Random(f"{args.seed}-{seconds}-{number}")
            name = f"synth-{args.seed}-{seconds:g}s-{number}"
            with tempfile.TemporaryDirectory() as folder:
                maker = FilmMaker(rng, Path(folder), args.step, args.sources, args.cards)
                film = maker.film(name, seconds, size, args.rate, args.events)
                if set(args.tasks) & set(SAID_TASKS):
                    maker.speak(film)
                    (args.out / f"{name}.srt").write_text(srt(film.speech))
                encode(film, args.out / f"{name}.mp4", args.codec, args.crf)
            asked = ask_all(film, rng, args.tasks, args.questions, args.circular)
            rows += asked + (in_conversation(asked, rng, args.turns) if args.turns > 1 else [])
            films.append({"video": name + ".mp4", "seconds": seconds,
                          "events": [asdict(e) for e in film.events]})
            print(f"{name}.mp4: {len(film.events)} needles", file=sys.stderr)
    write_suite(args, rows, films)
    print(f"{len(films)} videos, {len(rows)} questions in {args.out}")


if __name__ == "__main__":
    main()
