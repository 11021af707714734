"""Token layout of a prompt: chat turns, time texts, vision segments, M-RoPE positions.

This is the rule that the C++ prompt builder implements (see ../README.md, "Prompt").
"""

from __future__ import annotations

import random
import re
from functools import lru_cache

import numpy as np
import sentencepiece as spm

import paths

SYSTEM = "You are a helpful assistant."
IM_START, IM_END, VISION_START, VISION_END, VIDEO_PAD = 2, 3, 4, 5, 8

# The most that the fact words of one answer weigh together. Long answers (lists, counts) need more
# than a word's weight a piece, else they are the last thing that is learnt.
FACT_WEIGHT = 14.0

_WORDS = re.compile(r"\n| ?[^ \n]+| ")


class Encoder:
    """SentencePiece with a cache of words: pieces never cross a space or a line break."""

    def __init__(self):
        self.processor = spm.SentencePieceProcessor(
            model_file=str(paths.MODEL_DIR / "tokenizer.model"))
        self._word = lru_cache(maxsize=50000)(lambda w: tuple(self.processor.encode(w)))
        pieces = [self.processor.id_to_piece(i) for i in range(self.processor.get_piece_size())]
        words = [p for p in pieces if re.fullmatch("\u2581?[A-Za-z][a-z]*", p)]
        self._starts = [p.lstrip("\u2581").capitalize() for p in words
                        if p[:1] == "\u2581" or p.istitle()]
        self._inner = [p for p in words if p.islower() and p[:1] != "\u2581"]

    def encode(self, text: str) -> list[int]:
        ids: list[int] = []
        for word in _WORDS.findall(text):
            ids.extend(self._word(word))
        return ids

    def encode_marked(self, text: str) -> tuple[list[int], list[bool]]:
        """Ids of an answer with `*` marks, and for each whether it belongs to a fact word."""
        ids: list[int] = []
        facts: list[bool] = []
        for word in _WORDS.findall(text):
            part = self._word(word.replace("*", "", 1))
            ids.extend(part)
            facts.extend([("*" in word)] * len(part))
        return ids, facts

    def mosaic(self, rng: random.Random) -> str:
        """A capitalised word of one to four pieces, drawn evenly so that each gets copied."""
        return rng.choice(self._starts) + "".join(
            rng.choice(self._inner) for _ in range(rng.choice((0, 1, 1, 2, 2, 3))))

    def decode(self, ids: list[int]) -> str:
        return self.processor.decode(list(ids))


class Layout:
    def __init__(self, encoder: Encoder):
        self.encoder = encoder
        newline = encoder.encode("\n")
        self.head = ([IM_START] + encoder.encode("system\n" + SYSTEM) + [IM_END] + newline
                     + [IM_START] + encoder.encode("user\n"))
        self.ask = [IM_END] + newline + [IM_START] + encoder.encode("assistant\n")
        self.again = newline + [IM_START] + encoder.encode("user\n")
        self._segments: dict = {}

    def segment(self, time_ids: tuple[int, ...], pairs: int, rows: int, cols: int):
        """Ids and relative positions [3, n] of one time group, and how far it moves `cur`."""
        key = (len(time_ids), pairs, rows, cols)
        if key not in self._segments:
            lead = len(time_ids) + 1
            grid = np.stack(np.meshgrid(np.arange(pairs), np.arange(rows), np.arange(cols),
                                        indexing="ij")).reshape(3, -1)
            advance = lead + max(pairs, rows, cols)
            before = np.tile(np.arange(lead), (3, 1))
            after = np.full((3, 1), advance)
            pads = pairs * rows * cols
            self._segments[key] = (np.concatenate((before, grid + lead, after), axis=1), pads,
                                   advance + 1)
        positions, pads, advance = self._segments[key]
        ids = list(time_ids) + [VISION_START] + [VIDEO_PAD] * pads + [VISION_END]
        return ids, positions, advance

    def prefix(self, times: list[str], rows: int, cols: int, pairs: int = 1, skips=None,
               said=None):
        """Ids [P] and positions [3, P] of everything before the question, and the next position.

        times: one m:ss per group of `pairs` frame pairs; rows, cols in merged tokens; skips:
        positions to leave out before each group (training only: it imitates longer clips);
        said: per group its subtitle lines, each as "[m:ss] text".
        """
        ids = list(self.head)
        parts = [np.tile(np.arange(len(ids)), (3, 1))]
        cur = len(ids)
        for i, text in enumerate(times):
            cur += skips[i] if skips is not None else 0
            group, positions, advance = self.segment(
                tuple(self.encoder.encode(f"[{text}]")), pairs, rows, cols)
            ids += group
            parts.append(positions + cur)
            cur += advance
            for line in said[i] if said else ():
                spoken = self.encoder.encode(line + "\n")
                ids += spoken
                parts.append(np.tile(np.arange(cur, cur + len(spoken)), (3, 1)))
                cur += len(spoken)
        return np.array(ids, dtype=np.int64), np.concatenate(parts, axis=1), cur

    def conversation(self, turns) -> tuple[list[int], list[float], list[int]]:
        """Ids after the prefix, for each the loss weight of predicting it (0: not trained) and its
        turn's number. Turns that are not `trained` are read only."""
        ids: list[int] = []
        weights: list[float] = []
        numbers: list[int] = []
        for i, turn in enumerate(turns):
            asked = (self.again if i else []) + self.encoder.encode(turn.question) + self.ask
            answer, facts = self.encoder.encode_marked(turn.answer)
            share = min(1.0, FACT_WEIGHT / max(1, sum(facts)))
            ids += asked + answer + [IM_END]
            told = [share if f else 0.1 for f in facts] + [0.1]
            weights += [0.0] * len(asked) + (told if turn.trained else [0.0] * len(told))
            numbers += [i] * (len(ids) - len(numbers))
        return ids, weights, numbers
