#!/usr/bin/env python3
"""The benches and the list of devices, from the outside."""
import json
import unittest

from support import make_clip, run, tiny_model

# What the readers of a row rely on.
KEYS = ["device", "dtype", "heads", "kv_heads", "head_dim", "tokens", "stride", "density", "dense_ms",
        "torch_sdpa_ms", "score_ms", "select_ms", "sparse_ms", "error"]


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


class AskBench(unittest.TestCase):
    def test_a_watched_video_is_answered_sooner_and_in_the_same_words(self):
        code, out, err = run("bench", "ask", make_clip("bench_ask.mp4", seconds=20), "--model", tiny_model(),
                             "--max-tokens", 4, "--repetitions", 2, "--json")
        self.assertEqual(code, 0, err)
        found = json.loads(out)
        self.assertEqual(found["same_answers"], True)
        self.assertEqual(found["repetitions"], 2)
        for seconds in (found["first_token_s"], found["watched_ahead"]["first_token_s"], found["asked_half_way"]["first_token_s"]):
            self.assertTrue(0 < seconds["min"] <= seconds["median"] <= seconds["max"], found)
        self.assertLess(found["watched_ahead"]["first_token_s"]["min"], found["first_token_s"]["max"])
        self.assertGreater(found["asked_half_way"]["waited_s"]["min"], 0)
        for kind in ("busy_s", "waited_s"):
            self.assertEqual(list(found[kind]), ["decode", "encode", "prefill"])
        for stage, seconds in found["busy_s"].items():
            self.assertGreater(seconds["min"], 0, stage)
        # One thread encodes and reads: its times and its waiting for frames fit into the whole.
        parts = found["busy_s"]["encode"]["min"] + found["busy_s"]["prefill"]["min"] + found["waited_s"]["encode"]["min"]
        self.assertLessEqual(parts, found["first_token_s"]["max"])

    def test_a_missing_video_is_one_line(self):
        code, out, err = run("bench", "ask", "nowhere.mp4", "--density", "0.3", "--model", tiny_model())
        self.assertEqual((code, out), (2, ""))
        self.assertIn("--density is for sparse attention alone", err)
        code, out, err = run("bench", "ask", "nowhere.mp4", "What?", "--model", tiny_model())
        self.assertEqual((code, out), (3, ""))
        self.assertIn("nowhere.mp4", err)


class AttentionBench(unittest.TestCase):
    def rows(self, *flags):
        code, out, err = run("bench", "attention", "--json", "--repetitions", 2, *flags)
        self.assertEqual(code, 0, err)
        return json.loads(out)

    def test_one_row_for_every_length_stride_and_list(self):
        rows = self.rows("--heads", "4/2", "--dtype", "float32", "--head-dim", 64, "--lengths", "300,600",
                         "--stride", "8,16", "--density", "0.5", "--threshold", "1")
        self.assertEqual([(r["tokens"], r["stride"], r.get("threshold")) for r in rows],
                         [(n, s, tau) for n in (300, 600) for s in (8, 16) for tau in (1.0, None)])
        for row in rows:
            self.assertEqual([key for key in row if key in KEYS], KEYS)
            self.assertEqual((row["heads"], row["kv_heads"], row["head_dim"]), (4, 2, 64))
            self.assertEqual(row["dtype"], "float32")
            self.assertTrue(row["device"].startswith("cpu"))
            for what, (low, high) in row["range_ms"].items():
                self.assertTrue(0 <= low <= row[what + "_ms"] <= high, (what, row))
            if "threshold" in row:  # every block
                self.assertEqual(row["density"], 1)
                self.assertLess(row["error"], 1e-5)
            else:
                self.assertTrue(0.3 < row["density"] < 0.8, row)
                self.assertGreater(row["error"], 1e-3)

    def test_bf16(self):
        row, = self.rows("--dtype", "bfloat16", "--heads", "7/1", "--head-dim", 128, "--lengths", 260, "--density", "1")
        self.assertEqual((row["dtype"], row["heads"], row["kv_heads"]), ("bf16", 7, 1))

    def test_nonsense_is_refused_in_one_line(self):
        for flags in (["--heads", "28/"], ["--heads", "0"], ["--heads", "28/4/2"], ["--heads", "7/2"],
                      ["--stride", "5"], ["--density", "1.5"], ["--lengths", "0"]):
            code, out, err = run("bench", "attention", *flags)
            self.assertEqual(code, 2, (flags, err))
            self.assertEqual(len([line for line in err.splitlines() if line.startswith("reelquery: ")]), 1, err)


if __name__ == "__main__":
    unittest.main()
