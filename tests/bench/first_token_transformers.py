#!/usr/bin/env python3
"""From a film to the first token with torchcodec and transformers: what `reelquery bench ask` is held against.

usage: first_token_transformers.py FILM MODEL_DIR FRAMES [--max-pixels N] [--device cuda|cpu] [--repetitions N]

Needs Python with torch, torchcodec and transformers; nothing of ours does. Takes Qwen2-VL folders. Decodes FRAMES frames
spread evenly over the film, exactly and by approximate seeking, lets the hub's own processor resize them and reads the prompt
once with keys and values kept; one JSON line a run. --max-pixels is the processor's longest_edge, all frames together: choose it
so that video_tokens equals the figure that `bench ask --json` prints. The first run of each mode warms up.
"""
import argparse
import json
import sys
import time

import torch
from torchcodec.decoders import VideoDecoder
from transformers import Qwen2VLForConditionalGeneration, Qwen2VLVideoProcessor

TEXT_BEFORE, TEXT_AFTER = 14, 20  # tokens of the chat layout and a short question: their ids do not change the time


def now(device):
    if device == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter()


def frames_of(film, count, mode):
    decoder = VideoDecoder(film, num_ffmpeg_threads=0, seek_mode=mode)
    places = torch.linspace(0, decoder.metadata.num_frames - 1, count).round().long().tolist()
    return decoder.get_frames_at(places).data


def first_token(model, patches, grid):
    config = model.config
    tokens = int(grid.prod()) // config.vision_config.spatial_merge_size ** 2
    ids = [1] * TEXT_BEFORE + [config.vision_start_token_id] + [config.video_token_id] * tokens
    ids = torch.tensor([ids + [config.vision_end_token_id] + [1] * TEXT_AFTER], device=patches.device)
    inputs = {"input_ids": ids, "attention_mask": torch.ones_like(ids), "pixel_values_videos": patches, "video_grid_thw": grid,
              "use_cache": True, "logits_to_keep": 1}
    try:
        logits = model(**inputs).logits
    except (TypeError, ValueError):  # newer versions want to be told which tokens are a video's
        logits = model(**inputs, mm_token_type_ids=(ids == config.video_token_id).int() * 2).logits
    return tokens, int(logits[0, -1].argmax())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("film")
    parser.add_argument("model")
    parser.add_argument("frames", type=int)
    parser.add_argument("--max-pixels", type=int, default=0)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu", choices=["cuda", "cpu"])
    parser.add_argument("--repetitions", type=int, default=2)
    asked = parser.parse_args()
    dtype = torch.bfloat16 if asked.device == "cuda" else torch.float32
    model = Qwen2VLForConditionalGeneration.from_pretrained(asked.model, dtype=dtype, attn_implementation="sdpa")
    model = model.to(asked.device).eval()
    size = {"shortest_edge": 3136, "longest_edge": asked.max_pixels} if asked.max_pixels else None
    processor = Qwen2VLVideoProcessor.from_pretrained(asked.model, **({"size": size} if size else {}))
    for mode in ("exact", "approximate"):
        for repetition in range(asked.repetitions):
            started = now(asked.device)
            frames = frames_of(asked.film, asked.frames, mode)
            decoded = now(asked.device)
            cut = processor(videos=[frames], return_tensors="pt", device=asked.device, do_sample_frames=False)
            patches, grid = cut["pixel_values_videos"].to(asked.device), cut["video_grid_thw"].to(asked.device)
            processed = now(asked.device)
            with torch.inference_mode():
                tokens, _ = first_token(model, patches, grid)
            ended = now(asked.device)
            print(json.dumps({"seeking": mode, "repetition": repetition, "frames": asked.frames, "video_tokens": tokens,
                              "decode_s": round(decoded - started, 3), "process_s": round(processed - decoded, 3),
                              "model_s": round(ended - processed, 3), "first_token_s": round(ended - started, 3)}), flush=True)
            del frames, cut, patches
    return 0


if __name__ == "__main__":
    sys.exit(main())
