#!/usr/bin/env python3
"""reelquery bench report: four files that hold the same digits, with a tiny random model."""
import csv
import json
import unittest

import support
from support import WORK, make_clip, run, tiny_model


def setUpModule():
    support.need("ffmpeg")
    support.fresh_work_folder()


class BenchReportTest(unittest.TestCase):
    def flags(self):
        return ["--model", tiny_model(), "--dtype", "float32", "--video", make_clip("film.mp4", seconds=8),
                "--question", "What happens?", "--rounds", 1, "--max-tokens", 4]

    def test_html_markdown_csv_and_json_hold_the_same_figures(self):
        out = WORK / "report"
        code, _, err = run("bench", "report", "--out", out, *self.flags(), "--lengths", "128,256", timeout=300)
        self.assertEqual(code, 0, err)
        self.assertIn("128 video tokens: XAttention, round 1 of 1", err)
        report = json.loads((out / "report.json").read_text())
        rows = list(csv.DictReader((out / "report.csv").open()))
        self.assertEqual([row["budget"] for row in rows], ["128", "256"])
        pages = [(out / name).read_text() for name in ("report.md", "report.html")]
        self.assertIn("<svg", pages[1])
        for row, point in zip(rows, report["points"]):
            comparison = point["comparison"]
            for side in ("dense", "xattention"):
                for figure in ("prefill_s", "attention_s", "first_token_s"):
                    value = row[f"{side}_{figure}"]
                    self.assertEqual(float(value), comparison[side][figure])
                    for page in pages:
                        self.assertIn(value, page)
            self.assertEqual(float(row["speed_up_prefill"]), comparison["speed_up"]["prefill"])
        for page in pages:
            self.assertTrue("wins the prefill at" in page or "Neither is faster" in page)
            self.assertNotIn("http", page)

    def test_a_video_too_short_for_a_length_is_said(self):
        out = WORK / "short"
        code, _, err = run("bench", "report", "--out", out, *self.flags(), "--frames", 4, "--lengths", "100000,200000")
        self.assertEqual(code, 0, err)
        report = json.loads((out / "report.json").read_text())
        self.assertEqual(len(report["points"]), 1)
        self.assertIn("The video gives no more than", report["notes"][0])

    def test_what_makes_no_sense_is_refused(self):
        for arguments, says in (
                (["--attention", "dense"], "compared with itself"),
                (["--eval", WORK], "is no summary of reelquery eval"),
                (["--lengths", "many"], "--lengths")):
            code, _, err = run("bench", "report", "--out", WORK / "refused", *self.flags(), *arguments)
            self.assertEqual(code, 2, err)
            self.assertIn(says, err)


if __name__ == "__main__":
    unittest.main()
