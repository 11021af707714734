"""Writes scoring_cases.json: answers and how scoring.py judges them.

The program scores in C++ (core/eval); its tests and test_scoring.py hold both to this file. Run it
again, and read the difference, when a rule changes.
"""

from __future__ import annotations

import json
import random
from pathlib import Path

import scoring
import wordings
from questions import Asker, Event, Turn
from speech import Fact, Line, Speech

TARGET = Path(__file__).resolve().parent / "scoring_cases.json"
PER_TASK = 26

# Answers as people and models write them, beside the forms that the training taught.
LOOSE = {
    "colour": ["red", "It is RED.", "blue, not red", "The cirle is greenish", "not visible", ""],
    "shape": ["a star", "A ring of hearts", "The red shape is a Cross.", "crosses", "stars"],
    "card": ['"river"', "RIVER", 'It says "RIVER', 'The card says "A1 B2".', '""', 'Nothing.'],
    "direction": ["left", "It does not move.", "It is not moving", "upwards", "up and left", "stays still"],
    "count": ["3", "three", "There are 03 circles at 1:05.", "None", "no circles", "Ten!", "zero", "",
              "At 0:05, 3:20: 2 circles appear.", "At 0:05 and 3:20.", "0:05, 3:20: two",
              "Twice, at 3:20, 2"],
    "first": ["red circle", "The circle", "A red  circle", "the Card comes first", "nothing"],
    "last": ["A blue circle, then a card", "The card."],
    "order": ["The order is red circle at 0:05, card at 2:10.", "red circle, card",
              "card red circle", "The order is card.", ""],
    "when": ["1:05", "65", "at 01:05", "1:5", "12345:00", "1:65", "11:05", "x1:05", "0:59 or 1:05",
             "The star is not shown."],
    "at": ["A red circle appears at 1:05.", "Nothing appears at 1:05.", "A red thing"],
    "between": ["A card appears.", "At 2:10 a card appears.", "nothing"],
    "shown": ["Yes", "yes, it is", "No.", '"No"', "Yesterday", "not shown", "- no",
              "A red circle is not shown.", "The red circle appears at 0:05.", "It is shown.",
              "A card says hello."],
    "list": ["0:05 red circle, 1:05 orange star.", "0:05 red circle, 0:06 red circle.",
             "1:05 orange star, 0:05 red circle", "0:05 red circle; 1:05 orange star",
             "Nothing appears.", "not shown", "0:05, red circle", "0:05 card..."],
    "letter": ["A", "b)", "(C) because", "Answer: A", "D.", "ab", "", "e", "a man"],
    "unknown": ["  I cannot tell. I can answer about shapes, colours, movement, cards and times. ",
                "I cannot tell."],
    "follow_colour": ["It is purple."], "follow_when": ["It appears at 2:10.", "2:12"],
    "follow_direction": ["It stays still.", "down"],
    "said": ["It is Anna.", 'The winner was "anna"', "Anna", "He is old. It is Anna!", "It is .",
             "It is Anna, they say.", "The winner is not shown.", ""],
    "said_when": ["2:05", "It is mentioned at 2:05.", "At noon.", "The winner is not shown."],
}


def clip() -> list[Event]:
    return [Event("shape", 5, 7, "0:05", 0.3, "red", "circle", "left"),
            Event("shape", 65, 67, "1:05", 0.3, "orange", "star", "still"),
            Event("card", 130, 132, "2:10", text="RIVER"),
            Event("shape", 200, 203, "3:20", 0.3, "blue", "circle", "up"),
            Event("shape", 260, 262, "4:20", 0.3, "purple", "cross", "right"),
            Event("shape", 300, 303, "5:00", 0.3, "black", "heart", "down"),
            Event("shape", 340, 343, "5:40", 0.3, "yellow", "ring", "")]


def speech() -> Speech:
    return Speech([Line(31, 34, "The room number is 408."), Line(125, 128, "Anna is the winner.")],
                  [Fact("room number", "408", 0), Fact("winner", "Anna", 1)])


def turns_of(rng: random.Random) -> dict[str, list[Turn]]:
    """True answers of every task about the clip, follow-ups by the task of their last turn."""
    asker, found = Asker(clip(), rng, speech=speech()), {}
    for task in [*wordings.TASKS, "follow", "letter"]:
        for _ in range(60):
            for turn in asker.ask(task) or []:
                texts = found.setdefault(turn.task, {})
                texts[turn.plain_answer] = turn
    return {task: sorted(texts) for task, texts in found.items()}


def case(task: str, answer: str, truth: str, tolerance: float) -> dict:
    row = {"task": task, "answer": answer, "truth": truth, "tolerance_s": tolerance,
           "right": scoring.right(task, answer, truth, tolerance)}
    if task == "list":
        row["f1"] = scoring.list_f1(answer, truth, tolerance)
    return row


def answer_cases(rng: random.Random) -> list[dict]:
    rows = []
    for task, truths in sorted(turns_of(rng).items()):
        loose = LOOSE.get(task, [])
        for answer in loose:
            rows.append(case(task, answer, rng.choice(truths), 2.0))
        # A loose answer is right now and then only when its own truth is asked for.
        for answer in loose:
            for truth in truths:
                if scoring.right(task, answer, truth, 2.0):
                    rows.append(case(task, answer, truth, 2.0))
                    break
        for _ in range(PER_TASK):
            truth = rng.choice(truths)
            answer = truth if rng.random() < 0.4 else rng.choice(truths)
            changed = rng.choice((str, str.upper, str.lower, lambda t: t.rstrip(".")))(answer)
            rows.append(case(task, changed, truth, rng.choice((0.0, 2.0, 60.0))))
    return rows


def circles(rng: random.Random) -> dict:
    rows = [{"circle": f"q{i // 4}", "right": rng.random() < 0.8} for i in range(40)]
    return {"rows": rows, "right": scoring.circular(rows)}


def content() -> dict:
    rng = random.Random(5)
    counts = [(0, 0), (0, 20), (8, 10), (20, 20), (1, 3), (197, 200), (1234, 2700)]
    pairs = [(0, 0), (1, 9), (5, 5), (0, 6), (12, 3), (40, 62), (300, 380)]
    return {"answers": answer_cases(rng),
            "wilson": [[c, n, *scoring.wilson(c, n)] for c, n in counts],
            "mcnemar": [[a, b, scoring.mcnemar(a, b)] for a, b in pairs],
            "circular": circles(rng)}


def main() -> None:
    values = content()
    lists = {key: ",\n  ".join(json.dumps(one) for one in values[key])
             for key in ("answers", "wilson", "mcnemar")}
    text = "".join(f' "{key}": [\n  {rows}\n ],\n' for key, rows in lists.items())
    TARGET.write_text("{\n" + text + f' "circular": {json.dumps(values["circular"])}\n}}\n')
    answers = values["answers"]
    print(f"{len(answers)} answers, {sum(a['right'] for a in answers)} right, in {TARGET}")


if __name__ == "__main__":
    main()
