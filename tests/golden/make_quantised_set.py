#!/usr/bin/env python3
"""Cuts quantised tiny checkpoints (make_tiny_quantised.py of the specification) down to what is committed here.

    make_quantised_set.py OUTPUT_OF_THE_GENERATOR tests/golden/quantised MODEL [MODEL ...]

Keeps the language model, since only it is quantised, and of the golden values those that a test of it needs. The tower
is put back as zeros by quantised_set.cpp. Needs numpy and safetensors."""
import json
import pathlib
import shutil
import struct
import sys

KEPT = ("in.input_ids", "in.video_grid_thw", "in.second_per_grid_ts", "vision.output", "out.greedy_ids",
        "out.greedy_logits", "out.greedy_margin")


def read(file):
    data = file.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8:8 + length])
    header.pop("__metadata__", None)
    return {name: (e["dtype"], e["shape"], data[8 + length + e["data_offsets"][0]:8 + length + e["data_offsets"][1]])
            for name, e in header.items()}


def write(file, tensors):
    header, at, raw = {}, 0, b""
    for name, (dtype, shape, values) in sorted(tensors.items()):
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [at, at + len(values)]}
        at += len(values)
        raw += values
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    file.write_bytes(struct.pack("<Q", len(text)) + text + raw)


def is_tower(name):
    return name.startswith(("visual.", "model.visual."))


def main():
    source, target = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    for model in sys.argv[3:]:
        folder, out = source / model, target / model
        out.mkdir(parents=True, exist_ok=True)
        weights = {}
        for shard in sorted(folder.glob("model*.safetensors")):
            weights |= {name: t for name, t in read(shard).items() if not is_tower(name)}
        write(out / "model.safetensors", weights)
        write(out / "golden.safetensors",
              {name: t for name, t in read(folder / "golden.safetensors").items() if name in KEPT})
        for name in ("config.json", "dequantised.json", "generation_config.json", "tokenizer.json"):
            shutil.copyfile(folder / name, out / name)


if __name__ == "__main__":
    main()
