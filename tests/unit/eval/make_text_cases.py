#!/usr/bin/env python3
"""Writes text_cases.json: pairs of texts with what the packages give that LongBench's published scores use.

    pip install rouge==1.0.1 && make_text_cases.py

ROUGE-L is the package `rouge`, likeness is Python's difflib (which fuzzywuzzy calls). The texts are made up here.
"""

import difflib
import json
import pathlib
import random

from rouge import Rouge

FILE = pathlib.Path(__file__).resolve().parent / "text_cases.json"
WORDS = "the cat dog sat on a mat and ran home . . The mat was red so it slept".split()
CODE = ["for (int i = 0; i < n; ++i) sum += a[i];", "return self.items[index]", "x = foo(bar, baz)", "", "}",
        "if not name: raise ValueError('a name is needed')", "aaaaaaaaaabbbbbbbbbb", "bbbbbbbbbbaaaaaaaaaa"]


def sentences(rng):
    return " ".join(rng.choice(WORDS) for _ in range(rng.randrange(1, 30)))


def summaries():
    rng = random.Random(1)
    texts = [(sentences(rng), sentences(rng)) for _ in range(40)]
    texts += [("one. two. three", "three. two. one"), ("a  b\n c", "a b c"), ("same words", "same words"),
              ("a. .b", "b"), ("no end", "other")]
    for answer, reference in texts:
        try:
            score = Rouge().get_scores([answer], [reference], avg=True)["rouge-l"]["f"]
        except ValueError:  # nothing but full stops; the published scorer counts it as 0
            score = 0.0
        yield {"answer": answer, "reference": reference, "f": score}


def lines():
    rng = random.Random(2)
    pairs = [(a, b) for a in CODE for b in CODE]
    for length in (30, 150, 199, 200, 260, 500):  # from 200 on difflib leaves frequent letters aside
        for letters in ("ab", "abcdefgh", "abcdefghijklmnopqrstuvwxyz0123456789_(),. "):
            a = "".join(rng.choice(letters) for _ in range(length))
            b = list(a)
            for _ in range(length // 5):
                b[rng.randrange(length)] = rng.choice(letters)
            pairs.append((a, "".join(b)))
    for a, b in pairs:
        yield {"first": a, "second": b, "ratio": difflib.SequenceMatcher(None, a, b).ratio()}


if __name__ == "__main__":
    FILE.write_text(json.dumps({"summaries": list(summaries()), "lines": list(lines())}, indent=0) + "\n")
