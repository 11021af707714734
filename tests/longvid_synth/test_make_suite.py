"""Encodes small videos and looks at their decoded pictures with the ffmpeg command.

Run: python -m unittest test_make_suite (needs ffmpeg, numpy, Pillow; about 10 s).
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np

import make_suite
from drawing import COLOURS, plural
from questions import Event

HERE = Path(__file__).resolve().parent


def picture(path: Path, seconds: float, width: int, height: int) -> np.ndarray:
    """The picture shown at a time, [height, width, 3] u8."""
    command = ["ffmpeg", "-v", "error", "-ss", f"{seconds:.3f}", "-i", str(path), "-frames:v", "1",
               "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    raw = subprocess.run(command, check=True, capture_output=True).stdout
    return np.frombuffer(raw, np.uint8).reshape(height, width, 3).astype(float)


class Encoding(unittest.TestCase):
    def one_needle(self, folder: Path, codec: str) -> Path:
        """A grey film with a green square that moves right from 2 s to 4 s."""
        rng = random.Random(2)
        maker = make_suite.FilmMaker(rng, folder, 1.0, ["gradients"])
        film = make_suite.Film("one", 6.0, 160, 96, 10.0)
        film.inputs.append(["-f", "lavfi", "-t", "6", "-i", "color=gray:size=160x96:rate=10"])
        square = make_suite.needles.shape_picture("square", COLOURS["green"], 16, 0.0)
        film.overlays.append(make_suite.Overlay(maker.save(square), "10+50*(t-2)", "27.0", 2, 4))
        film.events.append(Event("shape", 2, 4, "0:02", 0.1, "green", "square", "right"))
        target = folder / "one.mp4"
        make_suite.encode(film, target, codec, 20)
        return target

    def test_a_needle_shows_in_its_interval_and_moves_as_told(self):
        for codec in ("h264", "hevc"):
            with tempfile.TemporaryDirectory() as name:
                path = self.one_needle(Path(name), codec)
                places = []
                for seconds in (1.8, 2.1, 3.8, 4.2):
                    rgb = picture(path, seconds, 160, 96)
                    green = (rgb[..., 1] - rgb[..., 0] > 60) & (rgb[..., 1] - rgb[..., 2] > 40)
                    places.append(np.nonzero(green)[1].mean() if green.sum() > 100 else None)
                self.assertIsNone(places[0], codec)
                self.assertIsNone(places[3], codec)
                self.assertAlmostEqual(places[2] - places[1], 50 * 1.7, delta=7)

    def test_the_command_writes_videos_and_questions_that_belong_together(self):
        with tempfile.TemporaryDirectory() as name:
            command = [sys.executable, str(HERE / "make_suite.py"), "--out", name, "--seed", "9",
                       "--lengths", "24", "--questions", "12", "--size", "160x96", "--rate", "8",
                       "--circular", "--haystacks", "gradients,drawn"]
            subprocess.run(command, check=True, capture_output=True)
            text = (Path(name) / "questions.jsonl").read_text()
            rows = [json.loads(x) for x in text.splitlines()]
            suite = json.loads((Path(name) / "suite.json").read_text())
            events = suite["films"][0]["events"]
            self.assertGreaterEqual(len(rows), 12)
            self.assertEqual(len({r["id"] for r in rows}), len(rows))
            for row in rows:
                self.assertTrue((Path(name) / row["video"]).exists())
                if row["interval"]:
                    starts = [round(e["start"], 3) for e in events]
                    self.assertIn(row["interval"][0], starts)
                if row["task"] == "letter":
                    same = [r for r in rows if r.get("circle") == row["circle"]]
                    self.assertEqual(sorted(r["answer"] for r in same), list("ABCD"))

    def test_what_is_said_stands_in_the_subtitles_and_not_in_the_question(self):
        with tempfile.TemporaryDirectory() as name:
            command = [sys.executable, str(HERE / "make_suite.py"), "--out", name, "--seed", "9",
                       "--lengths", "90", "--questions", "8", "--size", "160x96", "--rate", "4",
                       "--tasks", "said,said_when", "--haystacks", "gradients"]
            subprocess.run(command, check=True, capture_output=True)
            text = (Path(name) / "questions.jsonl").read_text()
            rows = [json.loads(x) for x in text.splitlines()]
            subtitles = (Path(name) / rows[0]["video"]).with_suffix(".srt").read_text().lower()
            said = [r for r in rows if r["task"] == "said" and "not shown" not in r["answer"]]
            self.assertTrue(said)
            for row in said:
                value = row["answer"].rstrip(".").split()[-1].lower()
                self.assertIn(value, subtitles)
                self.assertNotIn(value, row["question"].lower())
            for row in rows:
                self.assertIn("not shown", row["answer_without_subtitles"])

    def test_footage_of_ones_own_is_the_background_for_as_long_as_the_film_is(self):
        with tempfile.TemporaryDirectory() as name:
            clip = Path(name) / "it's a: clip.mp4"
            subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i",
                            "mandelbrot=size=128x96:rate=10", "-t", "1", "-pix_fmt", "yuv420p",
                            str(clip)], check=True)
            command = [sys.executable, str(HERE / "make_suite.py"), "--out", name, "--lengths", "9",
                       "--questions", "2", "--size", "160x96", "--rate", "8", "--haystacks",
                       str(clip)]
            subprocess.run(command, check=True, capture_output=True)
            film = next(Path(name).glob("synth-*.mp4"))
            for seconds in (0.5, 4.5, 8.5):
                self.assertGreater(picture(film, seconds, 160, 96).std(), 5)

    def test_a_file_is_footage_whatever_its_folder_is_called(self):
        with tempfile.TemporaryDirectory() as name:
            maker = make_suite.FilmMaker(random.Random(1), Path(name), 1.0, ["drawn/clip.mp4"])
            film = make_suite.Film("one", 6.0, 160, 96, 10.0)
            maker.add_scenes(film)
            self.assertTrue(any("movie='drawn/clip.mp4'" in x for x in film.inputs[0]), film.inputs)

    def test_questions_in_the_manner_of_vnbench_are_circles_with_one_true_option(self):
        names = [("circle", "red"), ("star", "blue"), ("ring", "white"), ("cross", "green"), ("star", "red")]
        film = make_suite.Film("one", 300.0, 160, 96, 10.0)
        film.events = [Event("shape", 30.0 + 50 * i, 33.0 + 50 * i, f"{(30 + 50 * i) // 60}:{(30 + 50 * i) % 60:02d}", 0.5,
                             colour, shape, "still") for i, (shape, colour) in enumerate(names)]
        film.events.append(Event("card", 280.0, 283.0, "4:40", text="HALLO"))
        order = [event.noun for event in film.events]
        counts = {"cards": 1, "shapes": 5}
        for shape, colour in names:
            for thing in (plural(shape), f"{colour} shapes", f"{colour} {plural(shape)}"):
                counts[thing] = counts.get(thing, 0) + 1
        seen = set()
        for seed in range(6):
            rows = make_suite.ask_all(film, random.Random(seed), ["retrieval", "ordering", "counting"], 24, False)
            for circle in {row["circle"] for row in rows}:
                turned = [row for row in rows if row["circle"] == circle]
                self.assertEqual(sorted(row["answer"] for row in turned), list("ABCD"))
                self.assertEqual(len({row["options"]["ABCD".index(row["answer"])] for row in turned}), 1)
                row = turned[0]
                right = row["options"]["ABCD".index(row["answer"])]
                self.assertEqual(len(set(row["options"])), 4)
                self.assertIn(f"{row['answer']}. {right}", row["question"].splitlines())
                if row["task"] == "ordering":
                    places = [order.index(noun) for noun in right.split(", ")]
                    self.assertEqual(places, sorted(places))
                elif row["task"] == "counting":
                    asked = row["question"].splitlines()[0]
                    thing = max((thing for thing in counts if thing in asked), key=len)
                    self.assertEqual(right, str(counts[thing]), asked)
                else:
                    self.assertTrue(right == "HALLO" or any(right in name for name in names), row)
                seen.add(row["task"])
        self.assertEqual(seen, {"retrieval", "ordering", "counting"})

    def test_an_unknown_haystack_is_named(self):
        command = [sys.executable, str(HERE / "make_suite.py"), "--out", "x", "--haystacks",
                   "/nowhere/film.mp4"]
        done = subprocess.run(command, capture_output=True, text=True)
        self.assertEqual(done.returncode, 2)
        self.assertIn("no such haystack: /nowhere/film.mp4", done.stderr)

    def test_an_unknown_task_is_named(self):
        command = [sys.executable, str(HERE / "make_suite.py"), "--out", "x", "--tasks", "smell"]
        done = subprocess.run(command, capture_output=True, text=True)
        self.assertEqual(done.returncode, 2)
        self.assertIn("no such task: smell", done.stderr)


if __name__ == "__main__":
    unittest.main()
