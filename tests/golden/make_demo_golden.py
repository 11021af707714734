#!/usr/bin/env python3
"""Writes what Hugging Face transformers makes of the embedded model, resources/demo_model.

`Qwen2VLForConditionalGeneration.from_pretrained` loads the folder and answers questions about a few
drawn frames, in float32 on the CPU; positions are those that transformers works out itself from ids
and grids. Needs torch, transformers, safetensors and sentencepiece (written with transformers
4.57.6, torch 2.11.0).

    make_demo_golden.py        writes demo_model.safetensors and demo_model.json beside this file
"""
import json
import os
import pathlib

os.environ["HF_HUB_OFFLINE"] = "1"

import sentencepiece
import torch
import transformers as hf
from safetensors.torch import save_file

HERE = pathlib.Path(__file__).resolve().parent
MODEL = HERE.parents[1] / "resources" / "demo_model"
PAIRS, HEIGHT, WIDTH = 4, 112, 168
SECONDS_PER_PAIR = 2
SYSTEM = "You are a helpful assistant."
QUESTIONS = ["What colour is the square?", "When does the red square appear?",
             "Which way does the red square move?", "How many squares appear?", "Is a blue star shown?"]
# Subtitle lines (seconds, words) and questions about them.
SAID = [[1.0, "Good morning, everyone."], [4.5, "Walnut, that is the code word."], [7.0, "Come here!"]]
SAID_QUESTIONS = ["What is the code word?", "When is the code word mentioned?", "What is the bus number?"]
START, END, VISION_START, VISION_END, VIDEO_PAD = 2, 3, 4, 5, 8
LONGEST = 24


def frames():
    """A moving red square on a pattern, u8 [8, 3, 112, 168]; demo_model_golden_test.cpp draws the same."""
    out = torch.zeros(2 * PAIRS, 3, HEIGHT, WIDTH, dtype=torch.uint8)
    y, x = torch.meshgrid(torch.arange(HEIGHT), torch.arange(WIDTH), indexing="ij")
    for f in range(2 * PAIRS):
        picture = torch.stack(((x + 3 * f) % 64 + 60, (2 * y + x) % 80 + 50, torch.full_like(x, 110)))
        if 2 <= f < 6:
            left = 30 + 14 * f
            picture[:, 36:76, left:left + 40] = torch.tensor([250, 250, 250])[:, None, None]
            picture[:, 39:73, left + 3:left + 37] = torch.tensor([222, 38, 38])[:, None, None]
        out[f] = picture.to(torch.uint8)
    return out


def prompt(encode, question, said):
    """The layout of resources/demo_model/README.md."""
    line_end = encode("\n")
    ids = [START, *encode("system\n" + SYSTEM), END, *line_end, START, *encode("user\n")]
    tokens = HEIGHT // 28 * (WIDTH // 28)
    for pair in range(PAIRS):
        time = SECONDS_PER_PAIR * pair
        ids += [*encode(f"[0:{time:02d}]"), VISION_START, *[VIDEO_PAD] * tokens, VISION_END]
        for seconds, words in said:
            if time <= seconds < time + SECONDS_PER_PAIR:
                ids += [*encode(f"[0:{int(seconds):02d}] {words}"), *line_end]
    return ids + [*encode(question), END, *line_end, START, *encode("assistant\n")]


def main():
    torch.set_grad_enabled(False)
    torch.set_num_threads(1)
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(MODEL / "tokenizer.model"))
    model = hf.Qwen2VLForConditionalGeneration.from_pretrained(MODEL, torch_dtype=torch.float32).eval()
    batch = hf.Qwen2VLVideoProcessor()(videos=[frames().float()], do_resize=False, return_tensors="pt")
    pixels = batch["pixel_values_videos"].float()
    # One segment a pair: the grid of the whole video, cut along time.
    grid = torch.tensor([[1, HEIGHT // 14, WIDTH // 14]] * PAIRS)
    values = {"vision.output": torch.cat(list(model.get_video_features(pixels, grid)))}
    cases = []
    asked = [(q, []) for q in QUESTIONS] + [(q, SAID) for q in SAID_QUESTIONS]
    for number, (question, said) in enumerate(asked):
        ids = prompt(pieces.encode, question, said)
        answer = model.generate(
            input_ids=torch.tensor([ids]), attention_mask=torch.ones(1, len(ids), dtype=torch.long),
            pixel_values_videos=pixels, video_grid_thw=grid, do_sample=False, max_new_tokens=LONGEST,
            repetition_penalty=1.0, return_dict_in_generate=True, output_logits=True)
        picked = answer.sequences[0, len(ids):].tolist()
        logits = torch.cat(answer.logits)
        best = logits.topk(2).values
        margin = float((best[:, 0] - best[:, 1]).min())
        assert margin > 0.01, f"{question}: two tokens are too close to tell apart"
        values[f"first_logits.{number}"] = logits[0]
        text = pieces.decode([token for token in picked if token != END])
        cases.append({"question": question, "said": said, "prompt_ids": ids, "greedy_ids": picked, "answer": text})
        print(f"{question} {text} (least margin {margin:.3f})")
    save_file({key: value.contiguous() for key, value in values.items()}, HERE / "demo_model.safetensors")
    rows = ",\n".join(" " + json.dumps(case) for case in cases)
    (HERE / "demo_model.json").write_text(f"[\n{rows}\n]\n")


if __name__ == "__main__":
    main()
