"""Scoring of longvid-synth answers, and the statistics of comparisons.

Answers are compared by their facts, not by their whole wording: colours, shapes, numbers, times,
directions, the text of a card, "not shown".
"""

from __future__ import annotations

import math
import re
from collections import defaultdict

from drawing import COLOURS, DIRECTIONS, SHAPES
from questions import CHOICES

# "1:05", "1:02:03", "00:12.50"; "12.5 seconds", "<12.5 seconds>", "12.5-15.5 s".
_CLOCK = re.compile(r"\b(?:(\d{1,2}):(?=\d{1,2}:))?(\d{1,4}):([0-5]\d(?:\.\d{1,3})?)\b", re.A)
_NUMBER = r"(\d{1,6}(?:\.\d{1,3})?)"
_SECONDS = re.compile(r"(?<![\d:.])\b(?:" + _NUMBER + r"\s*(?:-|–|to\b|and\b|until\b)\s*)?" + _NUMBER
                      + r"[\s-]*(?:s|secs?|seconds?)\b", re.A | re.I)
# What makes a length of seconds.
_LENGTH_BEFORE = re.compile(r"\b(?:for|lasts?|lasting|takes?|within|every|first|last|next)\s+"
                            r"(?:about\s+|the\s+)?$", re.A | re.I)
_LENGTH_AFTER = re.compile(r"\s*(?:long|later|apart|ago|each)\b", re.A | re.I)
TIME_TASKS = ("when", "follow_when", "said_when")
_WORDS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
          "nine": 9, "ten": 10, "no": 0, "none": 0, "nothing": 0}


def seconds_of(text: str) -> list[float]:
    """Every moment that a text names, in seconds and in order."""
    found = [(clock.start(), 3600.0 * int(clock[1] or 0) + 60.0 * int(clock[2]) + float(clock[3]))
             for clock in _CLOCK.finditer(text)]
    for one in _SECONDS.finditer(text):
        if _LENGTH_BEFORE.search(text[:one.start()]) or _LENGTH_AFTER.match(text[one.end():]):
            continue
        found += [(one.start(group), float(one[group])) for group in (1, 2) if one[group]]
    return [seconds for _, seconds in sorted(found)]


def _absent(text: str) -> bool:
    return bool(re.search(r"\bnot (shown|there|visible)\b|\bnothing\b", text.lower()))


def _named(text: str, names) -> list[str]:
    return re.findall(r"\b(" + "|".join(names) + r")\b", text.lower())


def facts(task: str, text: str):
    """The fact of an answer to `task` as a comparable value; None where it states none."""
    lower = text.lower()
    if task == "letter" or task in CHOICES:
        found = re.match(r"\W*([a-d])\b", lower)
        return found.group(1) if found else None
    if task == "count":
        # Not one of the times that it was counted from.
        number = re.search(r"\d+", _SECONDS.sub(" ", _CLOCK.sub(" ", lower)))
        if number:
            return int(number.group())
        word = next((w for w in re.findall(r"[a-z]+", lower) if w in _WORDS), None)
        return None if word is None else _WORDS[word]
    if task == "shown":
        word = re.match(r"\W*(yes|no)\b", lower)
        if word:
            return word.group(1)
        # Without a yes or no: what it says of the thing.
        if _absent(text):
            return "no"
        return "yes" if re.search(r"\b(appears|is shown)\b", lower) else None
    if task in ("list", "unknown"):
        return text.strip()
    if _absent(text):
        return "absent"
    if task in ("colour", "follow_colour"):
        return (_named(text, COLOURS) or [None])[0]
    if task == "shape":
        return (_named(text, SHAPES) or [None])[-1]
    if task == "said":
        stated = re.search(r"\b(?:is|was) (\S+)\s*$", lower)
        return stated.group(1).strip('".,!') or None if stated else None
    if task == "card":
        quoted = re.search(r'"([^"]*)"', text)
        return quoted.group(1).upper() if quoted else None
    if task in ("direction", "follow_direction"):
        if re.search(r"\bstill\b|\bnot move", lower):
            return "still"
        return (_named(text, DIRECTIONS) or [None])[0]
    if task in TIME_TASKS:
        return (seconds_of(text) or [None])[0]
    nouns = re.findall(r"\b(?:(?:" + "|".join(COLOURS) + r") (?:" + "|".join(SHAPES)
                       + r")|card)\b", lower)
    if task == "order":
        return tuple(nouns) or None
    return nouns[0] if nouns else None


def right(task: str, answer: str, truth: str, tolerance_s: float = 0.0) -> bool:
    """Whether an answer states the truth's fact; times may be off by `tolerance_s`."""
    got, want = facts(task, answer), facts(task, truth)
    if task in TIME_TASKS and isinstance(got, float) and isinstance(want, float):
        return abs(got - want) <= tolerance_s + 1e-9
    if task == "list":
        return list_f1(answer, truth, tolerance_s) == 1.0
    return got is not None and got == want


def _events(text: str) -> list[tuple[float, str]]:
    out = []
    for part in text.rstrip(".").split(","):
        time, names = seconds_of(part), facts("first", part)
        if time and names:
            out.append((time[0], names))
    return out


def list_f1(answer: str, truth: str, tolerance_s: float) -> float:
    """F1 of "m:ss noun" items; an item counts once, with its time within the tolerance."""
    got, want = _events(answer), _events(truth)
    if not got and not want:
        return float(_absent(answer) == _absent(truth))
    left = list(want)
    hits = 0
    for time, noun in got:
        match = next((w for w in left if w[1] == noun and abs(w[0] - time) <= tolerance_s + 1e-9),
                     None)
        if match:
            left.remove(match)
            hits += 1
    return 2 * hits / (len(got) + len(want))


def circular(rows: list[dict]) -> dict[str, bool]:
    """VNBench style: a question (`circle`) is right only if all of its option orders are."""
    groups: dict[str, list[bool]] = defaultdict(list)
    for row in rows:
        groups[row["circle"]].append(bool(row["right"]))
    return {circle: all(values) for circle, values in groups.items()}


def wilson(correct: int, total: int, z: float = 1.96) -> tuple[float, float]:
    """Confidence interval of a share; (0, 1) of nothing."""
    if total == 0:
        return 0.0, 1.0
    p = correct / total
    centre = p + z * z / (2 * total)
    spread = z * math.sqrt(p * (1 - p) / total + z * z / (4 * total * total))
    scale = 1 + z * z / total
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


def mcnemar(only_first: int, only_second: int) -> float:
    """Exact two-sided p of the discordant pairs of two methods on the same questions."""
    n = only_first + only_second
    if n == 0:
        return 1.0
    tail = sum(math.comb(n, k) for k in range(min(only_first, only_second) + 1)) / 2**n
    return min(1.0, 2 * tail)
