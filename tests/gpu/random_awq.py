#!/usr/bin/env python3
"""usage: random_awq.py FOLDER OUT

A model folder whose language model is in AWQ's int4 (gemm layout, groups of 128, zero points), the other tensors those of
FOLDER, a random checkpoint: for times and memory. Codes are random; scales keep the maps' outputs as small as FOLDER's.
Python 3 with NumPy."""
import json
import re
import shutil
import struct
import sys
from pathlib import Path

import numpy as np

GROUP = 128
MAPS = re.compile(r"layers\.\d+\.(self_attn|mlp)\.\w+_proj\.weight$")


def stored(folder):
    """name -> (file, begin of its bytes, number of them, type, shape) of all tensors of a folder."""
    found = {}
    for file in sorted(folder.glob("*.safetensors")):
        with file.open("rb") as source:
            size = struct.unpack("<Q", source.read(8))[0]
            header = json.loads(source.read(size))
        header.pop("__metadata__", None)
        for name, entry in header.items():
            begin, end = entry["data_offsets"]
            found[name] = (file, 8 + size + begin, end - begin, entry["dtype"], entry["shape"])
    return found


def packed(name, shape, random):
    """The three tensors that take the place of a map [outputs, inputs]."""
    outputs, inputs = shape
    base, groups = name.removesuffix("weight"), inputs // GROUP
    words = random.integers(0, 1 << 32, (inputs, outputs // 8), dtype=np.uint32)
    zeros = np.full((groups, outputs // 8), 0x88888888, dtype=np.uint32)
    # Codes from -8 to 7 have a spread of 4.6.
    scales = np.full((groups, outputs), 0.02 / 4.6, dtype=np.float16)
    return {base + "qweight": ("I32", words), base + "qzeros": ("I32", zeros), base + "scales": ("F16", scales)}


def main():
    source, out = Path(sys.argv[1]), Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(1)
    tensors = stored(source)
    header, at, writers = {}, 0, []

    def add(name, kind, shape, size, write):
        nonlocal at
        header[name] = {"dtype": kind, "shape": list(shape), "data_offsets": [at, at + size]}
        at += size
        writers.append(write)

    for name, (file, begin, size, kind, shape) in tensors.items():
        if MAPS.search(name) and not name.startswith("visual.") and ".visual." not in name:
            for part, (kind, values) in packed(name, shape, random).items():
                add(part, kind, values.shape, values.nbytes, values.tobytes)
            continue
        add(name, kind, shape, size, lambda file=file, begin=begin, size=size: np.fromfile(
            file, np.uint8, size, offset=begin).tobytes())
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with (out / "model.safetensors").open("wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for write in writers:
            file.write(write())
    config = json.loads((source / "config.json").read_text())
    config["quantization_config"] = {"quant_method": "awq", "bits": 4, "group_size": GROUP, "version": "gemm",
                                     "zero_point": True, "modules_to_not_convert": ["visual"]}
    (out / "config.json").write_text(json.dumps(config, indent=2))
    for file in source.iterdir():
        if file.suffix != ".safetensors" and file.name not in ("config.json", "model.safetensors.index.json"):
            shutil.copy(file, out / file.name)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main()
