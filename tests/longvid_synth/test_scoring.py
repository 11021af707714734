"""Tests of the scorer and of the question maker. Run: python -m unittest (Python 3.11, numpy)."""

from __future__ import annotations

import json
import random
import unittest
from pathlib import Path

import scoring
import wordings
from questions import Asker, Event, articles, time_text


def clip() -> list[Event]:
    return [Event("shape", 5, 7, "0:05", 0.3, "red", "circle", "left"),
            Event("shape", 65, 67, "1:05", 0.3, "orange", "star", "still"),
            Event("card", 130, 132, "2:10", text="RIVER"),
            Event("shape", 200, 203, "3:20", 0.3, "blue", "circle", "up")]


class Facts(unittest.TestCase):
    def test_every_true_answer_is_right_and_other_answers_are_wrong(self):
        for held_out in (False, True):
            asker = Asker(clip(), random.Random(3), held_out)
            answers: dict[str, set[str]] = {}
            for task in wordings.TASKS:
                for _ in range(60):
                    for turn in asker.ask(task) or []:
                        answers.setdefault(turn.task, set()).add(turn.plain_answer)
            for task, texts in answers.items():
                for text in texts:
                    self.assertTrue(scoring.right(task, text, text), (task, text))
                    for other in texts - {text}:
                        if scoring.facts(task, other) != scoring.facts(task, text):
                            self.assertFalse(scoring.right(task, other, text), (task, other, text))
            self.assertGreater(len(answers["colour"]), 1)

    def test_times_count_within_the_tolerance_only(self):
        truth = "The star appears at 1:05."
        self.assertTrue(scoring.right("when", "It is at 1:07.", truth, 2.0))
        self.assertFalse(scoring.right("when", "It is at 1:08.", truth, 2.0))
        self.assertFalse(scoring.right("when", "The star is not shown.", truth, 100.0))

    def test_list_f1_matches_each_item_once(self):
        truth = "0:05 red circle, 1:05 orange star."
        self.assertEqual(scoring.list_f1(truth, truth, 0), 1.0)
        self.assertAlmostEqual(scoring.list_f1("0:05 red circle.", truth, 0), 2 / 3)
        self.assertAlmostEqual(
            scoring.list_f1("0:05 red circle, 0:06 red circle.", truth, 2), 0.5)
        self.assertEqual(scoring.list_f1("Nothing appears.", truth, 2), 0.0)

    def test_circular_needs_all_orders(self):
        rows = [{"circle": "a", "right": True}] * 4 + [{"circle": "b", "right": True}] * 3
        rows.append({"circle": "b", "right": False})
        self.assertEqual(scoring.circular(rows), {"a": True, "b": False})


class CommittedCases(unittest.TestCase):
    """The program's own scorer is held to the same file by tests/unit/eval."""

    cases = json.loads((Path(__file__).resolve().parent / "scoring_cases.json").read_text())

    def test_answers_are_judged_as_the_file_says(self):
        for row in self.cases["answers"]:
            told = (row["task"], row["answer"], row["truth"], row["tolerance_s"])
            self.assertEqual(scoring.right(*told), row["right"], told)
            if "f1" in row:
                self.assertEqual(scoring.list_f1(*told[1:]), row["f1"], told)

    def test_times_are_read_as_written_by_hand_in_time_cases(self):
        cases = json.loads((Path(__file__).resolve().parent / "time_cases.json").read_text())
        for text, times in cases["times"]:
            self.assertEqual(scoring.seconds_of(text), times, text)
        for text, count in cases["counts"]:
            self.assertEqual(scoring.facts("count", text), count, text)

    def test_statistics_are_those_of_the_file(self):
        for correct, total, low, high in self.cases["wilson"]:
            self.assertEqual(scoring.wilson(correct, total), (low, high))
        for first, second, p in self.cases["mcnemar"]:
            self.assertEqual(scoring.mcnemar(first, second), p)
        circular = self.cases["circular"]
        self.assertEqual(scoring.circular(circular["rows"]), circular["right"])


class Statistics(unittest.TestCase):
    def test_wilson_against_published_values(self):
        # 8 of 10: 0.4902 to 0.9433; 0 of 20: 0 to 0.1611 (95 %, no continuity correction).
        low, high = scoring.wilson(8, 10)
        self.assertAlmostEqual(low, 0.4902, places=3)
        self.assertAlmostEqual(high, 0.9433, places=3)
        self.assertAlmostEqual(scoring.wilson(0, 20)[1], 0.1611, places=3)

    def test_mcnemar_is_the_exact_binomial(self):
        self.assertEqual(scoring.mcnemar(0, 0), 1.0)
        self.assertAlmostEqual(scoring.mcnemar(1, 9), 2 * 11 / 1024)
        self.assertEqual(scoring.mcnemar(5, 5), 1.0)


class Questions(unittest.TestCase):
    def test_letters_name_the_right_option(self):
        asker = Asker(clip(), random.Random(8))
        seen = 0
        for _ in range(300):
            for turn in asker.ask("letter") or []:
                lines = dict(line.split(". ", 1) for line in turn.question.splitlines()[1:5])
                self.assertEqual(len(set(turn.options)), 4)
                self.assertEqual([lines[x] for x in "ABCD"], turn.options)
                self.assertIn(turn.plain_answer, "ABCD")
                seen += 1
        self.assertGreater(seen, 100)

    def test_training_and_held_out_wordings_differ(self):
        for task, texts in wordings.HELD_OUT.items():
            self.assertFalse(set(texts) & set(wordings.TRAIN[task]), task)

    def test_texts(self):
        self.assertEqual(time_text(65.9), "1:05")
        self.assertEqual(time_text(3725), "62:05")
        self.assertEqual(articles("A orange star and a red one"), "An orange star and a red one")


if __name__ == "__main__":
    unittest.main()
