"""Trains `tokenizer.model`: SentencePiece BPE, 4,096 pieces, byte fallback.

The corpus is our own questions and answers plus plain English (the docstrings of Python's standard
library, of which only piece statistics are kept). Punctuation is split off the words first, so no
piece joins a letter with a mark, and words in capitals are left out, so the text of a card is
always spelt letter by letter. Usage: make_tokenizer.py [--out FILE]
"""

from __future__ import annotations

import argparse
import ast
import random
import re
import sysconfig
import tempfile
from pathlib import Path

import sentencepiece as spm

import paths
from questions import COLOUR_NAMES, Asker, Event, time_text
from drawing import SHAPES
import wordings

CONTROLS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>",
            "<|vision_pad|>", "<|image_pad|>", "<|video_pad|>"]
VOCAB_SIZE = 4096


def docstrings() -> list[str]:
    """English sentences out of the standard library's docstrings."""
    lines = []
    for path in sorted(Path(sysconfig.get_paths()["stdlib"]).glob("*.py")):
        try:
            tree = ast.parse(path.read_text(encoding="utf-8"))
        except (SyntaxError, UnicodeDecodeError):
            continue
        for node in ast.walk(tree):
            if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)):
                lines += (ast.get_docstring(node) or "").splitlines()
    return lines


def questions(count: int, seed: int) -> list[str]:
    rng = random.Random(seed)
    lines = []
    tasks = [*wordings.TASKS, "follow", "letter"]
    while len(lines) < count:
        events = [Event("shape", s, s + 2, time_text(s), rng.random(), rng.choice(COLOUR_NAMES),
                        rng.choice(SHAPES), rng.choice(("left", "right", "up", "down", "still")))
                  for s in sorted(rng.sample(range(3000), 4))]
        asker = Asker(events, rng, rng.random() < 0.3)
        for turn in asker.ask(rng.choice(tasks)) or []:
            lines += [turn.question, turn.plain_answer]
    return lines


def clean(line: str) -> str:
    """Words and marks apart, words in capitals dropped."""
    line = re.sub(r"([^\w\s])", r" \1 ", line)
    words = [w for w in line.split() if w.isascii() and not re.search(r"[A-Z]{2}|[a-z][A-Z]|_", w)]
    return " ".join(words)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=paths.MODEL_DIR / "tokenizer.model")
    args = parser.parse_args()
    base = ["You are a helpful assistant.", "system", "user", "assistant"] * 2000
    lines = [clean(x) for x in docstrings() + questions(30000, 1) + base]
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder) / "corpus.txt"
        corpus.write_text("\n".join(x for x in lines if x), encoding="utf-8")
        spm.SentencePieceTrainer.train(
            input=str(corpus), model_prefix=f"{folder}/tok", model_type="bpe",
            vocab_size=VOCAB_SIZE, character_coverage=1.0, byte_fallback=True, split_digits=True,
            normalization_rule_name="identity", remove_extra_whitespaces=False,
            add_dummy_prefix=False, control_symbols=CONTROLS, user_defined_symbols=["\n"],
            required_chars="ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                           ".,:;!?'\"()[]-+/%",
            unk_id=0, bos_id=-1, eos_id=-1, pad_id=-1, num_threads=2, minloglevel=1)
        args.out.write_bytes(Path(f"{folder}/tok.model").read_bytes())
    tokenizer = spm.SentencePieceProcessor(model_file=str(args.out))
    print(f"{args.out}: {tokenizer.get_piece_size()} pieces")


if __name__ == "__main__":
    main()
