"""Models in GGUF through the program: answers, damaged files, and where other programs keep them."""
import json
import pathlib
import shutil
import struct
import unittest

from gguf_files import STRING, U32, convert
from support import CACHE, WORK, ask_json, make_clip, run, tiny_model


def setUpModule():
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    CACHE.mkdir()


FLAGS = ["--dtype", "float32", "--max-tokens", 12, "--frames", 4]


class AnswerTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.clip = make_clip("clip.mp4")
        cls.folder = WORK / "gguf"
        cls.folder.mkdir()
        convert(tiny_model(), cls.folder / "tiny-BF16.gguf", cls.folder / "mmproj-tiny-f16.gguf")
        cls.expected = ask_json(cls.clip, "What is shown?", "--model", tiny_model(), *FLAGS)

    def check(self, *flags):
        report = ask_json(self.clip, "What is shown?", *flags, *FLAGS)
        self.assertEqual(report["answer"], self.expected["answer"])
        self.assertEqual(report["prompt_tokens"], self.expected["prompt_tokens"])
        return report

    def test_the_answer_is_that_of_the_folder(self):
        report = self.check("--model", self.folder / "tiny-BF16.gguf")
        self.assertEqual(report["weights"], "float32")

    def test_a_tower_that_is_named(self):
        other = WORK / "elsewhere"
        other.mkdir()
        shutil.copy(self.folder / "tiny-BF16.gguf", other)
        code, _, err = run("ask", self.clip, "What?", "--model", other / "tiny-BF16.gguf")
        self.assertEqual(code, 4)
        self.assertIn("--mmproj", err)
        self.check("--model", other / "tiny-BF16.gguf", "--mmproj", self.folder / "mmproj-tiny-f16.gguf")

    def test_parts(self):
        folder = WORK / "parts"
        folder.mkdir()
        convert(tiny_model(), folder / "tiny", folder / "mmproj.gguf", parts=3)
        for part in (1, 2):
            self.check("--model", folder / f"tiny-0000{part}-of-00003.gguf")
        (folder / "tiny-00002-of-00003.gguf").unlink()
        code, _, err = run("ask", self.clip, "What?", "--model", folder / "tiny-00001-of-00003.gguf")
        self.assertEqual(code, 4)
        self.assertIn("tiny-00002-of-00003.gguf is missing", err)

    def test_a_tower_of_the_first_converters(self):
        folder = WORK / "swapped"
        folder.mkdir()
        convert(tiny_model(), folder / "tiny.gguf", folder / "mmproj.gguf", swapped=True)
        self.check("--model", folder / "tiny.gguf")

    def test_packing_while_loading_is_said(self):
        for kind in ("fp8", "int8", "int4"):
            report = ask_json(self.clip, "What is shown?", "--model", tiny_model(), "--weights", kind, *FLAGS)
            self.assertEqual(report["weights"], kind)

    def test_a_folder_of_such_files_says_which_to_name(self):
        code, _, err = run("ask", self.clip, "What?", "--model", self.folder)
        self.assertEqual(code, 4)
        self.assertIn("tiny-BF16.gguf", err)

    def test_a_damaged_tower_beside_the_model_is_named(self):
        folder = WORK / "cut tower"
        folder.mkdir()
        convert(tiny_model(), folder / "tiny.gguf", folder / "mmproj.gguf")
        tower = folder / "mmproj.gguf"
        tower.write_bytes(tower.read_bytes()[:700])
        code, _, err = run("ask", self.clip, "What?", "--model", folder / "tiny.gguf")
        self.assertEqual(code, 4)
        self.assertIn("mmproj.gguf: cut short", err)


class BadFileTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.clip = make_clip("clip2.mp4")
        cls.number = 0

    def written(self, change=lambda values, tensors: None):
        type(self).number += 1
        folder = WORK / f"bad-{self.number}"
        folder.mkdir()
        convert(tiny_model(), folder / "bad.gguf", folder / "mmproj.gguf", change=change)
        return folder / "bad.gguf"

    def refuse(self, file, *mentions):
        code, out, err = run("ask", self.clip, "What?", "--model", file)
        self.assertEqual((code, out), (4, ""), err)
        self.assertEqual(len(err.strip().splitlines()), 2, err)  # what and where, then what to do
        self.assertNotIn("internal", err)
        for mention in mentions:
            self.assertIn(mention, err)

    def test_cut_anywhere(self):
        data = self.written().read_bytes()
        for share in (0.0001, 0.001, 0.01, 0.1, 0.5, 0.9, 0.999):
            file = self.written()
            file.write_bytes(data[:int(len(data) * share)])
            self.refuse(file, str(file))

    def test_versions_and_counts(self):
        data = self.written().read_bytes()
        for at, raw, word in ((4, struct.pack("<I", 1), "version 1"), (8, struct.pack("<Q", 1 << 40), "tensors"),
                              (16, struct.pack("<Q", 1 << 62), "keys"), (24, struct.pack("<Q", 1 << 50), "bytes")):
            file = self.written()
            file.write_bytes(data[:at] + raw + data[at + len(raw):])
            self.refuse(file, word)

    def test_types_that_cannot_be_run_are_named(self):
        def change(values, tensors):
            at = next(i for i, t in enumerate(tensors) if t[0] == "blk.0.ffn_up.weight")
            tensors[at] = (tensors[at][0], tensors[at][1], 23, tensors[at][3])
        self.refuse(self.written(change), "IQ4_XS", "Q4_K")

    def test_shapes_that_do_not_fit(self):
        def change(values, tensors):
            at = next(i for i, t in enumerate(tensors) if t[0] == "blk.0.ffn_up.weight")
            name, (rows, columns), kind, raw = tensors[at]
            tensors[at] = (name, [rows // 2, columns * 2], kind, raw)
        self.refuse(self.written(change), "model.layers.0.mlp.up_proj.weight")

    def test_blocks_that_do_not_fill_rows(self):
        def change(values, tensors):
            tensors.append(("extra", [4, 33], 12, b"\0" * 144))
        self.refuse(self.written(change), "extra", "whole blocks of Q4_K")

    def test_other_architectures(self):
        def change(values, tensors):
            values[0] = ("general.architecture", STRING, "llama")
        self.refuse(self.written(change), "llama", "Qwen2-VL")

    def test_missing_keys_and_tensors(self):
        for key in ("qwen2vl.block_count", "qwen2vl.rope.dimension_sections", "tokenizer.ggml.tokens"):
            self.refuse(self.written(lambda values, tensors, key=key: values.remove(
                next(v for v in values if v[0] == key))), str(WORK))
        self.refuse(self.written(lambda values, tensors: tensors.remove(
            next(t for t in tensors if t[0] == "output_norm.weight"))), "output_norm.weight is missing")

    def test_fewer_layers_than_the_file_holds(self):
        def change(values, tensors):
            at = next(i for i, v in enumerate(values) if v[0] == "qwen2vl.block_count")
            values[at] = ("qwen2vl.block_count", U32, values[at][2] - 1)
        self.refuse(self.written(change), "blk.", "the file's keys do not call for")

    def test_absurd_sizes(self):
        def change(values, tensors):
            at = next(i for i, v in enumerate(values) if v[0] == "qwen2vl.embedding_length")
            values[at] = ("qwen2vl.embedding_length", U32, 1 << 31)
        self.refuse(self.written(change), "embedding_length")

    def test_a_tower_for_a_model(self):
        file = self.written()
        self.refuse(file.parent / "mmproj.gguf", "--mmproj")


class CatalogTest(unittest.TestCase):
    def test_where_other_programs_keep_them(self):
        home = WORK / "home"
        studio = home / ".lmstudio/models/publisher/tiny-GGUF"
        llama = home / ".cache/llama.cpp"
        hub = home / ".cache/huggingface/hub/models--someone--tiny-GGUF"
        ollama = home / ".ollama/models"
        for folder in (studio, llama, hub / "snapshots/abc", hub / "blobs", hub / "refs", ollama / "blobs",
                       ollama / "manifests/registry.ollama.ai/library/tiny"):
            folder.mkdir(parents=True)
        convert(tiny_model(), studio / "tiny-BF16.gguf", studio / "mmproj-tiny-f16.gguf")
        data, tower = (studio / "tiny-BF16.gguf").read_bytes(), (studio / "mmproj-tiny-f16.gguf").read_bytes()
        (llama / "someone_tiny-GGUF_tiny-BF16.gguf").write_bytes(data)
        (llama / "someone_tiny-GGUF_mmproj-tiny-f16.gguf").write_bytes(tower)
        for name, raw in (("tiny-BF16.gguf", data), ("mmproj-f16.gguf", tower)):
            (hub / "blobs" / name[:4]).write_bytes(raw)
            (hub / "snapshots/abc" / name).symlink_to(pathlib.Path("../../blobs") / name[:4])
        (hub / "refs/main").write_text("abc")
        (ollama / "blobs/sha256-11").write_bytes(data)
        (ollama / "blobs/sha256-22").write_bytes(tower)
        (ollama / "manifests/registry.ollama.ai/library/tiny/7b").write_text(json.dumps({"layers": [
            {"mediaType": "application/vnd.ollama.image.model", "digest": "sha256:11"},
            {"mediaType": "application/vnd.ollama.image.projector", "digest": "sha256:22"}]}))
        # A text model, and a model whose tower is not there.
        (studio / "notes.gguf").write_bytes(data.replace(b"qwen2vl", b"llama00"))
        lonely = home / ".lmstudio/models/publisher/lonely"
        lonely.mkdir()
        (lonely / "lonely.gguf").write_bytes(data)
        # What is damaged is shown: a file cut in its header, a manifest that is none, one without its blob.
        (studio / "cut.gguf").write_bytes(data[:40])
        manifests = ollama / "manifests/registry.ollama.ai/library/tiny"
        (manifests / "broken").write_text("{")
        (manifests / "gone").write_text(json.dumps({"layers": [
            {"mediaType": "application/vnd.ollama.image.model", "digest": "sha256:33"},
            {"mediaType": "application/vnd.ollama.image.projector", "digest": "sha256:22"}]}))
        (manifests / "text").write_text(json.dumps({"layers": [
            {"mediaType": "application/vnd.ollama.image.model", "digest": "sha256:33"}]}))
        environment = {"HOME": str(home), "XDG_CACHE_HOME": "", "HF_HOME": "", "HF_HUB_CACHE": "", "OLLAMA_MODELS": ""}
        code, out, err = run("models", "--json", env=environment)
        self.assertEqual(code, 0, err)
        found = {entry["name"]: entry for entry in json.loads(out) if entry["source"] != "embedded"}
        self.assertEqual(set(found), {"tiny-BF16", "someone_tiny-GGUF_tiny-BF16", "someone/tiny-GGUF/tiny-BF16",
                                      "tiny:7b", "lonely", "cut", "tiny:broken", "tiny:gone"})
        for name, word in (("cut", "cut.gguf"), ("tiny:broken", "manifest"), ("tiny:gone", "blob")):
            entry = found.pop(name)
            self.assertFalse(entry["complete"])
            self.assertIn(word, entry["problem"])
        for name, entry in found.items():
            if name == "lonely":
                self.assertFalse(entry["complete"])
                self.assertIn("mmproj", entry["problem"])
                continue
            self.assertTrue(entry["complete"], entry)
            self.assertEqual((entry["family"], entry["format"]), ("qwen2_vl", "bf16"))
            self.assertEqual(entry["bytes"], len(data) + len(tower))
            self.assertEqual([need["video_tokens"] for need in entry["needs"]], [16384, 32768, 131072])
            self.assertLess(entry["needs"][0]["bytes"], entry["needs"][2]["bytes"])
        clip = make_clip("clip3.mp4")
        for name in ("tiny:7b", "someone/tiny-GGUF/tiny-BF16"):
            report = ask_json(clip, "What?", "--model", found[name]["folder"], *FLAGS)
            self.assertGreater(report["answer_tokens"], 0)


if __name__ == "__main__":
    unittest.main()
