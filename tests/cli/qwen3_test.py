#!/usr/bin/env python3
"""reelquery ask with Qwen3-VL's tiny checkpoints: from a file to Hugging Face's greedy words.

The golden frames are written to a lossless clip, each where the reference took it from; asking with as many frames must
then find these, resize and encode them, name their times and answer in the reference's words.
"""
import json
import os
import pathlib
import shutil
import struct
import unittest

import support
from support import WORK, ask_json, run

COMMITTED = pathlib.Path(__file__).resolve().parents[1] / "golden" / "qwen3"
GOLDEN = pathlib.Path(os.environ.get("REELQUERY_GOLDEN_QWEN3_DIR") or COMMITTED)
MODELS = ["tiny-qwen3-vl", "tiny-qwen3-vl-untied"]
SYSTEM = "You are a helpful assistant."
TYPES = {"U8": "B", "I64": "q", "F64": "d", "F32": "f"}


def setUpModule():
    support.need("ffmpeg")
    support.fresh_work_folder()


def read_tensors(file):
    """Key -> (shape, values as a flat array or bytes)."""
    raw = file.read_bytes()
    size = struct.unpack("<Q", raw[:8])[0]
    tensors = {}
    for key, entry in json.loads(raw[8:8 + size]).items():
        if key == "__metadata__":
            continue
        begin, end = (8 + size + at for at in entry["data_offsets"])
        kind = TYPES.get(entry["dtype"])
        data = raw[begin:end]
        if kind and kind != "B":
            data = struct.unpack(f"<{(end - begin) // struct.calcsize(kind)}{kind}", data)
        tensors[key] = (entry["shape"], data)
    return tensors


def bytes_of_letters():
    """The byte that each letter of a byte-level vocabulary stands for."""
    plain = [*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in plain]
    return {chr(byte): byte for byte in plain} | {chr(0x100 + n): byte for n, byte in enumerate(others)}


def names_of(folder):
    """Id -> bytes that it adds to a text: control tokens none, other added tokens their own."""
    tokenizer = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    letters, names = bytes_of_letters(), {}
    for entry, token in tokenizer["model"]["vocab"].items():
        names[token] = bytes(letters[letter] for letter in entry)
    for token in tokenizer["added_tokens"]:
        names[token["id"]] = b"" if token["special"] else token["content"].encode()
    return names


def named_ids(folder, ids):
    """The answer up to the first id that is only padding: the reference may pick one of a random model's, we never do."""
    names = names_of(folder)
    return ids[:next((n for n, token in enumerate(ids) if token not in names), len(ids))]


def words_of(folder, ids):
    names = names_of(folder)
    return b"".join(names[token] for token in ids).decode("utf-8", errors="replace")


def interleaved(shape, data, frame):
    """One frame [3, h, w] as rows of rgb pixels."""
    _, _, height, width = shape
    plane = height * width
    planes = [data[(frame * 3 + c) * plane:(frame * 3 + c + 1) * plane] for c in range(3)]
    return bytes(value for pixel in zip(*planes) for value in pixel)


def short_names(text):
    return text.replace('"model.visual.', '"visual.').replace('"model.language_model.', '"model.')


def with_short_names(file):
    """Names as files saved by older libraries spell them; the header keeps its length."""
    raw = file.read_bytes()
    size = struct.unpack("<Q", raw[:8])[0]
    header = short_names(raw[8:8 + size].decode()).encode()
    file.write_bytes(raw[:8] + header.ljust(size) + raw[8 + size:])


def write_clip(golden, file):
    """Every golden frame from its own place on, until the next."""
    shape, data = golden["in.frames_src_u8"]
    indices = golden["in.frame_indices"][1]
    rate = golden["in.video_fps"][1][0]
    frames, shown = [interleaved(shape, data, n) for n in range(shape[0])], 0
    content = bytearray()
    for index in range(indices[-1] + 1):
        if shown + 1 < len(indices) and indices[shown + 1] <= index:
            shown += 1
        content += frames[shown]
    source = file.with_suffix(".rgb")
    source.write_bytes(content)
    support.ffmpeg("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{shape[3]}x{shape[2]}", "-r", str(rate), "-i", source,
                   "-c:v", "png", "-pix_fmt", "rgb24", file)
    source.unlink()
    return shape[0]


class Qwen3Test(unittest.TestCase):
    def ask(self, folder, medium, question, *flags, tokens=16):
        return ask_json(medium, question, "--model", folder, "--device", "cpu", "--dtype", "float32", "--system", SYSTEM,
                        "--max-tokens", tokens, "--no-cache", "--sampling", "exact", *flags)

    def check_answer(self, folder, golden, medium, question, *flags):
        ids = named_ids(folder, golden["out.greedy_ids"][1])
        report = self.ask(folder, medium, question, *flags, tokens=len(ids))
        _, _, height, width = golden["in.frames_resized_u8"][0]
        self.assertEqual((report["frame_height"], report["frame_width"]), (height, width))
        self.assertEqual(report["prompt_tokens"], golden["in.input_ids"][0][1])
        self.assertEqual(report["answer"], words_of(folder, ids))
        self.assertEqual(report["answer_tokens"], len(ids))

    def test_a_video_gets_the_reference_answer(self):
        for name in MODELS:
            with self.subTest(model=name):
                folder = GOLDEN / name
                golden = read_tensors(folder / "golden.safetensors")
                clip = WORK / f"{name}.mov"
                count = write_clip(golden, clip)
                self.check_answer(folder, golden, clip, "What happens in this video?", "--frames", count,
                                  "--min-frame-tokens", 4, "--max-frame-tokens", 24)

    def test_a_picture_gets_the_reference_answer(self):
        questions = {case["name"]: case["messages"][-1]["content"][-1]["text"] for case in json.loads(
            (GOLDEN / "tokenizer" / "prompt_golden.json").read_text(encoding="utf-8"))}
        for name in MODELS:
            with self.subTest(model=name):
                folder = GOLDEN / name
                golden = read_tensors(folder / "golden_image.safetensors")
                shape, data = golden["in.frames_src_u8"]
                source = WORK / "picture.rgb"
                source.write_bytes(interleaved(shape, data, 0))
                picture = WORK / f"{name}.png"
                support.ffmpeg("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{shape[3]}x{shape[2]}", "-i", source, picture)
                self.check_answer(folder, golden, picture, questions["image"], "--min-frame-tokens", 4, "--max-frame-tokens", 40)

    def test_no_system_turn_is_added(self):
        folder = GOLDEN / MODELS[0]
        golden = read_tensors(folder / "golden.safetensors")
        clip = WORK / "plain.mov"
        count = write_clip(golden, clip)
        flags = ["--model", folder, "--device", "cpu", "--frames", count, "--min-frame-tokens", 4, "--max-frame-tokens", 24,
                 "--max-tokens", 1]
        with_system = ask_json(clip, "What?", *flags, "--system", SYSTEM)
        without = ask_json(clip, "What?", *flags)
        self.assertGreater(with_system["prompt_tokens"], without["prompt_tokens"] + 10)

    def test_drawing_as_the_makers_do_is_repeatable_and_another_answer(self):
        folder = GOLDEN / MODELS[0]
        golden = read_tensors(folder / "golden.safetensors")
        clip = WORK / "drawn.mov"
        write_clip(golden, clip)
        flags = ["--model", folder, "--device", "cpu", "--dtype", "float32", "--max-tokens", 16]
        greedy = ask_json(clip, "What?", *flags)["answer"]
        drawn = [ask_json(clip, "What?", *flags, "--sample", "--seed", seed)["answer"] for seed in (1, 1, 2)]
        self.assertEqual(drawn[0], drawn[1])
        self.assertGreater(len({greedy, *drawn}), 1)
        # A comparison is of greedy answers whatever else is asked for.
        rounds = ["--model", folder, "--dtype", "float32", "--max-tokens", 8, "--rounds", 1, "--json"]
        sides = []
        for more in ([], ["--sample", "--seed", 1]):
            code, out, err = run("compare", clip, "What?", *rounds, *more)
            self.assertEqual(code, 0, err)
            sides.append(json.loads(out)["dense"]["answer"])
        self.assertEqual(sides[0], sides[1])

    def test_other_spellings_of_the_folder_give_the_same_answer(self):
        """Short names of weights, and config.json as newer libraries write it."""
        for name in MODELS:
            with self.subTest(model=name):
                folder = WORK / f"respelt-{name}"
                shutil.copytree(GOLDEN / name, folder)
                for file in folder.glob("model*.safetensors"):
                    with_short_names(file)
                index = folder / "model.safetensors.index.json"
                if index.exists():
                    index.write_text(short_names(index.read_text(encoding="utf-8")), encoding="utf-8")
                config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
                text = config["text_config"]
                text["rope_parameters"] = text.pop("rope_scaling") | {"rope_theta": text.pop("rope_theta")}
                config["vision_config"] |= {"model_type": "qwen3_vl_vision",
                                            "rope_parameters": {"rope_theta": 10000.0, "rope_type": "axial"}}
                (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
                parts = {"image_processor": "preprocessor_config.json", "video_processor": "video_preprocessor_config.json"}
                both = {part: json.loads((folder / file).read_text(encoding="utf-8")) for part, file in parts.items()}
                (folder / "processor_config.json").write_text(json.dumps(both), encoding="utf-8")
                for file in parts.values():
                    (folder / file).unlink()
                golden = read_tensors(folder / "golden.safetensors")
                clip = WORK / f"respelt-{name}.mov"
                count = write_clip(golden, clip)
                self.check_answer(folder, golden, clip, "What happens in this video?", "--frames", count,
                                  "--min-frame-tokens", 4, "--max-frame-tokens", 24)

    def test_thoughts_are_no_answer(self):
        folder = WORK / "thinking"
        shutil.copytree(GOLDEN / MODELS[0], folder)
        (folder / "chat_template.jinja").write_text(
            "{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n<think>\\n' }}{%- endif %}", encoding="utf-8")
        golden = read_tensors(folder / "golden.safetensors")
        clip = WORK / "thinking.mov"
        count = write_clip(golden, clip)
        flags = ["--frames", count, "--min-frame-tokens", 4, "--max-frame-tokens", 24]
        report = self.ask(folder, clip, "What happens in this video?", *flags)
        self.assertEqual(report["prompt_tokens"], golden["in.input_ids"][0][1] + 2)  # "<think>" and a line end
        self.assertEqual(report["answer"], "")
        self.assertTrue(any("thoughts" in note for note in report["notes"]), report["notes"])

    def test_a_folder_of_another_model_is_named(self):
        clip = support.make_clip("any.mp4", "-c:v", "libx264", "-pix_fmt", "yuv420p")
        for kind, what in (("qwen3_vl_moe", "mixture of experts"), ("qwen3_5", "Qwen3.5"), ("qwen3_omni_moe", "Qwen3-Omni")):
            folder = WORK / kind
            folder.mkdir()
            (folder / "config.json").write_text(json.dumps({"model_type": kind}), encoding="utf-8")
            code, _, err = run("ask", clip, "What?", "--model", folder)
            self.assertEqual(code, 4, err)
            self.assertIn(what, err)


if __name__ == "__main__":
    unittest.main()
