"""Encodes one short film a renderer and looks at its pictures.

Run: python -m unittest test_make_foreign_suite (needs ffmpeg with libass, numpy, Pillow; 3 s).
Qt's painter is tried where PySide6 is installed.
"""

from __future__ import annotations

import importlib.util
import json
import random
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np

import foreign_draw
from drawing import SHAPES
from outlines import PALETTE, shape_path
from test_make_suite import picture

HERE = Path(__file__).resolve().parent
RENDERERS = ["ass", "scan"] + ["qt"] * bool(importlib.util.find_spec("PySide6"))


class Films(unittest.TestCase):
    def make(self, folder: str, *arguments: str) -> list[dict]:
        command = [sys.executable, str(HERE / "make_foreign_suite.py"), "--out", folder, "--seconds",
                   "8", "--videos", "1", "--events", "1", "--size", "160x96", "--rate", "8", "--crf",
                   "18", "--questions", "6", *arguments]
        subprocess.run(command, check=True, capture_output=True)
        return json.loads((Path(folder) / "suite.json").read_text())["films"]

    def test_a_needle_of_every_renderer_shows_in_its_colour_while_it_is_said_to(self):
        with tempfile.TemporaryDirectory() as name:
            films = self.make(name, "--renderers", ",".join(RENDERERS), "--cards", "0", "--seed", "3",
                              "--diameter", "0.4,0.5")
            self.assertEqual([f["renderer"] for f in films], RENDERERS)
            for film in films:
                event = film["events"][0]
                path = Path(name) / film["video"]
                inks = np.array(PALETTE[event["colour"]])

                def inked(seconds):
                    """Share of the picture in one of the colours that have the needle's name."""
                    apart = np.abs(picture(path, seconds, 160, 96)[:, :, None] - inks).sum(-1).min(-1)
                    return (apart < 40).mean()

                before = inked(event["start"] - 0.5)
                shown = inked((event["start"] + event["end"]) / 2)
                self.assertGreater(shown, before + 0.008, film["renderer"])

    def test_every_question_belongs_to_a_film_and_names_its_renderer(self):
        with tempfile.TemporaryDirectory() as name:
            self.make(name, "--renderers", "ass", "--cards", "1", "--cases", "lower", "--turns", "3")
            rows = [json.loads(x) for x in (Path(name) / "questions.jsonl").read_text().splitlines()]
            self.assertTrue(rows)
            for row in rows:
                self.assertEqual(row["renderer"], "ass")
                self.assertTrue((Path(name) / row["video"]).exists())
            single = {r["question"]: r["answer"] for r in rows if "turn" not in r}
            late = [r for r in rows if r.get("turn") == 3]
            self.assertTrue(late)
            for row in late:
                self.assertEqual(row["answer"], single[row["question"]])
                self.assertEqual(len({row["question"], *(t["question"] for t in row["before"])}), 3)
                for turn in row["before"]:
                    self.assertEqual(turn["answer"], single[turn["question"]])
            answers = [r["answer"] for r in rows if r["task"] == "card" and '"' in r["answer"]]
            self.assertTrue(answers)

    def test_without_needles_nothing_is_said_to_be_shown(self):
        with tempfile.TemporaryDirectory() as name:
            films = self.make(name, "--renderers", "scan", "--plain")
            self.assertEqual(films[0]["events"], [])
            rows = [json.loads(x) for x in (Path(name) / "questions.jsonl").read_text().splitlines()]
            self.assertTrue(rows)
            for row in rows:
                self.assertRegex(row["answer"], r"(?i)\b(not|no|nothing)\b")


class Outlines(unittest.TestCase):
    def test_the_filler_covers_about_what_the_outline_encloses(self):
        for shape in SHAPES:
            path = foreign_draw.placed(shape_path(shape, random.Random(4)), 40, 0.1, 100)
            area = sum((c[:, 0] * np.roll(c[:, 1], -1) - c[:, 1] * np.roll(c[:, 0], -1)).sum() / 2
                       for c in path)
            cover = foreign_draw.coverage(path, 100).sum()
            self.assertAlmostEqual(cover / abs(area), 1, delta=0.02, msg=shape)


if __name__ == "__main__":
    unittest.main()
