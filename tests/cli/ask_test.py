#!/usr/bin/env python3
"""reelquery ask on real files of many kinds: it answers, and its figures are consistent."""
import contextlib
import json
import os
import pathlib
import pty
import shutil
import signal
import subprocess
import time
import unittest

import support
from support import PROGRAM, WORK, ask_json, ffmpeg, make_clip, run, tiny_model

QUESTION = "What happens in this video?"
SAMPLE = pathlib.Path(__file__).resolve().parents[2] / "resources" / "samples" / "needles-10min.mp4"
KEYS = {"answer", "frames", "video_tokens", "prompt_tokens", "answer_tokens", "decode_s", "encode_s", "prefill_s",
        "attention_s", "selection_s", "first_token_s", "tokens_per_s", "density", "peak_host_bytes", "device",
        "attention", "model"}


def setUpModule():
    support.need("ffmpeg")
    support.fresh_work_folder()


def on_terminal(*arguments):
    """What the program writes to a terminal."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen([str(PROGRAM), *support.on_processor(arguments)], stdout=subprocess.DEVNULL,
                               stderr=theirs, env=support.environment())
    os.close(theirs)
    said = b""
    with contextlib.suppress(OSError):  # once nobody writes any more
        while piece := os.read(ours, 4096):
            said += piece
    os.close(ours)
    assert process.wait() == 0, said
    return said.decode(errors="replace")


class AskTest(unittest.TestCase):
    def ask(self, clip, *flags):
        return ask_json(clip, QUESTION, "--model", tiny_model(), "--max-tokens", 8, *flags)

    def check(self, clip):
        report = self.ask(clip)
        self.assertLessEqual(KEYS, report.keys())
        self.assertGreater(report["frames"], 0)
        self.assertGreater(report["video_tokens"], 0)
        self.assertGreater(report["prompt_tokens"], report["video_tokens"])
        self.assertEqual(report["device"], "cpu")
        times = report["frame_times_s"]
        self.assertEqual(len(times), report["frames"])
        self.assertEqual(times, sorted(times))
        return report

    def test_h264_mp4(self):
        self.check(make_clip("h264.mp4", "-c:v", "libx264", "-pix_fmt", "yuv420p"))

    def test_hevc_mkv(self):
        self.check(make_clip("hevc.mkv", "-c:v", "libx265", "-x265-params", "log-level=error"))

    def test_vp9_webm(self):
        self.check(make_clip("vp9.webm", "-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8"))

    def test_rotated_phone_clip_is_shown_upright(self):
        plain = make_clip("plain.mp4", "-c:v", "libx264", "-pix_fmt", "yuv420p")
        turned = WORK / "turned.mp4"
        ffmpeg("-i", plain, "-c", "copy", "-metadata:s:v", "rotate=90", turned)
        report = self.check(turned)
        self.assertLess(report["frame_width"], report["frame_height"])

    def test_variable_frame_rate(self):
        clip = WORK / "vfr.mkv"
        ffmpeg("-f", "lavfi", "-i", "testsrc2=size=320x240:rate=30:duration=4",
               "-vf", "select='if(lt(t,2),not(mod(n,10)),1)'", "-vsync", "vfr", "-c:v", "libx264", clip)
        report = self.check(clip)
        self.assertGreater(report["frame_times_s"][-1], 3.0)

    def test_subtitles_reach_the_prompt_where_they_are_wanted(self):
        clip = make_clip("said.mp4", "-c:v", "libx264", "-pix_fmt", "yuv420p")
        words = "1\n00:00:01,000 --> 00:00:02,000\nThe parrot says ahoy.\n"
        clip.with_suffix(".srt").write_text(words)
        other = WORK / "other.vtt"
        other.write_text("WEBVTT\n\n00:01.000 --> 00:02.000\nA longer line of other words.\n")
        off, auto, named = self.ask(clip), self.ask(clip, "--subtitles", "auto"), self.ask(clip, "--subtitles", other)
        self.assertEqual([off["subtitle_lines"], auto["subtitle_lines"], named["subtitle_lines"]], [0, 1, 1])
        self.assertLess(off["prompt_tokens"], auto["prompt_tokens"])
        self.assertLess(auto["prompt_tokens"], named["prompt_tokens"])
        code, _, err = run("ask", clip, QUESTION, "--model", tiny_model(), "--subtitles", WORK / "missing.srt")
        self.assertEqual(code, 3)
        self.assertIn("missing.srt", err)

    def test_still_picture(self):
        picture = WORK / "still.png"
        ffmpeg("-f", "lavfi", "-i", "testsrc2=size=320x240", "-frames:v", 1, picture)
        self.assertGreater(self.ask(picture)["video_tokens"], 0)

    def test_same_question_twice_gives_the_same_answer(self):
        clip = make_clip("again.mp4", "-c:v", "libx264", "-pix_fmt", "yuv420p")
        self.assertEqual(self.ask(clip)["answer"], self.ask(clip)["answer"])

    def test_sparse_attention_with_everything_kept_answers_as_dense(self):
        clip = make_clip("both.mp4", "-c:v", "libx264", "-pix_fmt", "yuv420p")
        dense = self.ask(clip, "--dtype", "float32")
        sparse = self.ask(clip, "--dtype", "float32", "--attention", "xattention", "--threshold", 1)
        self.assertEqual(dense["answer"], sparse["answer"])
        self.assertEqual(dense["density"], 1)
        self.assertGreater(sparse["selection_s"], 0)

    def test_range_limits_the_frames(self):
        clip = make_clip("range.mp4", "-c:v", "libx264", "-pix_fmt", "yuv420p", seconds=6)
        times = self.ask(clip, "--from", "0:02", "--to", "4", "--sampling", "exact")["frame_times_s"]
        self.assertGreaterEqual(times[0], 1.99)
        self.assertLessEqual(times[-1], 4.01)

    def test_text_goes_to_stdout_and_progress_is_silent_in_a_pipe(self):
        clip = make_clip("text.mp4", "-c:v", "libx264", "-pix_fmt", "yuv420p")
        code, out, err = run("ask", clip, QUESTION, "--model", tiny_model(), "--max-tokens", 4)
        self.assertEqual(code, 0)
        self.assertIn("peak memory", out)
        self.assertNotIn("\r", err)

    def test_a_file_without_times_says_how_far_it_is_read_through(self):
        raw = make_clip("raw.h264", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-f", "h264")
        self.assertIn("Reading the file", on_terminal("ask", raw, "What?", "--model", tiny_model(), "--max-tokens", 2))

    def test_a_name_that_is_no_utf8(self):
        named = os.fsencode(WORK) + b"/Stra\xdfe.mp4"
        shutil.copy(os.fsencode(make_clip("named.mp4", "-c:v", "libx264", "-pix_fmt", "yuv420p")), named)
        self.check(os.fsdecode(named))

    def test_plan_says_the_cost_and_does_no_work(self):
        clip = make_clip("plan.mp4", "-c:v", "libx264", "-pix_fmt", "yuv420p")
        code, out, err = run("ask", clip, QUESTION, "--model", tiny_model(), "--plan")
        self.assertEqual(code, 0)
        self.assertIn("video tokens", out + err)
        self.assertIn("are free on cpu", out)

    def test_interrupt_ends_with_130(self):
        clip = make_clip("long.mp4", "-c:v", "libx264", "-pix_fmt", "yuv420p", seconds=60)
        process = subprocess.Popen([PROGRAM, "ask", clip, QUESTION, "--model", tiny_model(), "--max-tokens", "20000",
                                    "--device", "cpu"],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=support.environment())
        process.stderr.readline()  # the plan: work has begun
        start = time.monotonic()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
        self.assertEqual(process.returncode, 130)
        self.assertLess(time.monotonic() - start, 5)  # 0.5 s on an idle machine; CI may be busy


class EmbeddedModelTest(unittest.TestCase):
    """The shipped model on the shipped film, whose needles and true answers its JSON lists."""

    def ask(self, question, *flags):
        return ask_json(SAMPLE, question, "--max-tokens", 40, *flags)["answer"]

    def test_it_names_the_colour_of_what_is_shown(self):
        for attention in ("dense", "xattention"):
            answer = self.ask("What colour is the cross?", "--from", "0:40", "--to", "1:10", "--attention", attention)
            self.assertIn("orange", answer)

    def test_it_says_when_something_is_not_shown(self):
        self.assertIn("not shown", self.ask("What colour is the heart?", "--from", "0:40", "--to", "1:10"))

    def test_evidence_holds_the_moment_that_was_asked_about(self):
        for attention in ("dense", "xattention"):
            report = ask_json(SAMPLE, "What colour is the cross?", "--from", "0:40", "--to", "1:10", "--evidence",
                              "--attention", attention)
            self.assertIn("orange", report["answer"])
            evidence = report["evidence"]
            self.assertAlmostEqual(sum(evidence["weights"]), 1, places=4)
            self.assertEqual(len(evidence["times_s"]), report["frames"] // 2)
            first = evidence["moments"][0]
            self.assertLess(first["from_s"], 60.606)  # the cross is there from 56.642 on
            self.assertGreater(first["to_s"], 56.642)

    def test_evidence_does_not_change_the_answer_and_is_labelled(self):
        flags = ("--from", "0:40", "--to", "1:10", "--max-tokens", 40)
        code, out, err = run("ask", SAMPLE, "What colour is the cross?", "--evidence", *flags)
        self.assertEqual(code, 0, err)
        self.assertIn("Where the model looked (not proof): 0:5", out)
        self.assertIn(self.ask("What colour is the cross?", "--from", "0:40", "--to", "1:10"), out)

    def test_zoom_answers_again_from_frames_inside_the_moments_only(self):
        code, out, err = run("ask", SAMPLE, "What colour is the cross?", "--from", "0:40", "--to", "1:10", "--zoom",
                             "--json")
        self.assertEqual(code, 0, err)
        first, closer = map(json.loads, out.splitlines())
        self.assertEqual(first["zoomed_into"], [])
        stretches = [(s["from_s"], s["to_s"]) for s in closer["zoomed_into"]]
        for time in closer["frame_times_s"]:
            self.assertTrue(any(a - 0.1 <= time <= b + 0.1 for a, b in stretches), (time, stretches))
        rate = lambda frames, seconds: frames / seconds
        self.assertGreater(rate(closer["frames"], sum(b - a for a, b in stretches)), 1.5 * rate(first["frames"], 30))
        self.assertIn("orange", closer["answer"])

    def test_auto_keeps_a_short_prompt_dense_and_says_why(self):
        report = ask_json(SAMPLE, "What colour is the cross?", "--from", "0:54", "--to", "1:02", "--attention", "auto")
        self.assertEqual(report["density"], 1)
        self.assertIn("dense: ", report["attention_choices"])
        self.assertTrue(all(layer["why"] and not layer["sparse"] for layer in report["layers"]))

    def test_a_plan_after_an_answer_tells_how_long(self):
        flags = (SAMPLE, "What colour is the cross?", "--from", "0:40", "--to", "1:10")
        cache = {"XDG_CACHE_HOME": str(WORK / "unmeasured")}  # what other tests measured would count
        _, before, _ = run("ask", *flags, "--plan", env=cache)
        self.assertNotIn("to the first word", before)
        self.assertEqual(run("ask", *flags, env=cache)[0], 0)
        _, after, _ = run("ask", *flags, "--plan", env=cache)
        self.assertIn("to the first word", after)

    def test_compare_reports_both_sides(self):
        code, out, err = run("compare", SAMPLE, "What colour is the cross?", "--from", "0:40", "--to", "1:10",
                             "--max-tokens", 20, "--rounds", 1, "--json")
        self.assertEqual(code, 0, err)
        report = json.loads(out)
        self.assertLessEqual(KEYS, report["dense"].keys())
        self.assertLessEqual(KEYS, report["xattention"].keys())
        self.assertLessEqual({"first_token_kl", "top1", "equal_prefix_tokens"}, report["agreement"].keys())
        self.assertIn("orange", report["dense"]["answer"])
        self.assertEqual(report["dense"]["density"], 1)
        self.assertGreaterEqual(report["agreement"]["first_token_kl"], 0)

    def test_thresholds_from_calibration_can_be_used(self):
        clips, table = WORK / "clips", WORK / "thresholds.json"
        clips.mkdir()
        make_clip("clips/one.mp4", "-c:v", "libx264", "-pix_fmt", "yuv420p", seconds=20)
        (clips / "notes.txt").write_text("not a clip")
        code, _, err = run("calibrate", "--videos", clips, "--out", table)
        self.assertEqual(code, 0, err)
        self.assertIn("left out: notes.txt", err)
        self.assertTrue(all(0 <= t <= 1 for row in json.loads(table.read_text())["thresholds"] for t in row))
        self.assertIn("orange", self.ask("What colour is the cross?", "--from", "0:40", "--to", "1:10",
                                         "--attention", "xattention", "--thresholds", table))

    def test_a_folder_without_clips_cannot_calibrate(self):
        folder = WORK / "no clips"
        folder.mkdir()
        (folder / "notes.txt").write_text("not a clip")
        code, _, err = run("calibrate", "--videos", folder, "--out", WORK / "none.json")
        self.assertEqual(code, 2)
        self.assertIn("holds no clips", err)
        self.assertFalse((WORK / "none.json").exists())


class ModelsTest(unittest.TestCase):
    def test_lists_complete_and_incomplete_folders(self):
        tiny = tiny_model()
        broken = WORK / "models" / "broken"
        broken.mkdir(parents=True)
        for name in ("config.json", "tokenizer.json"):
            (broken / name).write_bytes((tiny / name).read_bytes())
        (WORK / "models" / "good").symlink_to(tiny)
        code, out, _ = run("models", "--model", WORK / "models", "--json")
        self.assertEqual(code, 0)
        entries = {e["folder"]: e for e in json.loads(out)}
        self.assertFalse(entries[str(broken)]["complete"])
        self.assertIn("model.safetensors", entries[str(broken)]["problem"])
        self.assertTrue(any(e["complete"] for e in entries.values()))

    def test_finds_hub_snapshots(self):
        hub = WORK / "hub"
        snapshot = hub / "models--Someone--Some-Model" / "snapshots" / "abc"
        snapshot.parent.mkdir(parents=True)
        snapshot.symlink_to(tiny_model())
        refs = hub / "models--Someone--Some-Model" / "refs"
        refs.mkdir()
        (refs / "main").write_text("abc")
        _, out, _ = run("models", "--json", env={"HF_HUB_CACHE": str(hub)})
        self.assertIn("Someone/Some-Model", [e["name"] for e in json.loads(out)])


if __name__ == "__main__":
    unittest.main()
