#!/usr/bin/env python3
"""The commands with a tiny Qwen3-VL: everything that stands on a model stands on this family too."""
import json
import unittest

import support
from support import CACHE, WORK, ask_json, ffmpeg, make_clip, run, tiny_model

QUESTION = "What happens in this video?"


def setUpModule():
    support.need("ffmpeg")
    support.fresh_work_folder()


class Qwen3Test(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.model = tiny_model("tiny-qwen3-vl")
        cls.clip = make_clip("clip.mp4", "-c:v", "libx264", "-g", "10", "-pix_fmt", "yuv420p", seconds=8)

    def ask(self, *flags, clip=None):
        return ask_json(clip or self.clip, QUESTION, "--model", self.model, "--max-tokens", 8,
                        "--dtype", "float32", *flags)

    def test_frames_are_whole_tokens_of_32_pixels(self):
        report = self.ask("--no-cache")
        self.assertEqual(report["frame_width"] % 32, 0)
        self.assertEqual(report["frame_height"] % 32, 0)
        tokens = report["frame_width"] // 32 * (report["frame_height"] // 32) * report["frames"] // 2
        self.assertEqual(report["video_tokens"], tokens)

    def test_stored_features_answer_as_new_ones(self):
        alone = self.ask("--no-cache")
        first, second = self.ask(), self.ask()
        self.assertTrue(second["features_from_cache"])
        self.assertEqual(alone["answer"], second["answer"])
        self.assertEqual(first["answer"], second["answer"])
        # The main rows and three planes, 192 float32 each.
        stored = [file.stat().st_size for file in CACHE.rglob("*.features")]
        self.assertTrue(any(0 <= size - second["video_tokens"] * 4 * 192 * 4 < 4000 for size in stored), stored)

    def test_a_follow_up_reads_its_own_words_only(self):
        code, out, err = run("ask", self.clip, QUESTION, "--model", self.model, "--max-tokens", 4, "--json",
                             "--follow-up", "And then?")
        self.assertEqual(code, 0, err)
        first, second = (json.loads(line) for line in out.splitlines())
        self.assertGreater(second["reused_tokens"], first["video_tokens"])

    def test_sparse_attention_evidence_and_a_closer_look(self):
        for flags in (["--attention", "xattention", "--threshold", 0.8], ["--evidence"]):
            report = self.ask("--max-video-tokens", 2000, *flags)
            self.assertGreater(report["answer_tokens"], 0)
        code, _, err = run("ask", self.clip, QUESTION, "--model", self.model, "--max-tokens", 4, "--zoom")
        self.assertEqual(code, 0, err)
        code, _, err = run("compare", self.clip, QUESTION, "--model", self.model, "--max-tokens", 4)
        self.assertEqual(code, 0, err)

    def test_calibrated_thresholds_can_be_used(self):
        clips, table = WORK / "clips", WORK / "thresholds.json"
        clips.mkdir(exist_ok=True)
        make_clip("clips/one.mp4", "-c:v", "libx264", "-pix_fmt", "yuv420p", seconds=20)
        code, _, err = run("calibrate", "--videos", clips, "--model", self.model, "--out", table)
        self.assertEqual(code, 0, err)
        rows = json.loads(table.read_text())["thresholds"]
        self.assertEqual([len(row) for row in rows], [4, 4, 4, 4])
        report = self.ask("--attention", "xattention", "--thresholds", table)
        self.assertGreater(report["answer_tokens"], 0)

    def test_a_range_of_an_uneven_film(self):
        clip = WORK / "uneven.mkv"
        ffmpeg("-f", "lavfi", "-i", "testsrc2=size=160x120:rate=10:duration=20",
               "-vf", "select='lt(n,10)+not(mod(n,7))'", "-vsync", "vfr", "-c:v", "libx264", clip)
        report = self.ask("--from", "9", "--frames", 8, clip=clip)
        self.assertGreaterEqual(report["frame_times_s"][0], 9)
        self.assertEqual(len(report["frame_times_s"]), 8)

    def test_a_plan_says_what_keys_values_and_features_take(self):
        code, out, err = run("ask", self.clip, QUESTION, "--model", self.model, "--plan", "--dtype", "float32")
        self.assertEqual(code, 0, err)
        self.assertIn("keys and values take 4 KiB a token", out)  # 4 layers, 2 x 2 heads of 64 float32
        self.assertIn("features 3 KiB a token", out)
        _, out, _ = run("ask", self.clip, QUESTION, "--model", self.model, "--plan", "--max-memory", "0.3")
        self.assertIn("no video fits beside the weights", out)

    def test_models_that_cannot_be_run_are_named(self):
        for kind, name in (("qwen3_vl_moe", "Qwen3-VL-MoE"), ("qwen3_5", "Qwen3.5"), ("qwen3_omni_moe", "Qwen3-Omni")):
            folder = WORK / kind
            folder.mkdir(exist_ok=True)
            (folder / "config.json").write_text(json.dumps({"model_type": kind}))
            code, out, _ = run("models", "--model", folder)
            self.assertEqual(code, 0)
            self.assertIn(f"not usable: this is {name}", out)
            code, _, err = run("ask", self.clip, QUESTION, "--model", folder)
            self.assertEqual(code, 4)
            self.assertIn(name, err)
        code, out, _ = run("models", "--model", self.model)
        self.assertIn("qwen3_vl", out)

    def test_the_whole_model_is_measured(self):
        code, out, err = run("bench", "model", "--like", "tiny-qwen3-vl", "--video-tokens", 300, "--density", 0.5,
                             "--repetitions", 1, "--decode-tokens", 2, "--device", "cpu", "--json")
        self.assertEqual(code, 0, err)
        self.assertEqual(len(json.loads(out)["rows"]), 2)

    def test_stages_are_written_down(self):
        file = WORK / "stages.safetensors"
        code, _, err = run("bench", "stages", self.clip, QUESTION, "--model", self.model, "--device", "cpu",
                           "--frames", 4, "--max-tokens", 4, "--out", file)
        self.assertEqual(code, 0, err)
        data = file.read_bytes()
        header = json.loads(data[8:8 + int.from_bytes(data[:8], "little")])
        self.assertLessEqual({"in.frames", "in.ids", "in.positions", "vision.output", "vision.deepstack_2",
                              "lm.layer_0.deepstack", "lm.layer_3", "lm.logits", "out.ids"}, header.keys())
        self.assertEqual(header["in.frame_times_s"]["shape"], [4])
        code, _, err = run("bench", "stages", self.clip, QUESTION, "--model", self.model, "--device", "cpu",
                           "--out", WORK / "nowhere" / "x")
        self.assertEqual(code, 2)
        self.assertIn("cannot be written", err)


if __name__ == "__main__":
    unittest.main()
