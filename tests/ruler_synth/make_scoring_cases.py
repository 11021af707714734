#!/usr/bin/env python3
"""Writes scoring_cases.json: answers to tasks and the scores of scoring.py, to which core/eval is held as well."""

from __future__ import annotations

import json
import pathlib
import random

import scoring
from tasks import TASKS

FILE = pathlib.Path(__file__).resolve().parent / "scoring_cases.json"


def answers(outputs: list[str], rng: random.Random) -> list[str]:
    """Whole, in part, in other cases, with a changed sign, and none."""
    some = outputs[:max(1, len(outputs) // 2)]
    spoilt = [one[:-1] + ("0" if one[-1] != "0" else "1") for one in outputs]
    mixed = rng.sample(outputs, len(outputs))
    return ["They are " + ", ".join(mixed) + ".", " ".join(one.upper() for one in outputs), "\n".join(some).lower(),
            ", ".join(spoilt), ", ".join(some + spoilt[len(some):]), "I do not know.", ""]


def cases() -> list[dict]:
    rows = []
    for task, (make, _) in TASKS.items():
        rng = random.Random(task)
        outputs = make("cases/" + task).outputs
        if task.startswith("qa"):
            outputs = [*outputs, "the " + outputs[0]]  # several that would do
        for answer in answers(outputs, rng):
            rows.append({"task": task, "answer": answer, "outputs": outputs,
                         "score": scoring.score(task, answer, outputs)})
    return rows


def main() -> None:
    FILE.write_text("[\n" + ",\n".join(json.dumps(row) for row in cases()) + "\n]\n")


if __name__ == "__main__":
    main()
