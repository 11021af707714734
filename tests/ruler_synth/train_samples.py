"""What the text model is trained on: the tasks of this folder as conversations of token ids.

A first turn is what `reelquery eval --format ruler` asks; where a text holds more that could be asked, further turns do.
Words that stand in HELD_OUT are never seen: neither in keys nor in prose.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field

import sentencepiece

import words
from hops import HOPS
from tasks import TASKS, ask

ALL = TASKS | HOPS
SYSTEM = "You are a helpful assistant."
IM_START, IM_END = 2, 3

# Texts of these tasks hold more that can be asked.
MANY = ("niah_multikey_1", "niah_multikey_2", "niah_multikey_3", "niah_multiquery", "qa_1", "qa_2", *HOPS)

# Every sixth word of the suite, which its questions have and the training has not.
HELD_OUT = frozenset(words.ADJECTIVES[3::6] + words.NOUNS[3::6])

_NEEDLE = re.compile(r"The secret (number|code) of (\S+) is (that of )?([\w-]+)\.")
_BORN = re.compile(r"(\w+) was born in (\w+) and became known")


def hold_out() -> None:
    """Takes the held-out words from the lists that the tasks draw from, in this process."""
    words.ADJECTIVES[:] = [one for one in words.ADJECTIVES if one not in HELD_OUT]
    words.NOUNS[:] = [one for one in words.NOUNS if one not in HELD_OUT]


def answer_of(task: str, text: str, outputs: list[str]) -> str:
    """The strings of a right answer in an order that a reader can know: as asked for, else as they stand."""
    if task in ("niah_multivalue", "cwe"):
        first = {one: re.search(rf"\b{one}\b", text).start() for one in outputs}
        outputs = sorted(outputs, key=first.__getitem__)
    return ", ".join(outputs)


def further(rng: random.Random, text: str, most: int) -> list[tuple[str, str]]:
    """Questions, with their answers, that the text answers as well; in the words of the tasks."""
    found: list[tuple[str, str]] = []
    told = {key: (kind, pointer, value) for kind, key, pointer, value in _NEEDLE.findall(text)}
    if len(told) > 1:
        for key in rng.sample(list(told), min(most, len(told))):
            kind, pointer, value = told[key]
            while pointer:
                _, pointer, value = told[value]
            found.append((ask(kind, [key], "", many=False).split("\n\n")[-1], value))
    born = _BORN.findall(text)
    for person, town in rng.sample(born, min(most, len(born))):
        found.append((f"In which town was {person} born? Answer with the name alone.", town))
    return found


@dataclass
class Sample:
    """A conversation: ids, and where what answer begins (the place of its first token) and ends."""
    ids: list[int]
    answers: list[tuple[int, int]] = field(default_factory=list)


class Sampler:
    """Makes conversations of a task that fill a length, at one text a try."""

    def __init__(self, tokenizer: str):
        self._pieces = sentencepiece.SentencePieceProcessor(model_file=tokenizer)
        encode = self.encode = self._pieces.encode
        self._head = [IM_START, *encode("system\n" + SYSTEM), IM_END, *encode("\n"), IM_START]
        self._reply = [IM_END, *encode("\n"), IM_START, *encode("assistant\n")]
        self._again = [*encode("\n"), IM_START]
        self._rates: dict[str, tuple[float, float]] = {}

    def conversation(self, turns: list[tuple[str, str]]) -> Sample:
        """Token for token what the program reads, and its answers."""
        sample = Sample([])
        for i, (question, answer) in enumerate(turns):
            # Words are encoded together with what the layout says before them.
            sample.ids += (self._again if i else self._head) + self.encode("user\n" + question) + self._reply
            begin = len(sample.ids)
            sample.ids += [*self.encode(answer), IM_END]
            sample.answers.append((begin, len(sample.ids)))
        return sample

    def _size(self, task: str, room: int) -> int:
        """About the size at which a task's text has so many tokens."""
        if task not in self._rates:
            made = ALL[task][0]("size")
            low, high = max(12, made.least), 200 + made.least
            few, many = (len(self.encode(made.text(size))) for size in (low, high))
            rate = (many - few) / (high - low)
            self._rates[task] = (few - rate * low, rate)
        base, rate = self._rates[task]
        return int((room - base) / rate)

    def make(self, rng: random.Random, task: str, length: int, turns: int) -> Sample | None:
        """At most `length` tokens, and not much less; None where the task needs more."""
        made = ALL[task][0](f"train/{rng.getrandbits(60)}")
        each = 130 if task == "niah_multikey_3" else 45  # tokens of a further turn
        reserve = min(turns - 1, length // (3 * each)) * each if task in MANY else 0
        around = len(self._head) + len(self._reply) + 4 + len(self.encode(", ".join(made.outputs)))
        size = self._size(task, length - reserve - around)
        while True:
            size = max(size, made.least)
            text = made.text(size)
            asked = [(text, answer_of(task, text, made.outputs))]
            if reserve:
                asked += [one for one in further(rng, text, reserve // each) if one[1] not in made.outputs]
            sample = self.conversation(asked)
            if len(sample.ids) <= length:
                return sample
            if size == made.least:
                return None
            size = min(size - 1, int(size * (length - 40) / len(sample.ids)))
