"""Films of a suite as pictures in one file, asked on a machine that has no FFmpeg.

    packed.py pack FILE.npz SUITE ... [--step 1.0] [--tokens 40]
    packed.py ask FILE.npz [--weights FOLDER] [--device cuda] [--orders N] [--out FILE] [--seconds N]

A SUITE is a folder with questions.jsonl or a file like resources/samples/needles-10min.json. `pack`
writes what the model would see of each film (JPEG, 4:4:4, quality 96) and its questions; `ask`
answers them one by one and, film by film, in one conversation in `--orders` random orders, and prints
the share of right answers by renderer and task.
"""

from __future__ import annotations

import argparse
import io
import json
import math
import random
import subprocess
import time
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch
from PIL import Image

import paths
import scoring
from answer import Answerer, converse, frames_of


def seen_size(video: Path, tokens: int = 40) -> tuple[int, int]:
    """Height and width at which the program shows a film with that many tokens a pair."""
    probe = ["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries",
             "stream=width,height", "-of", "csv=p=0", str(video)]
    w, h = (int(x) for x in subprocess.run(probe, check=True, capture_output=True,
                                           text=True).stdout.strip().split(",")[:2])
    shrink = max(1.0, math.sqrt(h * w / (tokens * 784)))
    return 28 * int(h / shrink / 28), 28 * int(w / shrink / 28)


def questions_of(suite: Path) -> tuple[Path, list[dict]]:
    """The folder of the films and the rows of a suite, or of a sample with its questions."""
    if suite.is_dir():
        return suite, [json.loads(line) for line in (suite / "questions.jsonl").open()]
    sample = json.loads(suite.read_text())
    return suite.parent, [
        {"id": f"{suite.stem}-{i}", "video": sample["video"], "before": [], "renderer": "sample"} | row
        for i, row in enumerate(sample["questions"])]


def pack(args) -> None:
    films, rows, jpegs = [], [], []
    for suite in args.suites:
        folder, found = questions_of(suite)
        for video in dict.fromkeys(row["video"] for row in found):
            height, width = seen_size(folder / video, args.tokens)
            pictures = frames_of(folder / video, args.step, height, width)
            films.append((video, len(jpegs), len(pictures)))
            for picture in pictures:
                out = io.BytesIO()
                Image.fromarray(picture.permute(1, 2, 0).numpy()).save(
                    out, "JPEG", quality=96, subsampling=0)
                jpegs.append(out.getvalue())
        rows += [row | {"renderer": row.get("renderer", "own")} for row in found]
    np.savez(args.file, jpeg=np.frombuffer(b"".join(jpegs), np.uint8),
             sizes=np.array([len(j) for j in jpegs]), step=args.step,
             films=json.dumps(films), questions=json.dumps(rows))
    print(f"{len(films)} films, {len(rows)} questions, {args.file.stat().st_size / 1e6:.1f} MB")


class Packed:
    """The films and questions of a file that `pack` wrote."""

    def __init__(self, file: Path):
        with np.load(file) as data:
            self.jpeg, self.ends = data["jpeg"].tobytes(), np.cumsum(data["sizes"])
            self.films = json.loads(str(data["films"]))
            self.rows = json.loads(str(data["questions"]))
            self.step = float(data["step"])

    def pictures(self, first: int, count: int) -> torch.Tensor:
        """u8 [count, 3, height, width]."""
        starts = np.concatenate(([0], self.ends))
        out = [np.asarray(Image.open(io.BytesIO(self.jpeg[starts[i]:starts[i + 1]])))
               for i in range(first, first + count)]
        return torch.from_numpy(np.stack(out)).permute(0, 3, 1, 2).contiguous()


def ask(args) -> None:
    packed, rng = Packed(args.file), random.Random(args.seed)
    answerer = Answerer(args.weights, args.device)
    table: dict = defaultdict(lambda: [0, 0])
    results, end = [], time.time() + args.seconds
    for video, first, count in packed.films:
        if time.time() > end:
            print("out of time: the rest of the films was not asked")
            break
        answerer.watch(packed.pictures(first, count), packed.step)
        rows = [row for row in packed.rows if row["video"] == video]
        answers = [(None, row, answerer.ask(row["question"], row["before"])) for row in rows]
        order = [row for row in rows if not row["before"]]
        for _ in range(args.orders):
            rng.shuffle(order)
            said = converse(answerer, [row["question"] for row in order])
            answers += [(turn, *pair) for turn, pair in enumerate(zip(order, said))]
        for turn, row, text in answers:
            right = scoring.right(row["task"], text, row["answer"], 2 * packed.step)
            way = "alone" if turn is None else "conversation"
            late = [f"turn {turn // 4 * 4 + 1}-{turn // 4 * 4 + 4}"] if turn is not None else []
            for what in (row["task"], "all", *late):
                table[way, row["renderer"], what][0] += right
                table[way, row["renderer"], what][1] += 1
            results.append(row | {"got": text, "right": right, "turn": turn})
    for (way, renderer, task), (good, n) in sorted(table.items()):
        print(f"{way:13s} {renderer:6s} {task:10s} {good:4d}/{n:<4d} {good / n:.3f}")
    if args.out:
        args.out.write_text("".join(json.dumps(r) + "\n" for r in results))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("pack", "ask"))
    parser.add_argument("file", type=Path)
    parser.add_argument("suites", type=Path, nargs="*")
    parser.add_argument("--step", type=float, default=1.0)
    parser.add_argument("--tokens", type=int, default=40, help="of a frame pair, at most")
    parser.add_argument("--weights", type=Path, default=paths.MODEL_DIR)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--orders", type=int, default=1, help="conversations about each film")
    parser.add_argument("--seconds", type=float, default=1e9, help="starts no film after that")
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    {"pack": pack, "ask": ask}[args.what](args)


if __name__ == "__main__":
    main()
