"""Asks the shipped model about a video file, in Python: the reference of the whole pipeline.

    answer.py VIDEO "question" ... [--step 1.0] [--size 168x112]
    answer.py --suite DIR [--step 1.0] [--size 168x112] [--limit N] [--out FILE]

The second form answers a longvid-synth suite and prints the share of right answers per task.
Frames are taken every --step seconds; a frame pair and its time text make one group.
"""

from __future__ import annotations

import argparse
import json
import subprocess
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

import paths
import scoring
from checkpoint import load_weights
from layout import IM_END, Encoder, Layout
from model import DemoModel, rotate
from questions import time_text
from render import MEAN, STD


def frames_of(path: Path, step: float, height: int, width: int) -> torch.Tensor:
    """Pictures shown at 0, step, 2*step, ... as u8 [n, 3, height, width], an even number."""
    probe = ["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries",
             "stream=width,height", "-of", "csv=p=0", str(path)]
    w, h = (int(x) for x in subprocess.run(probe, check=True, capture_output=True,
                                           text=True).stdout.strip().split(",")[:2])
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-vf",
               f"fps=fps={1 / step:.6f}:round=up:start_time=0", "-f", "rawvideo",
               "-pix_fmt", "rgb24", "-"]
    raw = subprocess.run(command, check=True, capture_output=True).stdout
    pictures = torch.frombuffer(bytearray(raw), dtype=torch.uint8).view(-1, h, w, 3)
    pictures = pictures.permute(0, 3, 1, 2)
    if len(pictures) % 2:
        pictures = torch.cat((pictures, pictures[-1:]))
    parts = [F.interpolate(part.float(), (height, width), mode="bicubic", antialias=True,
                           align_corners=False).clamp(0, 255).round().byte()
             for part in pictures.split(64)]
    return torch.cat(parts)


class Answerer:
    """Greedy answers in float32; the prefix of a video is computed once."""

    def __init__(self, folder: Path = paths.MODEL_DIR, device: str = "cpu"):
        self.model = DemoModel().eval()
        load_weights(self.model, folder)
        self.model.to(device)
        self.device = device
        self.layout = Layout(Encoder())

    @torch.no_grad()
    def watch(self, pictures: torch.Tensor, step: float) -> None:
        """Takes u8 pictures [2*pairs, 3, h, w] and fills the cache of keys and values."""
        mean, std = (torch.tensor(v).view(1, 3, 1, 1) for v in (MEAN, STD))
        pairs = len(pictures) // 2
        height, width = pictures.shape[2:]
        vision = []
        for part in pictures.view(pairs, 2, 3, height, width).split(32):
            pixels = (part.float() - 255 * mean) / (255 * std)
            vision.append(self.model.visual(pixels.to(self.device)))
        times = [time_text(2 * p * step) for p in range(pairs)]
        ids, positions, self.next = self.layout.prefix(times, height // 28, width // 28)
        self.prefix_ids = ids
        at = torch.from_numpy(np.flatnonzero(ids == 8)).to(self.device)
        self.cache = [None] * self.model.size.layers
        x = self.model.embed(torch.from_numpy(ids)[None].to(self.device), torch.cat(vision), at)
        self.forward(x, torch.from_numpy(positions)[:, None], keep=True)

    def forward(self, x, positions, keep: bool):
        """Runs tokens after the cached ones; returns hidden states, stores K and V if `keep`."""
        rope = self.model.rope(positions.to(self.device), torch.float32)
        size = self.model.size
        for i, layer in enumerate(self.model.model.layers):
            h = layer.input_layernorm(x)
            q = rotate(layer.heads_of(layer.self_attn.q_proj, h, size.heads), *rope)
            k = rotate(layer.heads_of(layer.self_attn.k_proj, h, size.kv_heads), *rope)
            v = layer.heads_of(layer.self_attn.v_proj, h, size.kv_heads)
            past = 0
            if self.cache[i] is not None:
                past = self.cache[i][0].shape[2]
                k, v = torch.cat((self.cache[i][0], k), 2), torch.cat((self.cache[i][1], v), 2)
            if keep:
                self.cache[i] = (k, v)
            groups = size.heads // size.kv_heads
            mask = None
            if past and q.shape[2] > 1:
                mask = torch.ones(q.shape[2], k.shape[2], dtype=torch.bool,
                                  device=q.device).tril(past)
            y = F.scaled_dot_product_attention(
                q, k.repeat_interleave(groups, 1), v.repeat_interleave(groups, 1),
                attn_mask=mask, is_causal=past == 0)
            x = layer.join(x, y)
        return self.model.model.norm(x)

    @torch.no_grad()
    def ask(self, question: str, before: list[dict] = (), limit: int = 128) -> str:
        """The answer to a question, with earlier turns {"question", "answer"} in front."""
        layout, ids = self.layout, []
        for i, turn in enumerate([*before, {"question": question}]):
            ids += (layout.again if i else []) + layout.encoder.encode(turn["question"])
            ids += layout.ask
            if "answer" in turn:
                ids += layout.encoder.encode(turn["answer"]) + [IM_END]
        kept, at, out = list(self.cache), self.next, []
        while len(out) < limit:
            positions = torch.arange(at, at + len(ids)).expand(3, 1, -1)
            at += len(ids)
            x = self.model.embed(torch.tensor([ids], device=self.device), None, None)
            x = self.forward(x, positions, True)
            token = int(self.model.logits(x[0, -1]).argmax())
            if token in (IM_END, 1):
                break
            out.append(token)
            ids = [token]
        self.cache = kept
        return layout.encoder.decode(out)


def converse(answerer: Answerer, questions: list[str]) -> list[str]:
    """The answers to questions that are asked one after the other in one conversation."""
    turns: list[dict] = []
    for question in questions:
        turns.append({"question": question, "answer": answerer.ask(question, turns)})
    return [turn["answer"] for turn in turns]


def run_suite(args, height: int, width: int) -> None:
    rows = [json.loads(line) for line in (args.suite / "questions.jsonl").open()]
    rows = rows[:args.limit]
    answerer, video = Answerer(args.weights), None
    table: dict = defaultdict(lambda: [0, 0, 0.0])
    results = []
    for row in rows:
        if row["video"] != video:
            video = row["video"]
            pictures = frames_of(args.suite / video, args.step, height, width)
            answerer.watch(pictures, args.step)
            pads = int((answerer.prefix_ids == 8).sum())
        answer = answerer.ask(row["question"], row["before"])
        # The model sees frame pairs: its sampling step is two frames.
        ok = scoring.right(row["task"], answer, row["answer"], 2 * args.step)
        results.append(row | {"got": answer, "right": ok, "video_tokens": pads})
        cell = table[(row["seconds"], row["task"])]
        cell[0] += ok
        cell[1] += 1
        if row["task"] == "list":
            cell[2] += scoring.list_f1(answer, row["answer"], 2 * args.step)
    for (seconds, task), (ok, n, f1) in sorted(table.items()):
        low, high = scoring.wilson(ok, n)
        extra = f"  F1 {f1 / n:.3f}" if task == "list" else ""
        print(f"{seconds:7g} s  {task:16s} {ok:4d}/{n:<4d} {ok / n:.3f} "
              f"[{low:.2f}, {high:.2f}]{extra}")
    if args.out:
        args.out.write_text("".join(json.dumps(r) + "\n" for r in results))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("video", nargs="?", type=Path)
    parser.add_argument("questions", nargs="*")
    parser.add_argument("--suite", type=Path)
    parser.add_argument("--step", type=float, default=1.0)
    parser.add_argument("--size", default="168x112", help="multiples of 28, width first")
    parser.add_argument("--weights", type=Path, default=paths.MODEL_DIR)
    parser.add_argument("--limit", type=int)
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    width, height = (int(v) for v in args.size.split("x"))
    if args.suite:
        run_suite(args, height, width)
        return
    answerer = Answerer(args.weights)
    answerer.watch(frames_of(args.video, args.step, height, width), args.step)
    for question in args.questions:
        print(f"{question}\n  {answerer.ask(question)}")


if __name__ == "__main__":
    main()
