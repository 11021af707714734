"""Makes one suite of a film and a photograph without needles.

Run: python -m unittest test_make_plain_suite (needs ffmpeg, numpy, Pillow; 1 s).
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np
from PIL import Image

import scoring
from test_make_suite import picture

HERE = Path(__file__).resolve().parent


class Plain(unittest.TestCase):
    def test_a_film_is_shortened_a_photograph_panned_and_every_answer_says_that_nothing_is_shown(self):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            slope = np.linspace(0, 255, 640)[None, :, None] * np.ones((360, 1, 3))
            Image.fromarray(np.uint8(slope)).save(folder / "slope.png")
            subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "smptebars=size=160x96:rate=8",
                            "-t", "6", str(folder / "bars.mp4")], check=True)
            out = folder / "suite"
            subprocess.run([sys.executable, str(HERE / "make_plain_suite.py"), "--out", str(out),
                            "--seconds", "4", "--width", "160", "--questions", "8",
                            str(folder / "bars.mp4"), str(folder / "slope.png")], check=True,
                           capture_output=True)
            films = json.loads((out / "suite.json").read_text())["films"]
            self.assertEqual([f["source"] for f in films], ["bars.mp4", "slope.png"])
            for film in films:
                seconds = float(subprocess.run(
                    ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0",
                     str(out / film["video"])], check=True, capture_output=True, text=True).stdout)
                self.assertAlmostEqual(seconds, 4, delta=0.2)
            first, last = (picture(out / films[1]["video"], t, 160, 90) for t in (0.1, 3.8))
            self.assertGreater(np.abs(first.mean() - last.mean()), 20, "the photograph does not move")
            rows = [json.loads(x) for x in (out / "questions.jsonl").read_text().splitlines()]
            self.assertEqual(len(rows), 16)
            for row in rows:
                self.assertFalse(scoring.right(row["task"], "A red circle is shown at 0:01.",
                                               row["answer"], 1.0), row)
                self.assertRegex(row["answer"], r"not shown|^No |^Nothing ", row)
