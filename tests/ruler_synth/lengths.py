"""How long a text is in a model's tokens, and the most of a task that fits a length."""

from __future__ import annotations

import pathlib
from typing import Callable

# Of the conversation around a question: system turn, marks of turns, a reserve for pieces that join.
AROUND = 48

Counter = Callable[[str], int]


def counter(tokenizer: str) -> Counter:
    """Counts tokens as the model in a folder does, or white-space separated words ("words")."""
    if tokenizer == "words":
        return lambda text: len(text.split())
    folder = pathlib.Path(tokenizer)
    if (folder / "tokenizer.model").exists():
        try:
            import sentencepiece
        except ImportError:
            raise SystemExit("a tokenizer.model needs the package sentencepiece: pip install sentencepiece")
        pieces = sentencepiece.SentencePieceProcessor(model_file=str(folder / "tokenizer.model"))
        return lambda text: len(pieces.encode(text))
    if (folder / "tokenizer.json").exists():
        try:
            import tokenizers
        except ImportError:
            raise SystemExit("a tokenizer.json needs the package tokenizers: pip install tokenizers")
        loaded = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
        return lambda text: len(loaded.encode(text, add_special_tokens=False).ids)
    raise SystemExit(f"{folder} holds neither tokenizer.model nor tokenizer.json; give a model's folder, or 'words'")


def largest(make: Callable[[int], str], fits: Callable[[str], bool], least: int = 0) -> str:
    """make(n) for the largest n whose text fits; a larger n must make a longer text. Raises ValueError where
    not even make(least) fits."""
    best = make(least)
    if not fits(best):
        raise ValueError("the length holds not even the task itself")
    low, high = least, max(1, 2 * least)
    while fits(text := make(high)):
        low, best, high = high, text, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        text = make(middle)
        if fits(text):
            low, best = middle, text
        else:
            high = middle
    return best
