#!/usr/bin/env python3
"""Asks a model RULER's tasks, dense and sparse, and prints the table of the README.

    compare_ruler.py --program build/release/bin/reelquery --model FOLDER --out DIR [--lengths 4096,8192]
                     [--questions N] [--margin POINTS] [-- FLAGS OF reelquery eval]

A run that was killed goes on with the same command. Scores are percent, means over the tasks; intervals hold 95 %.
"""

from __future__ import annotations

import argparse
import json
import pathlib
import subprocess
import sys

import make_ruler


def share(figure: float) -> str:
    return f"{100 * figure:.1f}"


def table(summary: dict) -> str:
    """Markdown: one line a length and mode, with the pair's difference and the first token's divergence."""
    lines = ["| length | mode | score (95 %) | density | difference from dense (90 %) | verdict | first token's KL, mean "
             "(95 %) |", "|---|---|---|---|---|---|---|"]
    verdicts = {(one["length"], one["mode"]): one for one in summary["verdicts"]}
    lengths = {row["length"] for row in summary["rows"]}
    for row in (row for row in summary["rows"] if row["task"] == "all"):
        # Where there is one length its verdict is that of all.
        found = verdicts.get((row["length"] if len(lengths) > 1 else "all", row["mode"]))
        low, high = row["score_interval"]
        cells = [row["length"], row["mode"], f"{share(row['score'])} ({share(low)} to {share(high)}), "
                 f"n {row['total']}", f"{share(row['density'])} %" if row["mode"] != "dense" else ""]
        if found:
            kl = found.get("first_token_kl")
            cells += [f"{100 * found['difference']:+.1f} ({100 * found['bounds'][0]:+.1f} to "
                      f"{100 * found['bounds'][1]:+.1f})", found.get("verdict", "-"),
                      f"{kl['mean']:.3g} ({kl['interval'][0]:.3g} to {kl['interval'][1]:.3g})" if kl else "-"]
        else:
            cells += ["", "", ""]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def by_task(summary: dict) -> str:
    """Markdown: scores by task, all lengths together, a column a mode."""
    tasks: dict[str, dict[str, list]] = {}
    for row in (row for row in summary["rows"] if row["task"] != "all"):
        tasks.setdefault(row["task"], {}).setdefault(row["mode"], []).append((row["score"] * row["total"], row["total"]))
    modes = [row["mode"] for row in summary["totals"]]
    lines = ["| task | n | " + " | ".join(modes) + " |", "|---|---|" + "---|" * len(modes)]
    for task, found in tasks.items():
        sums = [tuple(map(sum, zip(*found.get(mode, [(0, 0)])))) for mode in modes]
        lines.append(f"| {task} | {sums[0][1]} | " + " | ".join(share(a / b) if b else "-" for a, b in sums) + " |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--lengths", default="4096,8192")
    parser.add_argument("--questions", type=int, default=4)
    parser.add_argument("--margin", type=float, default=1)
    parser.add_argument("--preset", default="xattention-ruler")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("flags", nargs="*", help="of reelquery eval, behind --")
    given = parser.parse_args()
    suite = given.out / f"suite-{given.seed}-{given.questions}-{given.lengths.replace(',', '-')}"
    if not suite.exists():
        make_ruler.main(["--out", str(suite), "--tokenizer", given.model, "--lengths", given.lengths, "--questions",
                         str(given.questions), "--seed", str(given.seed)])
    answers = given.out / "answers"
    done = subprocess.run([given.program, "eval", "--format", "ruler", "--data", str(suite), "--out", str(answers),
                           "--mode", "ab", "--preset", given.preset, "--margin", str(given.margin), "--model",
                           given.model, *given.flags])
    if done.returncode != 0:
        sys.exit(done.returncode)
    summary = json.loads((answers / "summary.json").read_text())
    print(f"\nmean over the tasks: {summary['task_mean']}\n\n{table(summary)}\n\n{by_task(summary)}")


if __name__ == "__main__":
    main()
