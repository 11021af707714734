"""Conversations: single questions about a clip put together in random order, with references."""

from __future__ import annotations

import random
from dataclasses import replace

LENGTHS = (1, 1, 2, 3, 4, 6, 8, 12, 16, 20)  # turns of a conversation
FOLLOWED = 0.15  # of the turns about one thing, how many are followed by a question about "it"
SPOILT = 0.07  # of the earlier answers, how many are another one's: later answers must not lean on them


def chained(found: list[list], asker, rng: random.Random) -> list[list]:
    """Conversations of 1 to 20 turns out of `found`, lists of turns of which each stays together."""
    found = list(found)
    rng.shuffle(found)
    out = []
    while found:
        length, turns = rng.choice(LENGTHS), []
        while found and len(turns) < length:
            turns += found.pop()
            if len(turns) < length and rng.random() < FOLLOWED:
                more = asker.follow_up(turns[-1])
                turns += [more] if more else []
        out.append(spoilt(turns, rng))
    return out


def spoilt(turns: list, rng: random.Random) -> list:
    """The same turns, some with an answer of another turn, which is then not trained."""
    out = []
    for i, turn in enumerate(turns):
        last = i + 1 == len(turns)
        refers = not last and turns[i + 1].task.startswith("follow_")
        if not last and not refers and rng.random() < SPOILT:
            turn = replace(turn, answer=rng.choice(turns).answer, trained=False)
        out.append(turn)
    return out
