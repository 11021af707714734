#!/usr/bin/env python3
"""Asks films and photographs in which nobody put a needle about needles.

    make_plain_suite.py --out DIR FILE ... [--seconds 40] [--questions 8]

Every right answer says that the thing is not shown. A film is shortened to `--seconds`, a photograph
is panned and zoomed for as long. Same files as make_suite.py writes; needs `ffmpeg`. Look through
the files before: one with a red circle in it has no place here.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from make_suite import Film, ask_all, write_suite

TASKS = ("colour", "shape", "direction", "card", "count", "when", "shown", "list")
PHOTOGRAPHS = (".jpg", ".jpeg", ".png")
RATE = 12


def filters(source: Path, seconds: float, width: int, rng: random.Random) -> list[str]:
    """ffmpeg's input and filter for one source, as wide as asked."""
    even = f"scale={width}:-2,fps={RATE},format=yuv420p"
    if source.suffix.lower() not in PHOTOGRAPHS:
        return ["-t", f"{seconds}", "-i", str(source), "-vf", even]
    part = rng.uniform(0.55, 0.8)  # of the photograph's sides
    left, top = (rng.choice((f"t/{seconds}", f"(1-t/{seconds})")) for _ in range(2))
    # Read and shrunk once, then shown again and again.
    still = f"scale={2 * width}:-2,loop=loop=-1:size=1,setpts=N/({RATE}*TB)"
    pan = f"crop=iw*{part:.3f}:ih*{part:.3f}:(iw-ow)*{left}:(ih-oh)*{top}"
    return ["-i", str(source), "-t", f"{seconds}", "-vf", f"{still},{pan},{even}"]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=40, help="of a film at most")
    parser.add_argument("--questions", type=int, default=8, help="per film")
    parser.add_argument("--width", type=int, default=426)
    return parser.parse_args()


def main() -> None:
    args = arguments()
    args.out.mkdir(parents=True, exist_ok=True)
    rows, films = [], []
    for number, source in enumerate(args.files):
        rng = random.Random(f"{args.seed}-{number}")
        name = f"plain-{args.seed}-{number}"
        command = ["ffmpeg", "-v", "error", "-y", *filters(source, args.seconds, args.width, rng),
                   "-an", "-c:v", "libx264", "-crf", "23", str(args.out / f"{name}.mp4")]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"ffmpeg failed on {source}: {done.stderr.strip()[-400:]}")
        film = Film(name, args.seconds, args.width, 0, RATE)
        rows += [row | {"renderer": "none", "source": source.name}
                 for row in ask_all(film, rng, list(TASKS), args.questions, False)]
        films.append({"video": f"{name}.mp4", "source": source.name,
                      "events": [asdict(e) for e in film.events]})
        print(f"{name}.mp4: {source.name}", file=sys.stderr)
    args.files = [source.name for source in args.files]
    write_suite(args, rows, films)
    print(f"{len(films)} films, {len(rows)} questions in {args.out}")


if __name__ == "__main__":
    main()
