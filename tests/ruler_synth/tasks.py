"""The 13 tasks of RULER (arXiv 2404.06654), made anew from its description: what is hidden, what is asked.

Each function takes a seed and returns a Task whose text grows with `size`; the same seed and size give the same
text, and the answers do not depend on the size.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Callable

import words


@dataclass
class Task:
    """What is asked: text of a size, and the strings that a right answer has."""
    text: Callable[[int], str]
    outputs: list[str]
    least: int = 0  # the smallest size that makes sense


def spread(rng: random.Random, filler: list[str], needles: list[str]) -> str:
    """The filler with the needles at random places, in random order."""
    lines = list(filler)
    order = rng.sample(needles, len(needles))
    places = sorted(rng.randrange(len(lines) + 1) for _ in order)
    for place, needle in reversed(list(zip(places, order))):
        lines.insert(place, needle)
    return " ".join(lines)


def needle(kind: str, key: str, value: str) -> str:
    return f"The secret {kind} of {key} is {value}."


def ask(kind: str, keys: list[str], text: str, many: bool) -> str:
    named = " and of ".join(keys)
    some = f"all the secret {kind}s" if many else f"the secret {kind}"
    return (f"Secret {kind}s are hidden in the text below. Keep them in mind; there is a question about them at "
            f"the end.\n\n{text}\n\nWhat {'are' if many else 'is'} {some} of {named} in the text above? "
            f"Answer with {'them' if many else 'it'} alone.")


def niah(seed: str, haystack: str, keys: str = "words", value: str = "number", needles: int = 1, asked: int = 1,
         values: int = 1) -> Task:
    """Needles in a haystack: `needles` keys with `values` values each, of which `asked` keys are asked for.

    haystack: "noise" repeats a few sentences, "prose" is made-up text, "needles" is other needles.
    """
    rng = random.Random(seed)
    kind = "number" if value == "number" else "code"
    make = words.number if value == "number" else words.hexadecimal
    names = words.keys(rng, needles) if keys == "words" else [words.hexadecimal(rng) for _ in range(needles)]
    hidden = {name: [make(rng) for _ in range(values)] for name in names}
    wanted = names[:asked]
    lines = [needle(kind, name, one) for name in names for one in hidden[name]]

    def text(size: int) -> str:
        fill = random.Random(seed + "/fill")
        if haystack == "noise":
            filler = [words.NOISE[i % len(words.NOISE)] for i in range(size)]
        elif haystack == "prose":
            filler = words.prose(fill, size)
        else:
            others = words.keys(fill, size + needles) if keys == "words" else \
                [words.hexadecimal(fill) for _ in range(size)]
            others = [name for name in others if name not in hidden][:size]
            filler = [needle(kind, name, make(fill)) for name in others]
        return ask(kind, wanted, spread(random.Random(seed + "/place"), filler, lines), asked * values > 1)

    return Task(text, [one for name in wanted for one in hidden[name]])


def variable_tracking(seed: str, hops: int = 4) -> Task:
    """A value is given to a variable, which is given to another, and so on: all that have it."""
    rng = random.Random(seed)
    names: dict[str, None] = {}
    while len(names) < hops + 1:
        names["".join(rng.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ") for _ in range(5))] = None
    chain, value = list(names), str(rng.randrange(10_000, 100_000))
    steps = [f"VAR {chain[0]} = {value}."] + [f"VAR {b} = VAR {a}." for a, b in zip(chain, chain[1:])]

    def text(size: int) -> str:
        lines = [words.NOISE[i % len(words.NOISE)] for i in range(size)]
        place = random.Random(seed + "/place")
        places = sorted(place.randrange(len(lines) + 1) for _ in steps)  # in the order of the chain
        for at, step in reversed(list(zip(places, steps))):
            lines.insert(at, step)
        return ("Variables are set somewhere in the text below. Follow them.\n\n" + " ".join(lines)
                + f"\n\nWhich variables have the value {value}, directly or through another one? There are "
                f"{hops + 1}. Answer with their names alone.")

    return Task(text, chain)


def common_words(seed: str, common: int = 10, often: int = 30, seldom: int = 3) -> Task:
    """A numbered list of words in which ten stand ten times as often as all others."""
    rng = random.Random(seed)
    pool = rng.sample(sorted(set(words.ADJECTIVES + words.NOUNS)), common)

    def text(size: int) -> str:
        # In short lists everything is rarer, in proportion.
        many, few = (often, seldom) if size >= common else (max(2, often // 3), 1)
        other = random.Random(seed + "/other")
        rare: dict[str, None] = {}
        while len(rare) < size:
            word = words.invented(other) if len(rare) > 150 else other.choice(words.NOUNS + words.ADJECTIVES)
            if word not in pool:
                rare[word] = None
        lines = pool * many + list(rare) * few
        other.shuffle(lines)
        numbered = " ".join(f"{i}. {word}" for i, word in enumerate(lines, 1))
        return ("A numbered list of words follows. Some of them stand in it far more often than others.\n\n"
                f"{numbered}\n\nWhich {common} words of the list are the most common? Answer with them alone.")

    return Task(text, pool)


def frequent_words(seed: str, alpha: float = 2.0) -> Task:
    """Invented words whose numbers fall by a power law (zeta, `alpha`), among dots that are none: the top three."""
    rng = random.Random(seed)
    vocabulary: dict[str, None] = {}
    while len(vocabulary) < 2000:
        vocabulary[words.invented(rng)] = None
    coded = list(vocabulary)

    def text(size: int) -> str:
        mass = sum(rank ** -alpha for rank in range(1, len(coded) + 1))
        counts = [round(size * rank ** -alpha / mass) for rank in range(1, len(coded) + 1)]
        lines = [word for word, count in zip(coded, counts) for _ in range(count)]
        lines += ["..."] * (size // 4)
        random.Random(seed + "/place").shuffle(lines)
        return ("A text in an unknown language follows. Its dots mean nothing.\n\n" + " ".join(lines)
                + "\n\nWhich three words of the text are the most frequent? Answer with them alone.")

    return Task(text, coded[:3], least=40)


def questions(seed: str, hops: int = 1) -> Task:
    """Paragraphs about invented people and places, and a question that one (or two) of them answer."""
    rng = random.Random(seed)
    taken: set[str] = set()

    def fresh(source: random.Random) -> str:
        while (one := words.name(source)) in taken:
            pass
        taken.add(one)
        return one

    def about(source: random.Random, person: str, town: str, craft: str) -> str:
        return (f"{person} was born in {town} and became known for the {craft}. {words.sentence(source)} "
                f"{words.sentence(source)}")

    def place(source: random.Random, town: str, river: str) -> str:
        return f"{town} lies on the river {river}. {words.sentence(source)} {words.sentence(source)}"

    person, town, river = fresh(rng), fresh(rng), fresh(rng)
    craft = f"{rng.choice(words.ADJECTIVES)} {rng.choice(words.NOUNS)}"
    facts = [about(rng, person, town, craft)] + ([place(rng, town, river)] if hops == 2 else [])
    asked = f"In which town was {person} born?" if hops == 1 else \
        f"On which river does the town lie in which {person} was born?"
    known = set(taken)

    def text(size: int) -> str:
        taken.clear()
        taken.update(known)
        source = random.Random(seed + "/fill")
        others = []
        for i in range(size):
            if i % 2 == 0 or hops == 1:
                trade = f"{source.choice(words.ADJECTIVES)} {source.choice(words.NOUNS)}"
                others.append(about(source, fresh(source), fresh(source), trade))
            else:
                others.append(place(source, fresh(source), fresh(source)))
        at = random.Random(seed + "/place")
        for fact in facts:
            others.insert(at.randrange(len(others) + 1), fact)
        documents = "\n\n".join(f"Document {i}:\n{one}" for i, one in enumerate(others, 1))
        return f"Answer from the documents below.\n\n{documents}\n\n{asked} Answer with the name alone."

    return Task(text, [town if hops == 1 else river])


# Name, how it is made from a seed, tokens that an answer may have.
TASKS: dict[str, tuple[Callable[[str], Task], int]] = {
    "niah_single_1": (lambda seed: niah(seed, "noise"), 128),
    "niah_single_2": (lambda seed: niah(seed, "prose"), 128),
    "niah_single_3": (lambda seed: niah(seed, "prose", value="code"), 128),
    "niah_multikey_1": (lambda seed: niah(seed, "prose", needles=4), 128),
    "niah_multikey_2": (lambda seed: niah(seed, "needles"), 128),
    "niah_multikey_3": (lambda seed: niah(seed, "needles", keys="codes", value="code"), 128),
    "niah_multivalue": (lambda seed: niah(seed, "prose", values=4), 128),
    "niah_multiquery": (lambda seed: niah(seed, "prose", needles=4, asked=4), 128),
    "vt": (variable_tracking, 30),
    "cwe": (common_words, 120),
    "fwe": (frequent_words, 50),
    "qa_1": (questions, 32),
    "qa_2": (lambda seed: questions(seed, hops=2), 32),
}
