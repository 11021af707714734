#!/usr/bin/env python3
"""reelquery eval with the embedded model: a small grid that guards pipeline and weights, and the run itself."""
import json
import pathlib
import shutil
import signal
import subprocess
import time
import unittest

import support
from support import PROGRAM, WORK, run, tiny_model

# Three films of 64 s, 30 questions, about 1,000 video tokens each; made by make_suite.py with the settings in
# suite.json, seed 912, which training never used.
GRID = pathlib.Path(__file__).resolve().parents[1] / "longvid_synth" / "guard"

# Right answers of 30 as measured (float32 on a CPU), and how many fewer still pass: other processors sum in another
# order, and an answer on the edge may fall to the other side. A broken stage loses far more.
MEASURED = {"dense": 30, "xattention": 30}
MARGIN = 3


def setUpModule():
    support.fresh_work_folder()


def evaluate(suite, out, *flags, timeout=550):
    code, text, err = run("eval", "--suite", suite, "--out", out, *flags, timeout=timeout)
    assert code == 0, f"exit {code}: {err}"
    return json.loads((out / "summary.json").read_text()), text


class GuardTest(unittest.TestCase):
    def test_the_embedded_model_is_as_right_as_when_it_was_measured(self):
        out = WORK / "grid"
        summary, _ = evaluate(GRID, out, "--mode", "ab", "--max-tokens", 64)
        totals = {row["mode"]: row for row in summary["totals"]}
        for mode, measured in MEASURED.items():
            row = totals[mode]
            wrong = [json.loads(line) for line in (out / "answers.jsonl").read_text().splitlines()[1:]]
            wrong = [(one["id"], one["answer"]) for one in wrong if one["mode"] == mode and not one["right"]]
            self.assertEqual((row["total"], row["failed"]), (30, 0))
            self.assertGreaterEqual(row["correct"], measured - MARGIN, f"{mode}: {wrong}")
        self.assertEqual(totals["dense"]["density"], 1)
        # Measured 0.68; all or nothing kept would mean that no blocks are chosen.
        self.assertTrue(0.4 < totals["xattention"]["density"] < 0.9, totals["xattention"])
        for name in ("report.md", "report.html"):
            text = (out / name).read_text()
            for mode in MEASURED:
                self.assertIn(f"{totals[mode]['correct']} / 30", text)


class RunTest(unittest.TestCase):
    """The run itself, with a random model: what is right does not matter here."""

    def flags(self):
        return ["--model", tiny_model(), "--max-tokens", 4, "--max-video-tokens", 256, "--dtype", "float32",
                "--device", "cpu"]

    def test_a_killed_run_goes_on_and_ends_as_one_that_was_not(self):
        whole = WORK / "whole"
        evaluate(GRID, whole, *self.flags())
        killed = WORK / "killed"
        command = [str(PROGRAM), "eval", "--suite", str(GRID), "--out", str(killed), *map(str, self.flags())]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        log = killed / "answers.jsonl"
        while process.poll() is None and (not log.exists() or log.read_text().count("\n") < 5):
            time.sleep(0.01)
        process.kill()
        process.wait()
        before = log.read_text()
        evaluate(GRID, killed, *self.flags())
        self.assertTrue(log.read_text().startswith(before[:before.rfind("\n") + 1]))

        def answers(folder):
            lines = (folder / "answers.jsonl").read_text().splitlines()[1:]
            return [(one["id"], one["answer"]) for one in map(json.loads, lines)]

        self.assertEqual(answers(killed), answers(whole))

    def test_other_weights_in_the_same_folder_do_not_go_on(self):
        model, out = WORK / "retrained", WORK / "of_these_weights"
        shutil.copytree(tiny_model(), model)
        flags = ["--model", model, *self.flags()[2:], "--limit", 2]
        evaluate(GRID, out, *flags)
        before = (out / "answers.jsonl").read_text()
        evaluate(GRID, out, *flags)  # the same again asks nothing and is welcome
        self.assertEqual((out / "answers.jsonl").read_text(), before)
        weights = model / "model.safetensors"
        weights.chmod(0o644)
        with open(weights, "r+b") as file:
            file.seek(-2, 2)
            last = file.read(1)
            file.seek(-2, 2)
            file.write(bytes([last[0] ^ 1]))
        code, _, err = run("eval", "--suite", GRID, "--out", out, *flags)
        self.assertEqual(code, 2, err)
        self.assertIn("model_files", err)
        self.assertEqual((out / "answers.jsonl").read_text(), before)

    def test_a_margin_is_stated_before_the_first_answer_and_a_control_runs_beside(self):
        out = WORK / "margin"
        flags = [*self.flags(), "--mode", "ab", "--control", 0.5, "--limit", 3]
        summary, text = evaluate(GRID, out, *flags, "--margin", 5)
        self.assertEqual(summary["margin"], 0.05)
        found = {one["mode"]: one for one in summary["verdicts"]}
        self.assertEqual({mode: one["control"] for mode, one in found.items()},
                         {"xattention": False, "random at 0.50": True})
        for one in found.values():
            # Three films with one question each: nobody could tell a twentieth.
            self.assertEqual((one["films"], one["questions"], one["verdict"]), (3, 3, "undecided"))
        self.assertEqual(summary["choices"], [])
        self.assertIn("undecided", text)
        self.assertEqual(summary["settings"]["attention"]["random at 0.50"]["density"], 0.5)
        self.assertIn("5.00 percentage points", (out / "report.md").read_text())
        # With the answers at hand nobody states another one.
        code, _, err = run("eval", "--suite", GRID, "--out", out, *flags, "--margin", 50)
        self.assertEqual(code, 2, err)
        self.assertIn("margin", err)

    def test_an_interrupted_run_leaves_its_report_and_exits_with_130(self):
        out = WORK / "interrupted"
        command = [str(PROGRAM), "eval", "--suite", str(GRID), "--out", str(out), *map(str, self.flags())]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        log = out / "answers.jsonl"
        while process.poll() is None and (not log.exists() or log.read_text().count("\n") < 3):
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(timeout=60), 130)
        self.assertTrue(json.loads((out / "summary.json").read_text())["stopped"])

    def test_a_broken_and_a_missing_video_are_counted_and_the_others_answered(self):
        suite = WORK / "broken_suite"
        shutil.copytree(GRID, suite)
        films = sorted(suite.glob("*.mp4"))
        films[0].write_bytes(films[0].read_bytes()[:3000])
        films[1].unlink()
        out = WORK / "broken"
        summary, text = evaluate(suite, out, *self.flags())
        row = summary["totals"][0]
        self.assertEqual((row["total"], row["failed"]), (10, 10))
        self.assertEqual(summary["missing_videos"], [str(films[1])])
        self.assertEqual(summary["failures"][0]["questions"], 10)
        self.assertIn("10 not answered", text)
        self.assertIn(films[0].name, (out / "report.md").read_text())

    def words_suite(self):
        """Two questions in words alone, laid out as RULER's scripts do."""
        folder = WORK / "ruler" / "4096" / "niah_single_1"
        folder.mkdir(parents=True, exist_ok=True)
        rows = [{"index": i, "input": "Rain fell on the roof. " * 60 + f"The number is {i}. What is it?",
                 "outputs": [str(i)], "length": 400} for i in range(2)]
        (folder / "validation.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        return WORK / "ruler"

    def test_words_alone_are_read_sparsely_graded_and_held_against_dense(self):
        out = WORK / "words"
        code, text, err = run("eval", "--format", "ruler", "--data", self.words_suite(), "--out", out, "--mode", "ab",
                              "--preset", "xattention-ruler", "--stride", 4, "--beside", "random,keep-share=0.3",
                              "--beside", "window,keep-share=1", *self.flags())
        self.assertEqual(code, 0, err)
        summary = json.loads((out / "summary.json").read_text())
        self.assertTrue(summary["graded"])
        rows = {row["mode"]: row for row in summary["totals"]}
        for row in rows.values():
            self.assertEqual((row["total"], row["failed"], row["video_tokens"]), (2, 0, 0))
            self.assertGreater(row["prompt_tokens"], 300)
        # Not even the words of the question stay dense, and a window over all leaves nothing out.
        self.assertLess(rows["random,keep-share=0.3"]["density"], 0.9)
        self.assertEqual(rows["window,keep-share=1"]["density"], 1)
        found = {one["mode"]: one["first_token_kl"] for one in summary["verdicts"]}
        self.assertEqual(found["random,keep-share=0.3"]["questions"], 2)
        self.assertGreater(found["random,keep-share=0.3"]["mean"], 0)
        self.assertLess(found["window,keep-share=1"]["mean"], 1e-6)
        self.assertIn("first token KL", text)
        settings = summary["settings"]["attention"]["xattention"]
        self.assertEqual((settings["stride"], settings["threshold"], settings["dense_last_tokens"]), (4, 0.8, 0))
        self.assertIn("prompt tokens", (out / "report.md").read_text())
        self.assertEqual(sorted(one.name for one in out.iterdir()),
                         ["answers.jsonl", "report.html", "report.md", "summary.json"])

    def test_words_beyond_what_the_model_was_made_for_are_told_of_before_anything_is_asked(self):
        data = self.words_suite().with_name("long_ruler")
        folder = data / "65536" / "niah_single_1"
        folder.mkdir(parents=True, exist_ok=True)
        rows = [{"index": i, "input": "Rain fell on the roof. " * count, "outputs": ["1"], "length": 400}
                for i, count in enumerate((60, 20000))]
        (folder / "validation.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        code, _, err = run("eval", "--format", "ruler", "--data", data, "--out", PROGRAM, *self.flags())
        self.assertEqual(code, 2)
        self.assertRegex(err, "^about 1 of 2 questions are longer than the 32768 tokens")
        _, _, err = run("eval", "--format", "ruler", "--data", self.words_suite(), "--out", PROGRAM, *self.flags())
        self.assertNotIn("longer than", err)

    def test_selectors_are_held_against_the_true_mass(self):
        film = sorted(GRID.glob("*.mp4"))[0]
        flags = [1024 if flag == 256 else flag for flag in self.flags()]
        code, text, err = run("bench", "selectors", film, "What is shown?", "--try", "oracle,threshold=0.5", "--try",
                              "window,keep-share=1", "--json", *flags)
        self.assertEqual(code, 0, err)
        oracle, window = json.loads(text)["selectors"]
        self.assertGreaterEqual(oracle["kept_true_mass"], 0.5)
        self.assertLess(oracle["density"], 1)
        self.assertEqual(window["density"], 1)
        self.assertAlmostEqual(window["kept_true_mass"], 1, delta=1e-5)
        code, _, err = run("bench", "selectors", film, "What?", "--try", "dense", *self.flags())
        self.assertEqual(code, 2)
        self.assertIn("--try dense: chooses no blocks", err)

    def test_what_makes_no_sense_is_refused_in_one_line(self):
        out = WORK / "refused"
        other = WORK / "other_settings"
        evaluate(GRID, other, *self.flags(), "--limit", 1)
        for arguments, says in (
                (["--out", out], "either --suite DIR or --format NAME"),
                (["--suite", WORK / "nowhere", "--out", out], "does not exist"),
                (["--format", "mlvu", "--out", out], "--format needs --data"),
                (["--suite", GRID, "--out", out, "--margin", 1], "--mode ab"),
                (["--suite", GRID, "--out", out, "--beside", "random"], "--mode ab"),
                (["--suite", GRID, "--out", out, "--mode", "ab", "--beside", "guess"], "cannot be chosen by 'guess'"),
                (["--suite", GRID, "--out", out, "--mode", "ab", "--beside", "xattention"], "would run twice"),
                (["--suite", GRID, "--out", out, "--mode", "ab", "--beside", "random,keep-share=0.3",
                  "--beside", "random,keep-share=0.30"], "does the same as random,keep-share=0.3"),
                (["--suite", GRID, "--out", out, "--preset", "xattention-ruler"], "--format ruler alone"),
                (["--format", "ruler", "--data", self.words_suite(), "--out", out, "--preset", "xattention-longbench"],
                 "--format longbench alone"),
                (["--format", "ruler", "--data", self.words_suite(), "--out", out, "--preset", "xattention-videomme"],
                 "--format ruler shows none"),
                (["--format", "ruler", "--data", GRID, "--out", out], "holds no validation.jsonl"),
                (["--format", "mlvu", "--data", WORK, "--out", out], "holds no annotation file"),
                (["--format", "tv", "--data", WORK, "--out", out], "--format"),
                (["--suite", GRID, "--out", PROGRAM], "cannot be made"),
                (["--suite", GRID, "--out", other, "--fps", 1], "another suite, model or settings")):
            code, _, err = run("eval", *arguments, *self.flags())
            self.assertEqual(code, 2, arguments)
            self.assertIn(says, err)
            self.assertNotIn("terminate", err)


if __name__ == "__main__":
    unittest.main()
