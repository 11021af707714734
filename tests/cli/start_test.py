#!/usr/bin/env python3
"""How the program begins: OpenMP's threads must not spin, whoever starts it and however."""
import os
import pathlib
import subprocess
import time
import unittest

import support
from support import WORK, environment, tiny_model

SAMPLE = pathlib.Path(__file__).resolve().parents[2] / "resources" / "samples" / "needles-10min.mp4"
PROGRAM = support.PROGRAM.parents[1] / "libexec" / "reelquery" / "reelquery-program"


def setUpModule():
    support.fresh_work_folder()


def seen_environment(program, extra):
    """The environment of the process some seconds of work later, as the system tells it."""
    start = {name: value for name, value in environment(extra).items()
             if name in extra or name not in ("GOMP_SPINCOUNT", "OMP_WAIT_POLICY")}
    process = subprocess.Popen([str(program), "ask", str(SAMPLE), "What is shown?", "--model", str(tiny_model())],
                               env=start, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    seen = {}
    try:
        # The environment changes only when a process becomes another program.
        until = time.monotonic() + 30
        while time.monotonic() < until and process.poll() is None and "GOMP_SPINCOUNT" not in seen:
            raw = pathlib.Path(f"/proc/{process.pid}/environ").read_bytes()
            seen = dict(item.split("=", 1) for item in raw.decode().split("\0") if "=" in item)
            time.sleep(0.02)
            if "OMP_WAIT_POLICY" in extra and time.monotonic() > until - 28:
                break
    finally:
        process.kill()
        process.wait()
    return seen


class StartTest(unittest.TestCase):
    def test_threads_sleep_whichever_way_it_is_started(self):
        for program in (support.PROGRAM, PROGRAM):
            with self.subTest(program=program.name):
                self.assertEqual(seen_environment(program, {}).get("GOMP_SPINCOUNT"), "2000")

    def test_few_prepared_products_are_kept(self):
        told = seen_environment(support.PROGRAM, {})
        self.assertEqual([told.get(name) for name in ("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "LRU_CACHE_CAPACITY")], ["64"] * 2)

    def test_the_users_own_choice_stays(self):
        for program in (support.PROGRAM, PROGRAM):
            with self.subTest(program=program.name):
                self.assertEqual(seen_environment(program, {"GOMP_SPINCOUNT": "7"}).get("GOMP_SPINCOUNT"), "7")
                self.assertNotIn("GOMP_SPINCOUNT", seen_environment(program, {"OMP_WAIT_POLICY": "active"}))

    def test_arguments_arrive_unchanged(self):
        odd = ["ask", str(WORK / "näme with spaces.mp4"), "--", "a question"]
        start = {name: value for name, value in os.environ.items() if name != "GOMP_SPINCOUNT"}
        answers = [subprocess.run([str(program), *odd], env=start, capture_output=True, timeout=60)
                   for program in (support.PROGRAM, PROGRAM)]
        self.assertEqual(answers[0].returncode, answers[1].returncode)
        self.assertEqual(answers[0].stderr, answers[1].stderr)
        self.assertIn("näme with spaces.mp4", answers[1].stderr.decode())


if __name__ == "__main__":
    unittest.main()
