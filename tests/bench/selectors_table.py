#!/usr/bin/env python3
"""Every way to choose blocks beside each other at about one density, on a longvid-synth suite: what it keeps of the
true attention mass, what choosing takes, how many answers are right, and what that shows.

    selectors_table.py --program build/release/bin/reelquery --suite DIR --out DIR [--density 0.3] [--model FOLDER]
                       [--margin POINTS] [--questions N] [--only NAME,...] [-- FLAGS OF reelquery]

First each threshold is looked for that keeps --density of the blocks of the suite's first film (`bench selectors`, read
densely), then all are asked the suite's questions beside the same dense answers (`eval --mode ab --beside`). A run that
was killed goes on with the same command. Prints Markdown, and names the weights by the first digits of their SHA-256.
"""

from __future__ import annotations

import argparse
import datetime
import hashlib
import json
import pathlib
import platform
import subprocess
import sys

GRID = (0.2, 0.4, 0.6, 0.8, 0.95)
# In words of --try and --beside. What needs no threshold takes the density itself.
TRIED = {"antidiagonal S=4": "xattention,stride=4", "antidiagonal S=8": "xattention,stride=8",
         "antidiagonal S=16": "xattention,stride=16", "diagonal S=16": "xattention,stride=16,score-pattern=diagonal",
         "random sums S=16": "xattention,stride=16,score-pattern=random", "flexprefill": "flexprefill",
         "vertical-slash": "vertical-slash", "mean-pooling": "mean-pooling", "rrattention": "rrattention",
         "oracle": "oracle", "random": "random", "window": "window"}
BLIND = ("random", "window")


def run(command: list) -> str:
    done = subprocess.run([str(one) for one in command], stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(done.returncode)
    return done.stdout


def tried_on(given, words: list[str]) -> list[dict]:
    """What `bench selectors` finds on the suite's first question."""
    with open(given.suite / "questions.jsonl", encoding="utf-8") as rows:
        first = json.loads(rows.readline())
    flags = [flag for one in words for flag in ("--try", one)]
    found = json.loads(run([given.program, "bench", "selectors", given.suite / first["video"], first["question"],
                            *flags, "--json", *model_flags(given), *given.flags]))
    return found["selectors"]


def model_flags(given) -> list:
    return ["--model", given.model] if given.model else []


def threshold_for(density: float, points: list[tuple[float, float]]) -> float:
    """Between the two of the (threshold, density) points that lie around the density, in a straight line; the
    nearest one where all lie to one side."""
    points = sorted(points)
    for (t0, d0), (t1, d1) in zip(points, points[1:]):
        if d0 <= density <= d1 and d1 > d0:
            return round(t0 + (t1 - t0) * (density - d0) / (d1 - d0), 3)
    return min(points, key=lambda point: abs(point[1] - density))[0]


def words_at(given, names: list[str]) -> dict[str, str]:
    """Each way with the threshold (or share) that keeps about the density."""
    grid = {name: [f"{TRIED[name]},threshold={t}" for t in GRID] for name in names if name not in BLIND}
    found = iter(tried_on(given, [one for several in grid.values() for one in several]))
    chosen = {}
    for name, several in grid.items():
        points = [(t, next(found)["density"]) for t in GRID]
        chosen[name] = f"{TRIED[name]},threshold={threshold_for(given.density, points)}"
    return {name: chosen.get(name, f"{TRIED[name]},keep-share={given.density}") for name in names}


def weights_of(model: pathlib.Path) -> str:
    digest = hashlib.sha256()
    for file in sorted(model.glob("*.safetensors")):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def line(name: str, words: str, kept: dict, row: dict, verdict: dict) -> str:
    kl = verdict.get("first_token_kl")
    low, high = verdict["bounds"]
    return "| " + " | ".join([
        name, words.rsplit("=", 1)[1], f"{100 * kept['density']:.0f} %", f"{100 * kept['kept_true_mass']:.1f} %",
        f"{100 * kept['worst_head']:.0f} %", f"{kept['selection_s']:.2f} s", f"{100 * row['density']:.0f} %",
        f"{row['correct']} / {row['total']}",
        f"{100 * verdict['difference']:+.1f} ({100 * low:+.1f} to {100 * high:+.1f})", verdict.get("verdict", "-"),
        f"{kl['mean']:.2g} ({kl['interval'][0]:.2g} to {kl['interval'][1]:.2g})" if kl else "-"]) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=pathlib.Path, required=True)
    parser.add_argument("--suite", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--model", type=pathlib.Path)
    parser.add_argument("--density", type=float, default=0.3)
    parser.add_argument("--margin", type=float, default=1, help="percentage points, stated before the run")
    parser.add_argument("--questions", type=int, help="at most so many, the first of every film in turn")
    parser.add_argument("--only", default=",".join(TRIED), help="some of: " + ", ".join(TRIED))
    parser.add_argument("flags", nargs="*", help="of reelquery, behind --")
    given = parser.parse_args()
    names = [name.strip() for name in given.only.split(",")]
    given.out.mkdir(parents=True, exist_ok=True)
    chosen = given.out / "chosen.json"  # kept, so that a run that was killed goes on with the same
    if not chosen.exists():
        words = words_at(given, names)
        kept = dict(zip(names, tried_on(given, list(words.values()))))
        chosen.write_text(json.dumps({"words": words, "kept": kept}, indent=1))
    words, kept = (json.loads(chosen.read_text())[key] for key in ("words", "kept"))
    beside = [flag for name in names for flag in ("--beside", words[name])]
    limit = ["--limit", given.questions] if given.questions else []
    run([given.program, "eval", "--suite", given.suite, "--out", given.out / "answers", "--mode", "ab", "--margin",
         given.margin, *beside, *limit, *model_flags(given), *given.flags])
    summary = json.loads((given.out / "answers" / "summary.json").read_text())
    rows = {row["mode"]: row for row in summary["totals"]}
    verdicts = {one["mode"]: one for one in summary["verdicts"] if one["length"] == "all"}
    dense = rows["dense"]
    model = given.model or pathlib.Path(summary["settings"]["model"])
    films = next(iter(verdicts.values()))["films"]
    print(f"\nWeights {weights_of(model)}, {datetime.date.today()}, {platform.machine()}; {films} films, "
          f"{dense['total']} questions, {dense['video_tokens']} video tokens (median); dense {dense['correct']} of "
          f"{dense['total']}; margin {given.margin:g} points.\n")
    print("| chosen by | threshold, share | density, one film | true mass kept | worst head | choosing | density, all | "
          "right | difference (90 %) | verdict | first token's KL (95 %) |\n|" + "---|" * 11)
    for name in names:
        print(line(name, words[name], kept[name], rows[words[name]], verdicts[words[name]]))
    for choice in summary["choices"]:
        if choice["length"] == "all":
            print("\n" + choice["text"])


if __name__ == "__main__":
    main()
