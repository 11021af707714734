#!/usr/bin/env python3
"""The benches and the list of devices, from the outside."""
import json
import unittest

from support import run


def usable_card():
    _, out, _ = run("devices")
    return any("NVIDIA" in line and line.split()[0] in ("chosen", "usable") for line in out.splitlines())


class Devices(unittest.TestCase):
    def test_one_is_chosen_and_every_other_has_its_reason(self):
        code, out, _ = run("devices")
        lines = out.splitlines()
        self.assertEqual(code, 0)
        self.assertGreaterEqual(len(lines), 2)
        self.assertEqual([line.split()[0] for line in lines].count("chosen"), 1)
        for line in lines:
            if line.startswith("unusable"):
                self.assertGreater(len(line.split("  ")[-1].strip()), 10)

    def test_asking_for_a_card_that_is_not_there_says_why(self):
        if usable_card():
            self.skipTest("there is a card here")
        for bench in (["attention", "--lengths", "256"], ["model", "--like", "tiny", "--video-tokens", "100"]):
            code, out, err = run("bench", *bench, "--device", "cuda")
            self.assertEqual(code, 5, err)
            self.assertRegex(err, "driver|card")
            self.assertIn("--device cpu", err)


class ModelBench(unittest.TestCase):
    def test_json_has_the_tower_and_a_row_for_each_way(self):
        code, out, err = run("bench", "model", "--like", "tiny", "--video-tokens", "300,1008", "--density", "0.3",
                             "--threshold", "0.9", "--device", "cpu", "--repetitions", "1", "--decode-tokens", "2", "--json")
        self.assertEqual(code, 0, err)
        report = json.loads(out)
        self.assertEqual(report["like"], "tiny")
        self.assertEqual(report["device"], "cpu")
        self.assertGreater(report["vision_tokens_per_s"], 0)
        self.assertEqual([row["video_tokens"] for row in report["rows"]], [252] * 3 + [1008] * 3)
        for dense, by_threshold, forced in (report["rows"][:3], report["rows"][3:]):
            self.assertEqual(dense["density"], 1)
            self.assertGreater(dense["decode_ms_per_token"]["median"], 0)
            self.assertNotIn("decode_ms_per_token", forced)
            self.assertEqual(by_threshold["threshold"], 0.9)
            self.assertEqual(forced["forced_density"], 0.3)
        self.assertLess(report["rows"][5]["density"], 0.5)

    def test_an_unknown_shape_is_refused(self):
        code, _, err = run("bench", "model", "--like", "enormous")
        self.assertEqual(code, 2)
        self.assertIn("enormous", err)


if __name__ == "__main__":
    unittest.main()
