#!/usr/bin/env python3
"""Every way to choose blocks beside each other on this folder's tasks, at equal densities.

    selectors_ruler.py --program build/release/bin/reelquery --model FOLDER --out DIR --length 8192
                       [--densities 0.1,0.3] [--questions N] [--tasks a,b] [--only NAME,...] [--margin POINTS]
                       [--seconds N] [--mass TASK,...] [-- FLAGS OF reelquery eval]

First each threshold is looked for that keeps a density of the blocks of a few prompts, then all ways are asked the
same questions beside the same dense answers; no row stays dense. One length a folder. Questions of all tasks take
turns, so that a run that is stopped after --seconds has asked something of each; the same command goes on. Prints
Markdown. With --mass no question is asked; what each way keeps of the true attention mass is printed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import pathlib
import shutil
import signal
import subprocess
import sys
import time

import make_ruler
from hops import HOPS
from tasks import TASKS

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "bench"))
from selectors_table import BLIND, TRIED, threshold_for  # noqa: E402

GRID = (0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.97)
# In words of --beside. The first must be XAttention without more than a stride: it is what --mode ab asks.
WAYS = {name: TRIED[name] for name in ("antidiagonal S=16", "antidiagonal S=8", "antidiagonal S=4", "diagonal S=16",
                                       "flexprefill", "vertical-slash", "mean-pooling", "rrattention", "oracle",
                                       "random", "window")} | {"rrattention": "rrattention,stride=16"}
# Prompts of different kinds, by which thresholds are set.
SETTING = ("vt", "pointer_1", "qa_2")


def make_suite(given, folder: pathlib.Path, tasks: list[str], questions: int, seed: int) -> None:
    """A file a question: the deeper it lies the later it is asked."""
    whole = folder.with_name(folder.name + ".new")
    make_ruler.main(["--out", str(whole), "--tokenizer", str(given.model), "--lengths", str(given.length),
                     "--questions", str(questions), "--tasks", ",".join(tasks), "--seed", str(seed)])
    for task in tasks:
        rows = (whole / str(given.length) / task / "validation.jsonl").read_text().splitlines(keepends=True)
        for i, row in enumerate(rows):
            one = folder.joinpath(str(given.length), "q", *i * ["-" * 24], task)
            one.mkdir(parents=True, exist_ok=True)
            (one / "validation.jsonl").write_text(row)
    shutil.rmtree(whole)


def evaluate(given, suite: pathlib.Path, out: pathlib.Path, beside: list[str], ends: float, *more: str) -> None:
    """Runs `reelquery eval` till `ends`; a run that was stopped is no error, what it has answered is in its log."""
    first, *others = beside
    name, *settings = first.split(",")
    if name != "xattention":
        sys.exit("the first way of all is xattention")
    command = [given.program, "eval", "--format", "ruler", "--data", suite, "--out", out, "--mode", "ab",
               *(part for word in settings for part in ("--" + word).split("=")),
               "--dense-last-tokens", 0, "--model", given.model,
               *(word for one in others for word in ("--beside", one)), *more, *given.flags]
    running = subprocess.Popen([str(one) for one in command], stdout=subprocess.DEVNULL)
    try:
        running.wait(timeout=max(1.0, ends - time.time()))
    except subprocess.TimeoutExpired:
        running.send_signal(signal.SIGINT)  # it finishes its question and writes its report
        running.wait()
        return
    if running.returncode:
        sys.exit(running.returncode)


def records(out: pathlib.Path) -> list[dict]:
    with open(out / "answers.jsonl", encoding="utf-8") as log:
        return [json.loads(line) for line in log][1:]


def set_thresholds(given, names: list[str]) -> dict[str, dict[str, str]]:
    """By density and name how each way is called for."""
    grid = [(name, t, f"{WAYS[name]},threshold={t}") for name in names if name not in BLIND for t in GRID]
    suite, out = given.out / "setting", given.out / "setting-answers"
    if not suite.exists():
        make_suite(given, suite, [task for task in SETTING if task in given.tasks] or given.tasks[:2], 1, 77)
    evaluate(given, suite, out, [words for _, _, words in grid], given.ends - 0.6 * given.seconds, "--max-tokens", "1")
    seen: dict[str, list[float]] = {}
    for record in records(out):
        seen.setdefault(record["mode"], []).append(record["density"])
    # Modes stand in the log in the order in which they were asked: dense first.
    order = list(dict.fromkeys(record["mode"] for record in records(out)))[1:]
    density = {words: sum(seen[mode]) / len(seen[mode]) for (_, _, words), mode in zip(grid, order)}
    found: dict[str, dict[str, str]] = {}
    for wanted in given.densities:
        for name in names:
            points = [(t, density[words]) for one, t, words in grid if one == name and words in density]
            if name in BLIND:
                words = f"{WAYS[name]},keep-share={wanted}"
            elif points:
                words = f"{WAYS[name]},threshold={threshold_for(wanted, points)}"
            else:
                print(f"{name} is left out: no time to set its threshold", file=sys.stderr)
                continue
            found.setdefault(str(wanted), {})[name] = words
    return found


def kept_mass(given, chosen: dict[str, dict[str, str]], suite: pathlib.Path, out: pathlib.Path) -> None:
    """What each way keeps of the mass of dense attention, on one prompt of each of given.mass; on the processor."""
    nothing = given.out / "words.pack"
    nothing.write_bytes(b"reelquery pack 2" + bytes(8))  # a film that shows nothing, as eval takes for words alone
    ways = [(wanted, name, words) for wanted, found in chosen.items() for name, words in found.items()]
    figures: dict[str, list[dict]] = json.loads(out.read_text()) if out.exists() else {}
    for task in given.mass:
        if task in figures:
            continue
        (file,) = suite.glob(f"{given.length}/q/{task}/validation.jsonl")
        command = [given.program, "bench", "selectors", nothing, json.loads(file.read_text())["input"],
                   "--model", given.model, "--device", "cpu", "--dense-last-tokens", 0, "--json",
                   *(part for _, _, words in ways for part in ("--try", words))]
        done = subprocess.run([str(one) for one in command], stdout=subprocess.PIPE, text=True)
        if done.returncode:
            sys.exit(done.returncode)
        figures[task] = json.loads(done.stdout)["selectors"]
        out.write_text(json.dumps(figures, indent=1))
    print(f"\nTrue mass kept on the processor, one prompt of {given.length} tokens a task: "
          + ", ".join(figures) + "\n\n| chosen by | density | true mass kept | worst head | choosing |\n|---|---|---|---|---|")
    for i, (_, name, _) in enumerate(ways):
        mean = {key: sum(found[i][key] for found in figures.values()) / len(figures)
                for key in ("density", "kept_true_mass", "worst_head", "selection_s")}
        print(f"| {name} | {100 * mean['density']:.1f} % | {100 * mean['kept_true_mass']:.1f} % | "
              f"{100 * mean['worst_head']:.0f} % | {mean['selection_s']:.2f} s |")


def weights_of(model: pathlib.Path) -> str:
    digest = hashlib.sha256()
    for file in sorted(model.glob("*.safetensors")):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def print_tables(given, chosen: dict[str, dict[str, str]], out: pathlib.Path) -> None:
    summary = json.loads((out / "summary.json").read_text())
    rows = {row["mode"]: row for row in summary["totals"]}
    verdicts = {one["mode"]: one for one in summary["verdicts"]}
    modes = [mode for mode in rows if mode != "dense"]
    names = [(name, wanted) for wanted in chosen for name in chosen[wanted]]
    dense = rows["dense"]
    print(f"\nWeights {weights_of(given.model)}, {given.length} tokens, {dense['total']} questions, margin "
          f"{given.margin:g} points; dense {100 * dense['score']:.1f} "
          f"({100 * dense['score_interval'][0]:.1f} to {100 * dense['score_interval'][1]:.1f}).\n")
    print("| chosen by | threshold, share | density | score (95 %) | difference (90 %) | verdict | choosing "
          "| first token's KL (95 %) |\n" + "|---" * 8 + "|")
    for (name, wanted), mode in zip(names, modes):
        row, verdict = rows[mode], verdicts[mode]
        kl = verdict.get("first_token_kl")
        low, high = row["score_interval"]
        print("| " + " | ".join([
            name, chosen[wanted][name].rsplit("=", 1)[1], f"{100 * row['density']:.1f} %",
            f"{100 * row['score']:.1f} ({100 * low:.1f} to {100 * high:.1f})",
            f"{100 * verdict['difference']:+.1f} ({100 * verdict['bounds'][0]:+.1f} to "
            f"{100 * verdict['bounds'][1]:+.1f})", verdict.get("verdict", "-"),
            f"{row.get('selection_s', 0):.3f} s",
            f"{kl['mean']:.2g} ({kl['interval'][0]:.2g} to {kl['interval'][1]:.2g})" if kl else "-"]) + " |")
    scores: dict[str, dict[str, list[float]]] = {}
    for record in records(out):
        if "score" in record:
            scores.setdefault(record["id"].split("/")[-2], {}).setdefault(record["mode"], []).append(record["score"])
    labels = ["dense"] + [f"{name} {wanted}" for name, wanted in names]
    print("\n| task | n | " + " | ".join(labels) + " |\n" + "|---" * (len(labels) + 2) + "|")
    for task, found in sorted(scores.items()):
        cells = [found.get(mode) for mode in ("dense", *modes)]
        print(f"| {task} | {len(cells[0] or [])} | "
              + " | ".join(f"{100 * sum(one) / len(one):.0f}" if one else "-" for one in cells) + " |")
    for choice in summary.get("choices", []):
        print("\n" + choice["text"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True)
    parser.add_argument("--model", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--length", type=int, default=8192)
    parser.add_argument("--densities", type=lambda text: [float(one) for one in text.split(",")], default=[0.1, 0.3])
    parser.add_argument("--questions", type=int, default=4, help="of each task")
    parser.add_argument("--tasks", default=",".join(TASKS | HOPS), type=lambda text: text.split(","))
    parser.add_argument("--only", default=",".join(WAYS), help="some of: " + ", ".join(WAYS))
    parser.add_argument("--seconds", type=float, default=1e6, help="after which nothing more is asked")
    parser.add_argument("--margin", type=float, default=5, help="percentage points, stated before the run")
    parser.add_argument("--seed", type=int, default=1001)
    parser.add_argument("--chosen", type=pathlib.Path, help="another run's chosen.json: its thresholds")
    parser.add_argument("--mass", type=lambda text: text.split(","), help="tasks: one prompt of each")
    parser.add_argument("flags", nargs="*", help="of reelquery eval, behind --")
    given = parser.parse_args()
    given.ends = time.time() + given.seconds
    given.out.mkdir(parents=True, exist_ok=True)
    kept = given.out / "chosen.json"  # so that a run that was stopped goes on with the same
    if given.chosen and not kept.exists():
        shutil.copyfile(given.chosen, kept)
    if not kept.exists():
        kept.write_text(json.dumps(set_thresholds(given, given.only.split(",")), indent=1))
    chosen = json.loads(kept.read_text())
    suite = given.out / "suite"
    if not suite.exists():
        make_suite(given, suite, given.tasks, given.questions, given.seed)
    if given.mass:
        return kept_mass(given, chosen, suite, given.out / "mass.json")
    beside = [words for found in chosen.values() for words in found.values()]
    evaluate(given, suite, given.out / "answers", beside, given.ends, "--margin", str(given.margin))
    print_tables(given, chosen, given.out / "answers")


if __name__ == "__main__":
    main()
