"""Trains the embedded model in pieces of a few minutes on one GPU.

A piece is a list of stages (see stages.py) that stops by itself and leaves the weights (bf16), the
auxiliary heads and a log in --out. The next piece starts from those with fresh optimiser state and
a short warm-up. On a CPU the same code runs at toy size: --piece toy.
"""

from __future__ import annotations

import argparse
import json
import random
import time
import traceback
from dataclasses import replace
from pathlib import Path

import torch
import torch.multiprocessing as mp
import torch.nn.functional as F
from torch import nn

import paths  # noqa: F401
from arrays import TASK_NAMES
from cells import HEADS
from checkpoint import load_weights, save_weights
from model import DemoModel
from optim import Optimiser
from parallel import Team
from render import Assets, Renderer
from scenes import Sampler, Shape
from stages import PIECES, SIZES, Stage, choose_shape

# Kinds of clips of the last evaluation: the suite's own way of drawing, all others, camera's
# films with and without needles, conversations.
EVALUATED = {"own": {}, "foreign": {"own_share": 0.0},
             "camera": {"own_share": 0.0, "camera_share": 1.0},
             "bare": {"own_share": 0.0, "camera_share": 1.0, "bare_share": 1.0},
             "conversations": {"own_share": 0.5, "chain_share": 1.0}}
MOST_FAILURES = 5  # batches that one worker may fail to make
BUCKETS = (3, 16, 64, 200, 400, 10**9)  # clip lengths (pairs) that the log tells apart


class Batches(torch.utils.data.IterableDataset):
    """Endless batches of the stage that `current` points at, made in worker processes."""

    def __init__(self, stages, current, seed, rank, assets):
        self.stages, self.current, self.seed, self.rank = stages, current, seed, rank
        self.assets = assets

    def __iter__(self):
        info = torch.utils.data.get_worker_info()
        number = info.id if info else 0
        if info:
            torch.set_num_threads(1)  # the workers leave the cores to each other
        sampler = Sampler((self.seed + 500 * self.rank) * 1000 + number, self.assets)
        # Equal shapes on all cards, so that none waits for a longer batch of another.
        rng = random.Random(self.seed * 1000 + number)
        failures = 0
        while True:
            number = self.current.value
            stage = self.stages[number]
            try:
                batch = sampler.batch(choose_shape(stage, rng), stage.language)
            except Exception:
                # A rare clip that cannot be made must not end a training; many are a fault.
                failures += 1
                traceback.print_exc()
                if failures > MOST_FAILURES:
                    raise
                continue
            batch["stage"] = number
            yield batch


def identity(batch):
    return batch


def question_mask(batch: dict, dtype) -> torch.Tensor:
    """Additive mask [clips, 1, Q, P+Q]: a question sees the prefix and its own past."""
    conversation, length = batch["conversation"], batch["prefix_length"]
    q, p = conversation.shape[1], batch["prefix_ids"].shape[1]
    device = conversation.device
    own = conversation[:, :, None] == conversation[:, None, :]
    own &= torch.ones(q, q, dtype=torch.bool, device=device).tril()
    seen = (torch.arange(p, device=device) < length[:, None])[:, None].expand(-1, q, -1)
    allowed = torch.cat((seen, own), dim=2)[:, None]
    return torch.zeros(allowed.shape, dtype=dtype, device=device).masked_fill_(
        ~allowed, float("-inf"))


class Trainer:
    def __init__(self, args, stages):
        self.team = Team()
        self.device = self.team.device
        self.kind = torch.device(self.device).type
        # Half precision wherever it is faster: on GPUs and on processors that multiply bf16.
        self.half = self.kind == "cuda" or torch.ops.mkldnn._is_mkldnn_bf16_supported()
        torch.manual_seed(args.seed)
        torch._dynamo.config.suppress_errors = True  # a failed compilation only costs speed
        if self.kind == "cuda":
            torch.backends.cuda.matmul.allow_tf32 = True
            torch.backends.cuda.enable_cudnn_sdp(False)
        self.stages, self.out = stages, args.out
        self.out.mkdir(parents=True, exist_ok=True)
        self.assets = Assets()
        self.current = mp.Value("i", 0)
        self.loader = iter(torch.utils.data.DataLoader(
            Batches(stages, self.current, args.seed, self.team.rank, self.assets), batch_size=None,
            collate_fn=identity, num_workers=args.workers,
            prefetch_factor=2 if args.workers else None, pin_memory=self.kind == "cuda"))
        first = next(self.loader)  # the workers fork before CUDA starts
        self.team.join()
        self.model = DemoModel()
        self.heads = nn.ModuleDict({name: nn.Linear(self.model.size.hidden, count)
                                    for name, count in HEADS.items()})
        if args.resume:
            load_weights(self.model, args.resume)
            if (args.resume / "heads.pt").exists():
                self.heads.load_state_dict(torch.load(args.resume / "heads.pt"))
        self.model.to(self.device)
        self.heads.to(self.device)
        self.compiled = False
        self.renderer = Renderer(self.assets, self.device)
        if all(stage.vision == "none" for stage in stages):
            self.model.visual.requires_grad_(False)
            self.heads.requires_grad_(False)
        self.optimiser = Optimiser(self.model, self.heads)
        self.average = Average(self.model, args.average) if args.average else None
        self.counts = torch.zeros(len(BUCKETS), len(TASK_NAMES), 2, device=self.device)
        self.cell_counts = torch.zeros(len(HEADS), 2, device=self.device)
        self.log_file = (self.out / "log.jsonl").open("a")
        self.pending = self.prepare(first)

    # -- data -------------------------------------------------------------------------------

    def prepare(self, raw: dict) -> dict:
        """Uploads a batch and queues its drawing."""
        batch = {k: v.to(self.device, non_blocking=True) if torch.is_tensor(v) else v
                 for k, v in raw.items()}
        with torch.no_grad():
            batch["pixels"] = self.renderer.draw(batch)
            if "conversation" in batch:
                dtype = torch.bfloat16 if self.half else torch.float32
                batch["mask"] = question_mask(batch, dtype)
        return batch

    def next_batch(self, meter: "Meter") -> dict:
        """The next batch of the workers whose pictures fit the card."""
        while True:
            waited = time.time()
            raw = next(self.loader)
            meter.waited += time.time() - waited
            try:
                return self.prepare(raw)
            except torch.cuda.OutOfMemoryError:
                torch.cuda.empty_cache()
                self.bad += 1

    # -- losses -----------------------------------------------------------------------------

    def see(self, batch, mode: str) -> torch.Tensor:
        """Vision features of every pair [pairs, tokens, hidden]; gradients as `mode` says."""
        pixels = batch["pixels"]
        if mode == "all":
            return self.model.visual(pixels)
        index, rest = batch["needle_pairs"], batch["other_pairs"]
        if mode == "none":
            with torch.no_grad():
                return self.model.visual(pixels)
        vision = self.model.visual(pixels[index])
        if len(rest):
            with torch.no_grad():
                still = self.model.visual(pixels[rest])
            vision = torch.cat((vision, still))
        return vision[torch.argsort(torch.cat((index, rest)))]

    def cell_loss(self, vision, batch, pick=None) -> torch.Tensor:
        features = F.rms_norm(vision, (vision.shape[-1],)).flatten(0, 1)
        losses = []
        for i, (name, head) in enumerate(self.heads.items()):
            target = batch["cell_" + name].view(len(batch["pixels"]), -1)
            target = (target if pick is None else target[pick]).flatten()
            logits = head(features).float()
            loss = F.cross_entropy(logits, target, ignore_index=-100, reduction="none")
            weight = torch.where(target > 0, 1.0, 0.06) * (target >= 0)
            losses.append((loss * weight).sum() / weight.sum().clamp(min=1.0))
            hit = target > 0
            self.cell_counts[i, 0] += ((logits.argmax(-1) == target) & hit).sum()
            self.cell_counts[i, 1] += hit.sum()
        return torch.stack(losses).mean()

    def answer_loss(self, vision, batch) -> torch.Tensor:
        logits = self.model.logits(self.model(vision, batch)).float()
        loss = F.cross_entropy(logits, batch["labels"], reduction="none")
        self.score(logits, batch)
        weights = batch["label_weights"]
        return (loss * weights).sum() / weights.sum()

    @torch.no_grad()
    def score(self, logits, batch) -> None:
        """A question is right if every token of its answer is the most likely one."""
        right = (logits.argmax(-1) == batch["labels"]).float()
        tasks = batch["question_task"]
        whole = torch.ones(len(tasks), device=self.device).scatter_reduce(
            0, batch["label_question"], right, "amin")
        bucket = next(i for i, most in enumerate(BUCKETS) if batch["pairs"] <= most)
        self.counts[bucket, :, 0].index_add_(0, tasks, whole)
        self.counts[bucket, :, 1].index_add_(0, tasks, torch.ones_like(whole))

    def autocast(self):
        return torch.autocast(self.kind, torch.bfloat16, enabled=self.half)

    def losses(self, batch, stage: Stage):
        with self.autocast():
            vision = self.see(batch, stage.vision)
            pick = batch["needle_pairs"] if stage.vision == "needles" else None
            cells = vision.new_zeros(())
            if stage.cells and stage.vision != "none":
                cells = self.cell_loss(vision if pick is None else vision[pick], batch, pick)
            answers = vision.new_zeros(())
            if stage.language and "labels" in batch:
                answers = self.answer_loss(vision, batch)
        return answers, cells, answers + stage.cells * cells

    # -- the loop ---------------------------------------------------------------------------

    def run(self, args) -> None:
        """All stages by the clock, then the last save and the evaluation."""
        self.team.start(self.optimiser.params)
        total = sum(stage.seconds for stage in self.stages)
        self.step = self.bad = 0
        saved = stage_begin = 0.0
        for number, stage in enumerate(self.stages):
            self.current.value = number
            meter = Meter(self.device)
            while self.team.clock - stage_begin < stage.seconds:
                if args.compile and not self.compiled and self.team.clock > args.compile_after:
                    self.compile()
                progress = self.team.clock / total
                factor = args.rate * min(1.0, (self.step + 1) / 40)
                if args.warm:
                    factor = args.rate * min(1.0, (self.team.clock + 1.0) / args.warm)
                if args.decay < 1.0:
                    factor *= min(1.0, max(0.03, (1 - progress) / (1 - args.decay)))
                self.train_step(factor, meter)
                if meter.age() > args.log_seconds:
                    self.log(stage.name, meter, factor)
                    meter = Meter(self.device)
                    if number == 0 and self.team.clock > args.judge_after and (
                            self.colour_right < args.require):
                        raise SystemExit("nothing is learnt: stopped")
                if self.team.clock - saved > args.save_seconds:
                    saved = self.team.clock
                    self.save()
            stage_begin += stage.seconds
            self.log(stage.name, meter, factor)
        self.team.leave()
        if self.team.leads:
            self.save()
            self.evaluate(args)

    def train_step(self, factor: float, meter: "Meter") -> None:
        batch, self.pending = self.pending, None
        self.optimiser.zero_grad()
        try:
            answers, cells, loss = self.losses(batch, self.stages[batch["stage"]])
            loss.backward()
        except torch.cuda.OutOfMemoryError:
            answers = cells = torch.zeros((), device=self.device)
            loss = None
            torch.cuda.empty_cache()
            self.optimiser.zero_grad()
            self.bad += 1
        self.team.share(self.optimiser.params)
        norm = nn.utils.clip_grad_norm_(self.optimiser.params, 1.0)
        self.pending = self.next_batch(meter)  # drawn while the host waits for the norm
        if torch.isfinite(norm):
            self.optimiser.step(factor)
            if self.average:
                self.average.add()
            self.step += 1
        else:
            self.bad += 1
        meter.add(answers, cells, batch)

    def compile(self) -> None:
        """Fuses the blocks; the shapes stay symbolic, so one compilation serves all sizes."""
        self.compiled = True
        for block in list(self.model.visual.blocks) + list(self.model.model.layers):
            block.compile(dynamic=True)

    # -- reports ----------------------------------------------------------------------------

    def table(self) -> dict[str, dict[str, list[float]]]:
        """Share of questions right and their number, per clip length and task; then forgets."""
        counts = self.counts.cpu().clone().numpy()
        self.counts.zero_()
        out = {}
        for i, most in enumerate(BUCKETS):
            row = {name: [round(float(r / n), 3), int(n)]
                   for name, (r, n) in zip(TASK_NAMES, counts[i]) if n}
            if row:
                out[f"<={most}" if most < 10**9 else f">{BUCKETS[-2]}"] = row
        return out

    def log(self, stage: str, meter: "Meter", factor: float) -> None:
        cells = self.cell_counts.cpu().clone().numpy()
        self.cell_counts.zero_()
        seen = {name: round(float(r / max(n, 1)), 3)
                for name, (r, n) in zip(self.heads, cells)}
        entry = {"stage": stage, "t": round(self.team.clock, 1), "step": self.step,
                 "bad": self.bad, "lr": round(factor, 3), **meter.report(), "cells": seen,
                 "tasks": self.table()}
        if self.kind == "cuda":
            entry["gb"] = round(torch.cuda.max_memory_allocated() / 1e9, 1)
        self.colour_right = next(iter(entry["tasks"].values()), {}).get("colour", [0.0])[0]
        if not self.team.leads:
            return
        self.log_file.write(json.dumps(entry) + "\n")
        self.log_file.flush()
        tasks = {k: {n: v[0] for n, v in row.items()} for k, row in entry.pop("tasks").items()}
        print(json.dumps(entry), flush=True)
        for bucket, row in tasks.items():
            print("   ", bucket, " ".join(f"{n}={v}" for n, v in row.items()), flush=True)

    def save(self) -> None:
        if not self.team.leads:
            return
        save_weights(self.model, self.out)
        if self.average:
            save_weights(self.average, self.out / "average")
        # Renamed when whole, as the weights are.
        torch.save({k: v.cpu() for k, v in self.heads.state_dict().items()}, self.out / "heads.new")
        (self.out / "heads.new").replace(self.out / "heads.pt")

    @torch.no_grad()
    def evaluate(self, args) -> None:
        """Accuracy per task on fresh clips of several lengths (seeds never used in training)."""
        assets = self.assets
        sampler = Sampler(10**8 + args.seed, assets)
        rng = random.Random(10**8 + args.seed)
        lengths = (2, 10, 40, 150, 300, 1200) if self.kind == "cuda" else (2, 8)
        result = {}
        for name, looks in EVALUATED.items():
            self.counts.zero_()
            end = time.time() + args.eval_seconds
            while time.time() < end:
                for pairs in lengths:
                    height, width = SIZES[rng.randrange(len(SIZES))]
                    clips = max(1, args.eval_tokens // (pairs * (height * width // 784 + 8) + 500))
                    batch = self.prepare(sampler.batch(Shape(pairs, height, width, clips, 12, **looks)))
                    with self.autocast():
                        self.answer_loss(self.see(batch, "none"), batch)
            result[name] = self.table()
            for bucket, row in result[name].items():
                print("eval", name, bucket, " ".join(f"{n}={v}/{c}" for n, (v, c) in row.items()))
        (self.out / "eval.json").write_text(json.dumps(result, indent=1) + "\n")


class Average:
    """The mean of the last weights of a model, which are nearly as good as weights at the end of a decay: what
    is left if a training is cut short."""

    def __init__(self, model: nn.Module, steps: float):
        self.steps, self.added = steps, 0
        self.live = list(model.state_dict().items())
        self.kept = [p.detach().clone() for _, p in self.live]

    @torch.no_grad()
    def add(self) -> None:
        """Takes the weights in as they are now; the first ones are soon forgotten."""
        self.added += 1
        share = max(1 / self.steps, 1 / (1 + self.added))
        torch._foreach_lerp_(self.kept, [p for _, p in self.live], share)

    def state_dict(self) -> dict[str, torch.Tensor]:
        return {name: p for (name, _), p in zip(self.live, self.kept)}


class Meter:
    """Losses and rates since its making."""

    def __init__(self, device: str):
        self.begin = time.time()
        self.sums = torch.zeros(2, device=device)
        self.steps = self.tokens = self.frames = self.questions = 0
        self.waited = 0.0

    def age(self) -> float:
        return time.time() - self.begin

    def add(self, answers, cells, batch) -> None:
        self.sums += torch.stack((answers.detach().float(), cells.detach().float()))
        self.steps += 1
        self.frames += len(batch["pixels"]) * 2
        if "text_ids" in batch:
            self.tokens += batch["prefix_ids"].numel() + batch["text_ids"].numel()
            self.questions += len(batch["question_task"])

    def report(self) -> dict:
        answers, cells = (self.sums / max(1, self.steps)).tolist()
        age = self.age()
        return {"answers": round(answers, 4), "cells_loss": round(cells, 4),
                "ms": round(1000 * age / max(1, self.steps), 1),
                "wait": round(self.waited / age, 3), "tok_s": round(self.tokens / age),
                "frames_s": round(self.frames / age), "q_s": round(self.questions / age)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--piece", choices=sorted(PIECES), required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--resume", type=Path, help="folder with the weights to start from")
    parser.add_argument("--seed", type=int, default=1, help="another one for every piece")
    parser.add_argument("--workers", type=int, default=0)
    parser.add_argument("--decay", type=float, default=1.0,
                        help="share of the time after which the learning rate falls to zero")
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--compile-after", type=float, default=0.0, help="seconds")
    parser.add_argument("--log-seconds", type=float, default=15.0)
    parser.add_argument("--save-seconds", type=float, default=90.0)
    parser.add_argument("--eval-seconds", type=float, default=6.0, help="for each kind of clips")
    parser.add_argument("--seconds", type=float,
                        help="of the whole piece; the stages keep their shares (default: as they are)")
    parser.add_argument("--eval-tokens", type=int, default=60000)
    parser.add_argument("--require", type=float, default=0.0,
                        help="stop if less of the colour questions is right in the first stage")
    parser.add_argument("--judge-after", type=float, default=60.0, help="seconds, for --require")
    parser.add_argument("--rate", type=float, default=1.0, help="factor of the learning rates")
    parser.add_argument("--warm", type=float, default=0.0, help="seconds to the full rate (default: 40 steps)")
    parser.add_argument("--average", type=float, default=0.0,
                        help="steps over which a mean of the weights is kept, in OUT/average (default: none)")
    parser.add_argument("--only", help="run the stages of the piece from this one on")
    args = parser.parse_args()
    stages = PIECES[args.piece]
    if args.only:
        stages = stages[[s.name for s in stages].index(args.only):]
    if args.seconds:
        share = args.seconds / sum(stage.seconds for stage in stages)
        stages = [replace(stage, seconds=stage.seconds * share) for stage in stages]
    Trainer(args, stages).run(args)


if __name__ == "__main__":
    main()
