#!/usr/bin/env python3
"""Makes questions in the form of RULER, in words, of any length.

    make_ruler.py --out DIR --tokenizer FOLDER [--lengths 4096,8192] [--questions N] [--tasks a,b] [--seed N]

Writes DIR/LENGTH/TASK/validation.jsonl with `index, input, outputs, length` a line, as RULER's own scripts do.
A question, the conversation around it and the longest answer together have at most LENGTH tokens of the model in
FOLDER (its tokenizer.model or tokenizer.json); `--tokenizer words` counts words and needs no package. The same
arguments give the same questions.
"""

from __future__ import annotations

import argparse
import json
import pathlib

import lengths
from hops import HOPS
from tasks import TASKS

ALL = TASKS | HOPS


def question(task: str, seed: int, index: int, length: int, count: lengths.Counter) -> dict:
    """One line of a validation.jsonl. Raises ValueError where `length` is too short for the task."""
    make, answer_tokens = ALL[task]
    made = make(f"{seed}/{task}/{index}")
    room = length - answer_tokens - lengths.AROUND
    text = lengths.largest(made.text, lambda one: count(one) <= room, made.least)
    return {"index": index, "input": text, "outputs": made.outputs, "length": count(text) + answer_tokens}


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--tokenizer", required=True, help="a model's folder, or 'words'")
    parser.add_argument("--lengths", default="4096,8192", help="in tokens, one or more")
    parser.add_argument("--questions", type=int, default=10, help="of each task and length")
    parser.add_argument("--tasks", default=",".join(TASKS), help="RULER's 13, or some of them, or of hops.py's: "
                        + ", ".join(HOPS))
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    count = lengths.counter(given.tokenizer)
    for task in given.tasks.split(","):
        if task not in ALL:
            parser.error(f"there is no task {task}; there are {', '.join(ALL)}")
        for length in map(int, given.lengths.split(",")):
            folder = given.out / str(length) / task
            folder.mkdir(parents=True, exist_ok=True)
            with open(folder / "validation.jsonl", "w", encoding="utf-8") as out:
                for index in range(given.questions):
                    try:
                        row = question(task, given.seed, index, length, count)
                    except ValueError as error:
                        parser.error(f"{task} at {length} tokens: {error}")
                    out.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    main()
