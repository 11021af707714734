#!/usr/bin/env python3
"""reelquery bench attention prints the rows that its readers rely on, and refuses nonsense in one line."""
import json
import unittest

import support
from support import run

KEYS = ["device", "dtype", "heads", "kv_heads", "head_dim", "tokens", "stride", "density", "dense_ms",
        "torch_sdpa_ms", "score_ms", "select_ms", "sparse_ms", "error"]


def setUpModule():
    support.fresh_work_folder()


class BenchTest(unittest.TestCase):
    def rows(self, *flags):
        code, out, err = run("bench", "attention", "--json", "--repetitions", 2, *flags)
        self.assertEqual(code, 0, err)
        return json.loads(out)

    def test_one_row_for_every_length_stride_and_list(self):
        rows = self.rows("--heads", "4/2", "--head-dim", 64, "--lengths", "300,600", "--stride", "8,16",
                         "--density", "0.5", "--threshold", "1")
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
            self.assertNotIn("speed-up", err)


if __name__ == "__main__":
    unittest.main()
