#!/usr/bin/env python3
"""The real llama-server answers, with the embedded model converted; skipped where there is none (llama_server.py)."""
import json
import pathlib
import signal
import subprocess
import sys
import unittest

import support
from server_support import SAMPLE
from support import run

MODEL = SAMPLE.parents[1] / "demo_model"
NEAR = ("--from", 52, "--to", 64, "--fps", 1, "--min-frame-tokens", 24, "--max-frame-tokens", 40)


class LlamaServer:
    def __init__(self):
        script = pathlib.Path(__file__).parent / "llama_server.py"
        self.process = subprocess.Popen([sys.executable, script, MODEL, support.WORK, "sk-test"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        told = self.process.stdout.readline().decode().strip()
        if not told.startswith("http"):  # it said why, or died
            print(told)
            sys.exit(self.process.wait() or 1)
        self.url = told + "/v1"

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


def setUpModule():
    global server
    support.fresh_work_folder()
    server = LlamaServer()


def tearDownModule():
    server.close()


def arguments(*more, question="What colour is the cross?"):
    return ("ask", SAMPLE, question, *NEAR, "--server", server.url, *more)


def ask(*more, key="sk-test", **options):
    return run(*arguments(*more, **options), env={"REELQUERY_API_KEY": key}, timeout=400)


class LlamaServerTest(unittest.TestCase):
    def test_right_answers_from_its_cache(self):
        code, out, err = ask("--json", "--follow-up", "When is the orange cross shown?")
        self.assertEqual(code, 0, err)
        colour, when = map(json.loads, out.splitlines())
        self.assertIn("orange", colour["answer"])
        self.assertIn("0:5", when["answer"])
        self.assertIn("llama.cpp", colour["device"])
        self.assertGreater(when["reused_tokens"], 0.95 * colour["prompt_tokens"])
        for report in (colour, when):  # it counts our pictures as we do: their tokens, two marks each and the words
            self.assertGreater(report["prompt_tokens"], report["video_tokens"] + 2 * report["frames"])
            self.assertLess(report["prompt_tokens"], report["video_tokens"] + 12 * report["frames"])
            self.assertEqual(len(report["notes"]), 1)

    def test_refusals(self):
        self.assertEqual(ask(key="wrong")[0], 4)
        code, _, err = ask(question="word " * 20_000)
        self.assertEqual(code, 5)
        self.assertIn("8192", err)

    def test_after_a_stop_it_answers_the_next(self):
        process = subprocess.Popen([str(support.PROGRAM), *map(str, arguments("--max-tokens", 2000))],
                                   env=support.environment({"REELQUERY_API_KEY": "sk-test"}),
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        line = process.stderr.readline()
        self.assertIn(b"frames go to", line)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=120)
        self.assertEqual(process.returncode, 130)
        self.assertIn("orange", ask("--quiet")[1])

    def test_a_killed_server_is_told(self):
        other = LlamaServer()
        try:
            process = subprocess.Popen([str(support.PROGRAM), "ask", str(SAMPLE), "What is shown?", *map(str, NEAR),
                                        "--server", other.url], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                       env=support.environment({"REELQUERY_API_KEY": "sk-test"}))
            process.stderr.readline()
            other.process.kill()
            told = process.communicate(timeout=120)[1]
            self.assertIn(process.returncode, (4, 5))
            self.assertIn(b"127.0.0.1", told)
        finally:
            other.close()


if __name__ == "__main__":
    unittest.main()
