"""Writes the model folder: configuration files around the weights of a training piece.

Usage: export.py --weights FOLDER [--out FOLDER]; the weights are copied if the folders differ.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

import paths
from layout import SYSTEM
from model import ModelSize
from render import MEAN, STD

# XAttention's tau: costs no answers on suites to 32K video tokens; at 0.7 the sample's change.
THRESHOLD = 0.8
SKILLS = ["colour", "shape", "card", "direction", "count", "first", "last", "order", "when", "at",
          "between", "shown", "list", "letter", "follow_up"]


def files() -> dict[str, dict]:
    """The small JSON files of the model folder, by name."""
    return {
        "config.json": ModelSize().hf_config(),
        "generation_config.json": {
            "bos_token_id": 1, "pad_token_id": 1, "eos_token_id": [3, 1], "do_sample": False,
            "repetition_penalty": 1.0, "max_new_tokens": 128},
        "preprocessor_config.json": {
            "min_pixels": 4 * 784, "max_pixels": 40 * 784, "patch_size": 14,
            "temporal_patch_size": 2, "merge_size": 2, "image_mean": list(MEAN),
            "image_std": list(STD), "image_processor_type": "Qwen2VLImageProcessor",
            "processor_class": "Qwen2VLProcessor"},
        "reelquery.json": {
            "prompt": {"time_text_every_pairs": 1, "time_text_format": "[m:ss]",
                       "system": SYSTEM},
            "recommended": {"frames_per_second": 1.0, "min_tokens_per_pair": 15,
                            "max_tokens_per_pair": 40, "frame_size": [168, 112],
                            "max_video_tokens": 8192, "threshold": THRESHOLD},
            "skills": SKILLS},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=paths.MODEL_DIR)
    args = parser.parse_args()
    if args.out.resolve() != args.weights.resolve():
        for old in args.out.glob("model*.safetensors*"):
            old.unlink()
        for file in args.weights.glob("model*.safetensors*"):
            shutil.copyfile(file, args.out / file.name)
    for name, content in files().items():
        (args.out / name).write_text(json.dumps(content, indent=2) + "\n")


if __name__ == "__main__":
    main()
