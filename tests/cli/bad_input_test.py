#!/usr/bin/env python3
"""Every kind of bad input ends with its exit code and one clear line, and leaves nothing behind."""
import json
import os
import re
import shutil
import struct
import unittest

import support
from support import WORK, ffmpeg, make_clip, run, tiny_model

QUESTION = "What happens?"
USAGE, VIDEO, MODEL, MEMORY = 2, 3, 4, 5


def setUpModule():
    support.need("ffmpeg")
    support.fresh_work_folder()


def files_there():
    """All but the log, which tells of a refusal, too."""
    return sorted(p for p in WORK.rglob("*") if WORK / "state" not in (p, *p.parents))


class BadInputTest(unittest.TestCase):
    def refuse(self, code, video, *flags, model=None, mentions=()):
        before = files_there()
        got, out, err = run("ask", video, QUESTION, "--model", model or tiny_model(), "--max-tokens", 2, *flags)
        self.assertEqual(got, code, f"stdout {out!r} stderr {err!r}")
        lines = [line for line in err.splitlines() if line.startswith("reelquery: ")]
        self.assertEqual(len(lines), 1, err)
        self.assertLessEqual(len(err.splitlines()), 3, err)  # a plan, the line, its hint
        for word in mentions:
            self.assertIn(word, err)
        self.assertEqual(out, "")
        self.assertEqual(before, files_there())
        return err


class BadVideoTest(BadInputTest):
    @classmethod
    def setUpClass(cls):
        tiny_model()
        cls.good = make_clip("good.mp4", "-c:v", "libx264", "-pix_fmt", "yuv420p")

    def file(self, name, content):
        path = WORK / name
        path.write_bytes(content)
        return path

    def test_empty_file(self):
        self.refuse(VIDEO, self.file("empty.mp4", b""), mentions=["empty.mp4"])

    def test_mp4_cut_short(self):
        whole = self.good.read_bytes()
        self.refuse(VIDEO, self.file("short.mp4", whole[:len(whole) // 2]), mentions=["short.mp4"])

    def test_mp4_without_moov(self):
        whole = self.good.read_bytes()
        at, boxes = 0, b""
        while at < len(whole):
            size = struct.unpack(">I", whole[at:at + 4])[0]
            if whole[at + 4:at + 8] != b"moov":
                boxes += whole[at:at + size]
            at += size
        self.refuse(VIDEO, self.file("nomoov.mp4", boxes), mentions=["nomoov.mp4"])

    def test_audio_only(self):
        path = WORK / "sound.m4a"
        ffmpeg("-f", "lavfi", "-i", "sine=duration=1", path)
        self.refuse(VIDEO, path, mentions=["sound.m4a"])

    def test_text_renamed_to_mp4(self):
        self.refuse(VIDEO, self.file("text.mp4", b"Dear diary, today nothing happened.\n" * 50), mentions=["text.mp4"])

    def test_missing_file(self):
        self.refuse(VIDEO, WORK / "not-there.mp4", mentions=["not-there.mp4"])

    def test_folder(self):
        (WORK / "folder.mp4").mkdir(exist_ok=True)
        self.refuse(VIDEO, WORK / "folder.mp4", mentions=["folder"])

    @unittest.skipIf(os.geteuid() == 0, "root may read every file")
    def test_no_permission(self):
        path = self.file("secret.mp4", self.good.read_bytes())
        path.chmod(0)
        self.refuse(VIDEO, path, mentions=["permission"])

    def test_name_longer_than_a_file_system_allows(self):
        self.refuse(VIDEO, WORK / ("long" * 100 + ".mp4"))

    def test_range_past_the_end(self):
        self.refuse(USAGE, self.good, "--from", "1:00", "--to", "2:00")

    def test_time_that_is_none(self):
        self.refuse(USAGE, self.good, "--from", "soon", mentions=["--from"])

    def test_unicode_and_long_names_are_fine(self):
        path = WORK / ("видео 动画 🎬 " + "ü" * 90 + ".mp4")
        shutil.copy(self.good, path)
        code, _, err = run("ask", path, QUESTION, "--model", tiny_model(), "--max-tokens", 2)
        self.assertEqual(code, 0, err)

    def test_one_frame_is_enough(self):
        path = make_clip("one.mp4", "-frames:v", 1, "-c:v", "libx264", "-pix_fmt", "yuv420p")
        code, _, err = run("ask", path, QUESTION, "--model", tiny_model(), "--max-tokens", 2)
        self.assertEqual(code, 0, err)

    def test_what_does_not_fit_is_refused_with_choices(self):
        large = ("--frames", 30, "--min-frame-tokens", 768)
        # Where memory is short decoders give way first: what is needed with one of them.
        tight = (*large, "--max-memory", 0.05)
        _, plan, _ = run("ask", self.good, QUESTION, "--model", tiny_model(), "--plan", *tight)
        needed_mib = int(re.search(r"(\d+) MiB of memory", plan)[1])
        small = (*large, "--max-memory", (needed_mib - 10) / 1024)
        self.refuse(MEMORY, self.good, *small, mentions=["--frames", "GiB"])
        _, plan, _ = run("ask", self.good, QUESTION, "--model", tiny_model(), "--plan", *small)
        self.assertIn("which does not fit", plan)
        self.assertNotIn("to the first word", plan)

    def test_a_plan_as_json(self):
        flags = ("ask", self.good, QUESTION, "--model", tiny_model(), "--plan", "--json", "--frames", 4)
        code, out, err = run(*flags)
        self.assertEqual(code, 0, err)
        plan = json.loads(out)
        self.assertEqual((plan["frames"], plan["fits"], plan["choices"]), (4, True, []))
        self.assertEqual(plan["memory_bytes"], plan["weight_bytes"] + plan["cache_bytes"] + plan["work_bytes"])
        code, out, _ = run(*flags, "--max-memory", 0.02)
        plan = json.loads(out)
        self.assertFalse(plan["fits"])
        self.assertNotIn("forecast", plan)

    def test_numbers_that_are_none_are_refused(self):
        for flag in ("--temperature", "--top-p", "--repetition-penalty", "--threshold", "--max-memory", "--fps"):
            for odd in ("nan", "inf"):
                self.refuse(USAGE, self.good, flag, odd, mentions=[odd + " is no number"])

    def test_a_model_that_does_not_fit_is_refused(self):
        self.refuse(MEMORY, self.good, "--max-memory", 0.02, mentions=["smaller model"])


class BadModelTest(BadInputTest):
    @classmethod
    def setUpClass(cls):
        tiny_model()
        cls.video = make_clip("clip.mp4", "-c:v", "libx264", "-pix_fmt", "yuv420p")

    def damaged(self, name):
        folder = WORK / name
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(tiny_model(), folder)
        return folder

    def edit_json(self, path, change):
        data = json.loads(path.read_text())
        change(data)
        path.write_text(json.dumps(data))

    def weights(self, folder):
        return sorted(folder.glob("*.safetensors"))[0]

    def test_missing_folder(self):
        self.refuse(MODEL, self.video, model=WORK / "nowhere", mentions=["nowhere: there is no such folder or file"])

    def test_missing_weights(self):
        folder = self.damaged("noweights")
        self.weights(folder).unlink()
        self.refuse(MODEL, self.video, model=folder, mentions=["safetensors"])

    def test_weights_cut_short(self):
        folder = self.damaged("cut")
        path = self.weights(folder)
        path.write_bytes(path.read_bytes()[:-4096])
        self.refuse(MODEL, self.video, model=folder, mentions=[path.name])

    def test_absurd_header_length(self):
        folder = self.damaged("header")
        path = self.weights(folder)
        path.write_bytes(struct.pack("<Q", 1 << 60) + path.read_bytes()[8:])
        self.refuse(MODEL, self.video, model=folder, mentions=[path.name])

    def test_offsets_outside_the_file(self):
        folder = self.damaged("offsets")
        path = self.weights(folder)
        data = path.read_bytes()
        size = struct.unpack("<Q", data[:8])[0]
        header = json.loads(data[8:8 + size])
        name = next(n for n in header if n != "__metadata__")
        begin, end = header[name]["data_offsets"]
        header[name]["data_offsets"] = [begin + (1 << 40), end + (1 << 40)]
        raw = json.dumps(header).encode()
        path.write_bytes(struct.pack("<Q", len(raw)) + raw + data[8 + size:])
        self.refuse(MODEL, self.video, model=folder, mentions=[path.name])

    def test_an_index_that_names_what_no_system_takes(self):
        folder = self.damaged("index")
        self.weights(folder).unlink()
        index = folder / "model.safetensors.index.json"
        index.write_text(json.dumps({"weight_map": {"model.norm.weight": "x" * 5000}}))
        self.refuse(MODEL, self.video, model=folder, mentions=[index.name, "plain file names"])

    def test_config_of_other_sizes(self):
        folder = self.damaged("sizes")
        self.edit_json(folder / "config.json", lambda c: c.update(intermediate_size=c["intermediate_size"] + 64))
        self.refuse(MODEL, self.video, model=folder)

    def test_config_that_makes_no_sense(self):
        folder = self.damaged("nonsense")
        self.edit_json(folder / "config.json", lambda c: c.update(num_attention_heads=0))
        self.refuse(MODEL, self.video, model=folder, mentions=["num_attention_heads"])

    def test_config_that_is_no_json(self):
        folder = self.damaged("comma")
        text = (folder / "config.json").read_text()
        (folder / "config.json").write_text("{\n  \"a\": 1,,\n" + text[1:])
        err = self.refuse(MODEL, self.video, model=folder, mentions=["config.json is not valid JSON from line 2"])
        self.assertNotIn("json.exception", err)
        (folder / "config.json").write_text("")
        self.refuse(MODEL, self.video, model=folder, mentions=["config.json is empty"])

    def test_fewer_layers_than_there_are_weights(self):
        folder = self.damaged("fewer")
        self.edit_json(folder / "config.json", lambda c: c.update(num_hidden_layers=c["num_hidden_layers"] - 1))
        self.refuse(MODEL, self.video, model=folder, mentions=["model.layers.", "does not call for"])

    def test_group_sizes_that_cannot_be(self):
        for method in ("awq", "gptq"):
            for size in (0.5, 1 << 40, -7):
                folder = self.damaged(f"group-{method}")
                self.edit_json(folder / "config.json", lambda c: c.update(quantization_config={
                    "quant_method": method, "bits": 4, "group_size": size}))
                self.refuse(MODEL, self.video, model=folder, mentions=["group_size"])

    def test_config_of_another_family(self):
        folder = self.damaged("family")
        self.edit_json(folder / "config.json", lambda c: c.update(model_type="llama"))
        self.refuse(MODEL, self.video, model=folder, mentions=["llama"])

    def test_broken_tokenizer(self):
        folder = self.damaged("tokenizer")
        text = (folder / "tokenizer.json").read_text()
        (folder / "tokenizer.json").write_text(text[:len(text) // 2])
        self.refuse(MODEL, self.video, model=folder, mentions=["tokenizer.json"])

    def test_vocabulary_larger_than_the_embedding(self):
        folder = self.damaged("vocabulary")

        def grow(data):
            data["added_tokens"].append({"id": 10_000_000, "content": "<|far|>", "special": True, "normalized": False,
                                         "lstrip": False, "rstrip": False, "single_word": False})
        self.edit_json(folder / "tokenizer.json", grow)
        self.refuse(MODEL, self.video, model=folder)


class UsageTest(unittest.TestCase):
    def test_models_of_a_folder_that_is_not_there(self):
        code, out, err = run("models", "--model", WORK / "nowhere")
        self.assertEqual((code, out), (MODEL, ""))
        self.assertIn(f"{WORK / 'nowhere'}: no such folder", err)

    def test_kept_features_without_a_home(self):
        code, out, err = run("cache", "show", env={"HOME": "", "XDG_CACHE_HOME": ""})
        self.assertEqual(code, 0, err)
        self.assertIn("neither XDG_CACHE_HOME nor HOME is set", out)

    def test_unknown_flag_and_missing_question(self):
        for arguments in (["ask"], ["ask", "x.mp4"], ["ask", "x.mp4", "q", "--nonsense"], ["frobnicate", "--x"]):
            code, _, err = run(*arguments)
            self.assertEqual(code, USAGE, arguments)
            self.assertIn("--help", err)

    def test_help_names_the_exit_codes(self):
        code, out, _ = run("--help")
        self.assertEqual(code, 0)
        self.assertIn("130", out)


if __name__ == "__main__":
    unittest.main()
