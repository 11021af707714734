"""Tasks of our own beside RULER's 13: the answer is not where the question points to, but where that points to.

In RULER's tasks a question's rows find the needle themselves, or hop as often as they write words of the answer. Here
the first word of the answer takes two or three steps, so that rows inside the text have to look far back, too.
"""

from __future__ import annotations

import random
from typing import Callable

import words
from tasks import Task, ask, needle, spread


def pointers(seed: str, hops: int, chains: int = 5) -> Task:
    """Needles whose value is said to be that of an earlier one, `hops` times; the last of one chain is asked for."""
    rng = random.Random(seed)
    names = words.keys(rng, chains * (hops + 1))
    groups = [names[i * (hops + 1):(i + 1) * (hops + 1)] for i in range(chains)]
    values = [words.number(rng) for _ in groups]

    def text(size: int) -> str:
        place = random.Random(seed + "/place")
        lines: list[tuple[int, str]] = []
        for group, value in zip(groups, values):
            told = [value] + [f"that of {name}" for name in group]
            # In the order of the chain, so that a reader knows each value when it meets its name.
            places = sorted(place.randrange(size + 1) for _ in group)
            lines += [(at, needle("number", name, said)) for at, name, said in zip(places, group, told)]
        filler = words.prose(random.Random(seed + "/fill"), size)
        for at, line in reversed(sorted(lines, key=lambda one: one[0])):
            filler.insert(at, line)
        return ask("number", [groups[0][-1]], " ".join(filler), many=False)

    return Task(text, values[:1])


def hidden_question(seed: str, others: int = 4) -> Task:
    """The question stands somewhere among the needles; the end of the text only says that there is one."""
    rng = random.Random(seed)
    names = words.keys(rng, others + 1)
    values = [words.number(rng) for _ in names]
    lines = [needle("number", name, value) for name, value in zip(names, values)]
    lines.append(f"This is the question: what is the secret number of {names[0]}?")

    def text(size: int) -> str:
        filler = words.prose(random.Random(seed + "/fill"), size)
        return ("Secret numbers are hidden in the text below, and a question about one of them.\n\n"
                + spread(random.Random(seed + "/place"), filler, lines)
                + "\n\nAnswer the question that stands in the text above with the number alone.")

    return Task(text, values[:1])


# As tasks.TASKS.
HOPS: dict[str, tuple[Callable[[str], Task], int]] = {
    "pointer_1": (lambda seed: pointers(seed, 1), 32),
    "pointer_2": (lambda seed: pointers(seed, 2), 32),
    "hidden_question": (hidden_question, 32),
}
