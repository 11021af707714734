#!/usr/bin/env python3
"""Trains the embedded model's language model further on this folder's tasks: the text model of the README's tables.

    train_text.py --start MODEL_FOLDER --out FOLDER [--seconds N] [--tokens N] [--longest N] [--workers N]

One process, one GPU (or, to try it, the processor). Needs torch, sentencepiece and safetensors. The vision tower stays
as it is, and OUT is a model folder like MODEL_FOLDER. Texts are made while it trains; their lengths grow with the
clock. Prints the share of held-out answers that greedy decoding gives word for word, by task and length.
"""

from __future__ import annotations

import argparse
import json
import pathlib
import queue
import random
import shutil
import sys
import time

import numpy as np
import torch
import torch.multiprocessing as mp
import torch.nn.functional as F

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / "resources" / "demo_model" / "train"))

import train_samples  # noqa: E402
from checkpoint import load_weights, save_weights  # noqa: E402
from model import DemoModel, ModelSize, rotate  # noqa: E402
from optim import Optimiser  # noqa: E402

# Share of the time at which it begins, then lengths and how often each is drawn.
CURRICULUM = ((0.00, {256: 3, 512: 1}),
              (0.12, {256: 1, 512: 2, 1024: 1}),
              (0.25, {512: 2, 1024: 2, 2048: 2}),
              (0.40, {512: 1, 1024: 1, 2048: 2, 4096: 2}),
              (0.60, {1024: 1, 2048: 1, 4096: 3, 8192: 2, 16384: 1}),
              (0.80, {1024: 1, 2048: 1, 4096: 3, 8192: 3, 16384: 2, 32768: 1}))
# How often each task is drawn, where not once.
OFTEN = {"niah_single_1": 0.5, "niah_single_2": 0.7, "niah_single_3": 0.7, "niah_multikey_2": 1.5, "pointer_1": 1.5,
         "pointer_2": 2.0, "hidden_question": 1.5, "vt": 1.5, "qa_2": 1.5}
IGNORED = -1


def drawn_length(rng: random.Random, share: float, longest: int) -> int:
    weights = {256: 1}
    for begin, stage in CURRICULUM:
        if share >= begin:
            weights = stage
    fitting = {length: weight for length, weight in weights.items() if length <= longest} or {longest: 1}
    return rng.choices(list(fitting), list(fitting.values()))[0]


def batch_of(rng: random.Random, sampler, length: int, tokens: int) -> tuple[np.ndarray, np.ndarray]:
    """ids [n, length] and, of each token that is to be foretold, the weight of doing so (else 0)."""
    count = max(1, tokens // length)
    ids = np.ones((count, length), np.int64)
    weights = np.zeros((count, length), np.float32)
    tasks = list(train_samples.ALL)
    often = [OFTEN.get(task, 1.0) for task in tasks]
    for row in range(count):
        sample = None
        while sample is None:
            task = rng.choices(tasks, often)[0]
            turns = 1 if rng.random() < 0.25 else max(1, min(16, length // 128))
            sample = sampler.make(rng, task, length, turns)
        ids[row, :len(sample.ids)] = sample.ids
        for begin, end in sample.answers:
            weights[row, begin:end] = (end - begin) ** -0.5
            weights[row, begin] = 1.0  # nothing but the text tells it
    return ids, weights


def work(number: int, seed: int, given, share, out) -> None:
    """A process that makes batches of what the clock asks for."""
    torch.set_num_threads(1)
    train_samples.hold_out()
    rng = random.Random(f"{seed}/{number}")
    sampler = train_samples.Sampler(str(given.start / "tokenizer.model"))
    while True:
        length = drawn_length(rng, share.value, given.longest)
        out.put(batch_of(rng, sampler, length, given.tokens))


def before(x, norm, q, qb, k, kb, v, vb, cos, sin):
    """Of rows x [N, hidden] queries, keys and values [N, heads, d], keys and values once a query head."""
    heads, kv = q.shape[0] // 64, k.shape[0] // 64
    h = F.rms_norm(x.float(), (x.shape[-1],), norm, 1e-6).to(x.dtype)
    query = F.linear(h, q.to(x.dtype), qb.to(x.dtype)).view(-1, heads, 64).float()
    key = F.linear(h, k.to(x.dtype), kb.to(x.dtype)).view(-1, kv, 64).float()
    value = F.linear(h, v.to(x.dtype), vb.to(x.dtype)).view(-1, kv, 64)
    query, key = (rotate(one, cos, sin).to(x.dtype) for one in (query, key))
    # Repeated heads: the grouped backward of some attention back ends is not trustworthy.
    return query, key.repeat_interleave(heads // kv, 1), value.repeat_interleave(heads // kv, 1)


def after(x, y, o, norm, gate, up, down):
    """The rest of a layer, y [N, heads * d] being what attention gave."""
    x = x + F.linear(y, o.to(x.dtype))
    h = F.rms_norm(x.float(), (x.shape[-1],), norm, 1e-6).to(x.dtype)
    wide = F.silu(F.linear(h, gate.to(x.dtype))) * F.linear(h, up.to(x.dtype))
    return x + F.linear(wide, down.to(x.dtype))


class Reader:
    """The model's language half on batches of text of one length."""

    def __init__(self, model: DemoModel, dtype: torch.dtype, compiled: bool):
        self.model, self.dtype = model, dtype
        # Rows alone are compiled, so that a batch's length and count never matter to it.
        self.before = torch.compile(before, dynamic=False) if compiled else before
        self.after = torch.compile(after, dynamic=False) if compiled else after

    def hidden(self, ids: torch.Tensor) -> torch.Tensor:
        """ids [n, length] to normed rows [n * length, hidden]."""
        count, length = ids.shape
        d = self.model.size.head_dim
        # A word's three positions are one: plain rotary angles.
        freq = self.model.size.rope_theta ** (-torch.arange(0, d, 2, device=ids.device, dtype=torch.float32) / d)
        angle = torch.outer(torch.arange(length, device=ids.device, dtype=torch.float32), freq)
        angle = torch.cat((angle, angle), -1).repeat(count, 1)[:, None]
        cos, sin = angle.cos(), angle.sin()
        x = F.embedding(ids.reshape(-1), self.model.model.embed_tokens.weight).to(self.dtype)
        for layer in self.model.model.layers:
            attn, mlp = layer.self_attn, layer.mlp
            q, k, v = (one.view(count, length, -1, d).transpose(1, 2) for one in self.before(
                x, layer.input_layernorm.weight, attn.q_proj.weight, attn.q_proj.bias, attn.k_proj.weight,
                attn.k_proj.bias, attn.v_proj.weight, attn.v_proj.bias, cos, sin))
            y = F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).reshape(count * length, -1)
            x = self.after(x, y, attn.o_proj.weight, layer.post_attention_layernorm.weight, mlp.gate_proj.weight,
                           mlp.up_proj.weight, mlp.down_proj.weight)
        return F.rms_norm(x.float(), (x.shape[-1],), self.model.model.norm.weight, 1e-6)

    def logits(self, rows: torch.Tensor) -> torch.Tensor:
        return F.linear(rows.to(self.dtype), self.model.model.embed_tokens.weight.to(self.dtype)).float()


def loss_of(reader: Reader, ids, weights, prose: float) -> tuple[torch.Tensor, float]:
    """The loss on the answers (and, by `prose`, on some of the other words), and the answers' alone."""
    rows = reader.hidden(ids)
    targets, weight = ids.reshape(-1), weights.reshape(-1)
    at = weight.nonzero()[:, 0]
    losses = F.cross_entropy(reader.logits(rows[at - 1]), targets[at], reduction="none")
    answers = (losses * weight[at]).sum() / weight[at].sum()
    if prose <= 0:
        return answers, float(answers.detach())
    some = torch.randint(1, targets.numel(), (4096,), device=ids.device)
    some = some[(targets[some] > 3) & (some % ids.shape[1] > 0)]
    other = F.cross_entropy(reader.logits(rows[some - 1]), targets[some])
    return answers + prose * other, float(answers.detach())


def rate(share: float) -> float:
    """Warms up, stays, and falls to nothing over the last half."""
    return min(1.0, share / 0.02, (1.02 - share) / 0.5)


@torch.no_grad()
def right_answers(reader: Reader, sampler, device, length: int, each: int, seed: str) -> dict[str, list[int]]:
    """By task [right, asked, right first tokens]: first turns whose every token is the likeliest one."""
    table: dict[str, list[int]] = {}
    for task in train_samples.ALL:
        rng = random.Random(f"{seed}/{task}/{length}")
        samples = [one for one in (sampler.make(rng, task, length, 1) for _ in range(each)) if one]
        if not samples:
            continue
        ids = torch.ones((len(samples), length), dtype=torch.int64, device=device)
        for row, sample in enumerate(samples):
            ids[row, :len(sample.ids)] = torch.tensor(sample.ids, device=device)
        rows = reader.hidden(ids).view(len(samples), length, -1)
        row = table[task] = [0, len(samples), 0]
        for n, sample in enumerate(samples):
            begin, end = sample.answers[0]
            same = reader.logits(rows[n, begin - 1:end - 1]).argmax(-1) == ids[n, begin:end]
            row[0] += bool(same.all())
            row[2] += bool(same[0])
    return table


def report(reader, given, device, lengths, each: int, seed: str = "held out") -> dict:
    sampler = train_samples.Sampler(str(given.start / "tokenizer.model"))  # with the words that training never saw
    found = {}
    for length in lengths:
        count = max(4, each * 8192 // max(length, 8192))
        found[length] = table = right_answers(reader, sampler, device, length, count, seed)
        cells = " ".join(f"{task} {a}/{n} ({first})" for task, (a, n, first) in table.items())
        print(f"{length}: {sum(a for a, _, _ in table.values())}/{sum(n for _, n, _ in table.values())} right "
              f"(first tokens in brackets): {cells}", flush=True)
    return found


def train(given) -> None:
    started = time.time()
    torch.manual_seed(given.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    share, batches = mp.Value("d", 0.0), mp.Queue(given.workers * 2)
    workers = [mp.Process(target=work, args=(n, given.seed, given, share, batches), daemon=True)
               for n in range(given.workers)]
    for one in workers:
        one.start()
    model = DemoModel(ModelSize())
    load_weights(model, given.start)
    model.to(device)
    model.visual.requires_grad_(False)
    reader = Reader(model, torch.bfloat16 if device == "cuda" else torch.float32, device == "cuda")
    optimiser = Optimiser(model, torch.nn.Module())
    given.out.mkdir(parents=True, exist_ok=True)
    log = open(given.out / "log.jsonl", "w", encoding="utf-8")
    # What is compiled is compiled before the clock of the curriculum starts.
    ids, weights = (torch.from_numpy(one).to(device) for one in batches.get())
    optimiser.zero_grad()
    try:
        loss_of(reader, ids, weights, given.prose)[0].backward()
    except Exception as error:  # whatever the compiler of a machine may lack
        print(f"goes on without compiled rows: {error}", flush=True)
        reader.before, reader.after = before, after
    began = said = saved = time.time()
    print(f"ready after {began - started:.0f} s", flush=True)
    step, tokens, losses, waited = 0, 0, {}, 0.0
    while (elapsed := time.time() - began) < (whole := given.seconds - (began - started)):
        share.value = elapsed / whole
        asked = time.time()
        try:
            ids, weights = (torch.from_numpy(one).to(device, non_blocking=True) for one in batches.get(timeout=120))
        except queue.Empty:
            sys.exit("the processes that make texts have stopped")
        waited += time.time() - asked
        optimiser.zero_grad()
        loss, answers = loss_of(reader, ids, weights, given.prose)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(optimiser.params, 1.0)
        optimiser.step(given.rate * rate(share.value))
        step += 1
        tokens += ids.numel()
        losses.setdefault(ids.shape[1], []).append(answers)
        if time.time() - said > given.every:
            line = {"s": round(elapsed, 1), "step": step, "tokens": tokens, "waited": round(waited, 1),
                    "loss": {length: round(sum(ones) / len(ones), 3) for length, ones in sorted(losses.items())}}
            print(json.dumps(line), file=log, flush=True)
            print(json.dumps(line), flush=True)
            said, losses = time.time(), {}
        if time.time() - saved > 120:
            save(model, given)
            saved = time.time()
    save(model, given)
    for one in workers:
        one.terminate()
    # The batches of the report have other numbers of rows.
    reader.before, reader.after = before, after
    found = report(reader, given, device, given.report, given.each)
    (given.out / "held_out.json").write_text(json.dumps(found, indent=1) + "\n")


def save(model, given) -> None:
    save_weights(model, given.out)
    for name in ("config.json", "generation_config.json", "preprocessor_config.json", "reelquery.json",
                 "tokenizer.model"):
        shutil.copyfile(given.start / name, given.out / name)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--start", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--seconds", type=float, default=480, help="until the report on held-out questions begins")
    parser.add_argument("--tokens", type=int, default=65536, help="of a batch")
    parser.add_argument("--longest", type=int, default=32768)
    parser.add_argument("--workers", type=int, default=14)
    parser.add_argument("--rate", type=float, default=0.5, help="of the embedded model's learning rates")
    parser.add_argument("--prose", type=float, default=0.05, help="weight of words that are no answers")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every", type=float, default=10, help="seconds between lines of the log")
    parser.add_argument("--report", type=lambda text: [int(one) for one in text.split(",")],
                        default=[512, 2048, 4096, 8192, 16384, 32768])
    parser.add_argument("--each", type=int, default=24, help="held-out questions a task and length, fewer above 8192 tokens")
    train(parser.parse_args())


if __name__ == "__main__":
    main()
