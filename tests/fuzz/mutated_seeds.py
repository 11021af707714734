"""The files that mutated_files.py damages: small clips of every common container, pictures, and tiny model folders.

usage: mutated_seeds.py OUT [--small]    needs the ffmpeg command (libx264, libx265, libvpx, libwebp), but for --small:
then the clips are those of seeds/container alone, and the models fewer"""
import json
import math
import pathlib
import shutil
import struct
import subprocess
import sys

TESTS = pathlib.Path(__file__).resolve().parent.parent
GOLDEN = TESTS / "golden"
sys.path.insert(0, str(TESTS / "cli"))
from gguf_files import convert, read_safetensors  # noqa: E402

X264 = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "10", "-bf", "2"]
SOUND = ["-c:a", "aac", "-b:a", "24k"]
# name: (seconds, options of ffmpeg)
CLIPS = {
    "h264.mp4": (3, X264 + SOUND),
    "faststart.mp4": (2, X264 + SOUND + ["-movflags", "+faststart"]),
    "fragments.mp4": (3, X264 + SOUND + ["-movflags", "frag_keyframe+empty_moov"]),
    "mjpeg.mov": (2, ["-c:v", "mjpeg", "-an"]),
    "hevc.mkv": (2, ["-c:v", "libx265", "-x265-params", "log-level=none:keyint=10", "-an"]),
    "h264.mkv": (3, X264 + SOUND),
    "vp9.webm": (2, ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-g", "10", "-an"]),
    "vp8.webm": (2, ["-c:v", "libvpx", "-deadline", "realtime", "-g", "10", "-an"]),
    "h264.ts": (3, X264 + SOUND),
    "mpeg2.mpg": (2, ["-c:v", "mpeg2video", "-c:a", "mp2", "-f", "mpeg"]),
    "h264.flv": (2, X264 + SOUND),
    "mpeg4.avi": (2, ["-c:v", "mpeg4", "-c:a", "mp3"]),
    "wmv2.wmv": (2, ["-c:v", "wmv2", "-c:a", "wmav2"]),
    "theora.ogv": (2, ["-c:v", "libtheora", "-an"]),
    "raw.h264": (2, X264 + ["-an"]),
    "drawn.gif": (2, []),
    "drawn.png": (0, []),
    "drawn.jpg": (0, []),
    "drawn.webp": (0, []),
}
MODELS = {
    "qwen2": GOLDEN / "tiny-qwen2-vl",
    "qwen2_5": GOLDEN / "tiny-qwen2_5-vl",
    "qwen3": GOLDEN / "qwen3/tiny-qwen3-vl",
    "qwen3-untied": GOLDEN / "qwen3/tiny-qwen3-vl-untied",
    "awq": GOLDEN / "quantised/tiny-qwen2-vl-awq",
    "gptq-int8": GOLDEN / "quantised/tiny-qwen2-vl-gptq-int8",
    "gptq-int4": GOLDEN / "quantised/tiny-qwen2_5-vl-gptq-int4-act",
    "w4a16": GOLDEN / "quantised/tiny-qwen2_5-vl-ct-w4a16",
}
SMALL = ("qwen2", "qwen3", "awq")  # with "pieces" and "gguf"


def copy_videos(out):
    """Those that the fuzz targets begin with: a few frames of every container. What fuzzing found is damaged already."""
    for source in sorted((TESTS / "fuzz/seeds/container").iterdir()):
        if source.name.startswith("found_"):
            continue
        shutil.copy(source, out / "-few.".join(source.name.rsplit("_", 1)))


def make_videos(out):
    for name, (seconds, options) in CLIPS.items():
        size = "size=160x120:rate=10"
        pictures = ["-f", "lavfi", "-i", f"testsrc2={size}:duration={max(seconds, 1)}"]
        sound = ["-f", "lavfi", "-i", f"sine=duration={max(seconds, 1)}"] if seconds else []
        last = options if seconds else ["-frames:v", "1"]
        subprocess.run(["ffmpeg", "-hide_banner", "-loglevel", "error", "-y", *pictures, *sound, *last, out / name],
                       check=True)


def write_safetensors(path, tensors):
    """tensors: name -> (shape, bytes of bf16)."""
    header, at = {}, 0
    for name, (shape, raw) in tensors.items():
        header[name] = {"dtype": "BF16", "shape": shape, "data_offsets": [at, at + len(raw)]}
        at += len(raw)
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(raw for _, raw in tensors.values()))


def make_pieces(out):
    """The tiny model with the embedded model's SentencePiece vocabulary."""
    demo = TESTS.parent / "resources/demo_model"
    shutil.copytree(MODELS["qwen2"], out, ignore=lambda _, names: [n for n in names if "token" in n or n in (
        "vocab.json", "merges.txt", "golden.safetensors")])
    for name in ("tokenizer.model", "reelquery.json", "preprocessor_config.json", "generation_config.json"):
        shutil.copy(demo / name, out)
    config, big = (json.loads((folder / "config.json").read_text()) for folder in (out, demo))
    config.update({key: value for key, value in big.items() if key.endswith("_token_id") or key == "vocab_size"})
    (out / "config.json").write_text(json.dumps(config))
    weights = read_safetensors(out / "model.safetensors")
    (rows, width), raw = weights["model.embed_tokens.weight"]
    repeats = -(-config["vocab_size"] // rows)
    weights["model.embed_tokens.weight"] = ([config["vocab_size"], width],
                                            (raw * repeats)[:config["vocab_size"] * width * 2])
    write_safetensors(out / "model.safetensors", weights)


# Sizes of the small towers and what the quantised models call for instead.
TOWERS = {"qwen2": {80: 160, 240: 480, 320: 640, 192: 256}, "qwen2_5": {80: 160, 240: 480, 320: 640, 212: 428}}


def add_tower(folder):
    """The quantised golden models lack their towers: they get one of the small models' numbers, wider and deeper."""
    config = json.loads((folder / "config.json").read_text())
    kind = "qwen2_5" if "2_5" in config["model_type"] else "qwen2"
    shards = [read_safetensors(file) for file in sorted(MODELS[kind].glob("model*.safetensors"))]
    small = {name: one for shard in shards for name, one in shard.items() if name.startswith("visual.")}
    tower = {}
    for name, (shape, raw) in small.items():
        wide = [TOWERS[kind].get(side, side) for side in shape]
        count = 2 * math.prod(wide)
        raw = (raw * -(-count // len(raw)))[:count]
        deep = range(config["vision_config"]["depth"]) if ".blocks.0." in name else [0]
        if ".blocks." not in name or ".blocks.0." in name:
            tower |= {name.replace(".blocks.0.", f".blocks.{block}."): (wide, raw) for block in deep}
    file = folder / "model.safetensors"
    data = file.read_bytes()
    (length,) = struct.unpack_from("<Q", data)
    header, values = json.loads(data[8:8 + length]), data[8 + length:]
    for name, (shape, raw) in tower.items():
        header[name] = {"dtype": "BF16", "shape": shape, "data_offsets": [len(values), len(values) + len(raw)]}
        values += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    file.write_bytes(struct.pack("<Q", len(text)) + text + values)


def make_models(out, is_small):
    for name, source in MODELS.items():
        if is_small and name not in SMALL:
            continue
        shutil.copytree(source, out / name, ignore=shutil.ignore_patterns("golden*", "dequantised.json"))
        if "quantised" in source.parts:
            add_tower(out / name)
    make_pieces(out / "pieces")
    (out / "gguf").mkdir()
    convert(out / "qwen2", out / "gguf/tiny-BF16.gguf", out / "gguf/mmproj-tiny-f16.gguf")


def make_seeds(out, is_small=False):
    shutil.rmtree(out, ignore_errors=True)
    (out / "videos").mkdir(parents=True)
    copy_videos(out / "videos")
    if not is_small:
        make_videos(out / "videos")
    make_models(out / "models", is_small)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3) or sys.argv[2:] not in ([], ["--small"]):
        sys.exit(__doc__)
    make_seeds(pathlib.Path(sys.argv[1]), is_small=len(sys.argv) == 3)
