"""Questions with known answers about a list of events, for training and for the suite alike."""

from __future__ import annotations

import itertools
import random
import re
from dataclasses import dataclass, field

import wordings
from drawing import COLOURS, DIRECTIONS, SHAPES, plural
from speech import Speech, missing_topic

COLOUR_NAMES = tuple(COLOURS)
ABSENT_SHARE = 0.12  # of the questions about one thing, how many ask for something never shown
# Questions with options in the manner of VNBench, each from one of these.
CHOICES = {"retrieval": ("colour", "shape", "card"), "ordering": ("order",), "counting": ("count",)}
MOST_LISTED = 8  # of more things a suite asks for no list
MOST_COUNTED = 12  # of more things nobody is asked for the number
UNSAID_SHARE = 0.25  # of the questions about what is said, how many ask for something never said


@dataclass
class Event:
    """One needle. `start` orders the events; equal starts are ordered by `x` (left to right)."""

    kind: str  # "shape" or "card"
    start: float  # seconds
    end: float  # seconds, exclusive
    time_text: str  # m:ss of the first sampled picture that shows it
    x: float = 0.5
    colour: str = ""
    shape: str = ""
    direction: str = ""  # one of DIRECTIONS, "still", or "" where the sampling cannot tell
    text: str = ""
    start_text: str = ""  # m:ss of the true start, where `time_text` is that of a later picture

    @property
    def asked_time(self) -> str:
        """The time by which a question names it."""
        return self.start_text or self.time_text

    @property
    def noun(self) -> str:
        return "card" if self.kind == "card" else f"{self.colour} {self.shape}"


@dataclass
class Turn:
    """One question and its one right answer. `answer` keeps the `*` marks of the fact words."""

    task: str
    question: str
    answer: str
    event: int = -1  # index of the event it is about, -1: none or several
    options: list[str] = field(default_factory=list)
    trained: bool = True  # whether training learns its answer
    events: list[int] = field(default_factory=list)  # those that the answer names one by one

    @property
    def plain_answer(self) -> str:
        return self.answer.replace("*", "")


def time_text(seconds: float) -> str:
    """`m:ss`, whole seconds rounded down; minutes are not wrapped into hours."""
    whole = int(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


def articles(text: str) -> str:
    """Turns "a orange" into "an orange", fact marks or not."""
    return re.sub(r"\b([Aa])( \*?orange)", r"\1n\2", text)


def mark(text: str) -> str:
    """Marks every word as a fact."""
    return " ".join("*" + word for word in text.split(" "))


class Asker:
    """Makes questions about one clip. `rng` decides everything; `held_out` picks the wordings."""

    def __init__(self, events: list[Event], rng: random.Random, held_out: bool = False,
                 speech: Speech | None = None, most_listed: int = MOST_LISTED):
        self.events = sorted(events, key=lambda e: (e.start, e.x))
        self.speech = speech or Speech()
        self.rng, self.most_listed = rng, most_listed
        self.words = wordings.HELD_OUT if held_out else wordings.TRAIN
        self.letters = wordings.LETTER_HELD_OUT if held_out else wordings.LETTER_TRAIN
        self.shapes = [i for i, e in enumerate(self.events) if e.kind == "shape"]
        self.cards = [i for i, e in enumerate(self.events) if e.kind == "card"]

    def ask(self, task: str) -> list[Turn] | None:
        """The turns of one conversation, or None where the clip gives no such question."""
        if task == "follow":
            return self._follow()
        if task == "letter":
            return self._letter()
        if task in CHOICES:
            return self._choice(task)
        turn = getattr(self, "_" + task)()
        return [turn] if turn else None

    def _turn(self, task, answer_key, event=-1, *, words="", **fields) -> Turn:
        """`words` names the wordings of the question where they are not those of `task`."""
        question = self.rng.choice(self.words[words or task])
        answer_fields = dict(fields)
        for key in ("n", "l"):
            if "answer_" + key in fields:
                answer_fields[key] = answer_fields.pop("answer_" + key)
        return Turn(task, articles(question.format(**fields)),
                    articles(wordings.ANSWERS[answer_key].format(**answer_fields)), event)

    def _absent(self) -> bool:
        """Whether to ask for something never shown; of a clip with nothing always."""
        return self.rng.random() < ABSENT_SHARE or not self.events

    def _unique(self, key) -> list[int]:
        """Indices of shape events whose `key` value no other shape event has."""
        values = [key(self.events[i]) for i in self.shapes]
        return [i for i, v in zip(self.shapes, values) if values.count(v) == 1]

    def _names(self) -> list[tuple[int, str]]:
        """Every unambiguous way to name one event: red circle, circle, red shape, card."""
        names = [(i, self.events[i].noun) for i in self._unique(lambda e: e.noun)]
        names += [(i, self.events[i].shape) for i in self._unique(lambda e: e.shape)]
        names += [(i, self.events[i].colour + " shape") for i in self._unique(lambda e: e.colour)]
        if len(self.cards) == 1:
            names.append((self.cards[0], "card"))
        return names

    def _missing_noun(self) -> str | None:
        shown = {e.noun for e in self.events}
        shapes = {e.shape for e in self.events}
        colours = {e.colour for e in self.events}
        kind = self.rng.random()
        if kind < 0.2 and "card" not in shown:
            return "card"
        if kind < 0.4:
            missing = [s for s in SHAPES if s not in shapes]
            return self.rng.choice(missing) if missing else None
        # Half of the missing pairs share a colour or shape with something that is shown.
        colour, shape = self.rng.choice(COLOUR_NAMES), self.rng.choice(SHAPES)
        if self.shapes and kind < 0.85:
            near = self.events[self.rng.choice(self.shapes)]
            if self.rng.random() < 0.5:
                colour = near.colour
            else:
                shape = near.shape
        noun = f"{colour} {shape}"
        return None if noun in shown else noun

    def _colour(self):
        if self._absent():
            missing = [s for s in SHAPES if all(e.shape != s for e in self.events)]
            if missing:
                return self._turn("colour", "colour_absent", s=self.rng.choice(missing))
        unique = self._unique(lambda e: e.shape)
        if not unique:
            return None
        i = self.rng.choice(unique)
        return self._turn("colour", "colour", i, s=self.events[i].shape, c=self.events[i].colour)

    def _shape(self):
        if self._absent():
            missing = [c for c in COLOUR_NAMES if all(e.colour != c for e in self.events)]
            if missing:
                return self._turn("shape", "shape_absent", c=self.rng.choice(missing))
        unique = self._unique(lambda e: e.colour)
        if not unique:
            return None
        i = self.rng.choice(unique)
        return self._turn("shape", "shape", i, s=self.events[i].shape, c=self.events[i].colour)

    def _card(self):
        if not self.cards:
            return self._turn("card", "card_absent") if self._absent() else None
        i = self.rng.choice(self.cards)
        event = self.events[i]
        if len(self.cards) == 1 and self.rng.random() < 0.75:
            return self._turn("card", "card", i, x=event.text)
        if sum(e.asked_time == event.asked_time for e in self.events) > 1:
            return None
        return self._turn("card", "card", i, words="card_at", x=event.text, t=event.asked_time)

    def _direction(self):
        if self._absent():
            noun = self._missing_noun()
            if noun and noun != "card":
                return self._turn("direction", "direction_absent", n=noun)
        names = [(i, n) for i, n in self._names() if self.events[i].direction]
        if not names:
            return None
        i, noun = self.rng.choice(names)
        direction = self.events[i].direction
        key = "direction_still" if direction == "still" else "direction"
        return self._turn("direction", key, i, n=noun, d=direction)

    def _count(self):
        """Counts a shape, a coloured shape, all shapes or all cards, and says when they appear."""
        things: dict[str, list[Event]] = {}
        for e in self.events:
            shape_names = ("shapes", plural(e.shape), e.colour + " shapes")
            for name in ("cards",) if e.kind == "card" else shape_names:
                things.setdefault(name, []).append(e)
        if self._absent() or not things:
            missing = plural(self.rng.choice(SHAPES))
            return None if missing in things else self._turn("count", "count_none", ss=missing)
        name = self.rng.choice(sorted(things))
        found = things[name]
        if len(found) > MOST_COUNTED:
            return None
        turn = self._turn("count", "count", ss=name, k=str(len(found)), l="",
                          answer_l=", ".join("*" + e.time_text for e in found))
        if len(found) == 1:
            one = {plural(x): x for x in SHAPES}.get(name, name.removesuffix("s"))
            turn.answer = turn.answer.replace(f"{name} appear.", f"{one} appears.")
        turn.events = [self.events.index(e) for e in found]
        return turn

    def _two(self, task: str, pick_first: bool):
        names = [(i, n) for i, n in self._names() if n == "card" or n == self.events[i].noun]
        if len(names) < 2:
            return None
        (i, a), (j, b) = self.rng.sample(names, 2)
        if self.events[i].start == self.events[j].start:
            return None
        i_wins = (self.events[i].start < self.events[j].start) == pick_first
        return self._turn(task, task, i if i_wins else j, a=a, b=b, n="",
                          answer_n=mark(a if i_wins else b))

    def _first(self):
        return self._two("first", True)

    def _last(self):
        return self._two("last", False)

    def _order(self):
        names = [(i, n) for i, n in self._names() if n == "card" or n == self.events[i].noun]
        starts = [self.events[i].start for i, _ in names]
        names = [pair for pair, s in zip(names, starts) if starts.count(s) == 1]
        if len(names) < 3:
            return None
        chosen = self.rng.sample(names, min(len(names), self.rng.choice((3, 4, 4))))
        ordered = sorted(chosen, key=lambda pair: self.events[pair[0]].start)
        return self._turn("order", "order", l=", ".join(n for _, n in chosen),
                          answer_l=", ".join(f"{mark(n)} *at *{self.events[i].time_text}"
                                             for i, n in ordered))

    def _when(self):
        if self._absent():
            noun = self._missing_noun()
            if noun:
                return self._turn("when", "when_absent", n=noun)
        names = self._names()
        if not names:
            return None
        i, noun = self.rng.choice(names)
        return self._turn("when", "when", i, n=noun, t=self.events[i].time_text)

    def _at(self):
        times = [e.asked_time for e in self.events]
        # Another group in the same sampled picture would be as right.
        pictures = [e.time_text for e in self.events]
        single = [i for i, (t, p) in enumerate(zip(times, pictures))
                  if times.count(t) == 1 and pictures.count(p) == 1]
        if not single:
            return None
        i = self.rng.choice(single)
        return self._turn("at", "at", i, t=times[i], n="",
                          answer_n=mark("A " + self.events[i].noun))

    def _between(self):
        """One event starts between the two times, or nothing is shown between them."""
        if not self.events:
            return None
        i = self.rng.randrange(len(self.events))
        event = self.events[i]
        lo = max((e.end for e in self.events if e.start < event.start), default=event.start - 30)
        hi = min((e.start for e in self.events if e.start > event.start), default=event.end + 30)
        lo = max(0.0, lo)
        if sum(e.start == event.start for e in self.events) > 1 or lo > event.start - 4:
            return None
        if hi < event.end + 4:
            return None
        if self.rng.random() < 0.3:
            if event.start - lo < 12:
                return None
            a = self.rng.uniform(lo + 3, (lo + event.start) / 2 - 1)
            b = self.rng.uniform((lo + event.start) / 2 + 1, event.start - 3)
            return self._turn("between", "between_nothing", a=time_text(a), b=time_text(b))
        a = self.rng.uniform(max(lo + 1, event.start - 60), event.start - 2)
        b = self.rng.uniform(event.end + 2, min(hi - 1, event.end + 60))
        return self._turn("between", "between", i, a=time_text(a), b=time_text(b), n="",
                          t=event.time_text, answer_n=mark("a " + event.noun))

    def _shown(self):
        if self.rng.random() < 0.5:
            noun = self._missing_noun()
            return self._turn("shown", "shown_no", n=noun) if noun else None
        if not self.events:
            return None
        i = self.rng.randrange(len(self.events))
        return self._turn("shown", "shown_yes", i, n=self.events[i].noun)

    def _list(self):
        if len(self.events) > self.most_listed:
            return None
        if not self.events:
            return self._turn("list", "list_nothing")
        items = [f"*{e.time_text} {mark(e.noun)}" for e in self.events]
        return self._turn("list", "list", answer_l=", ".join(items), l="")

    def _unknown(self):
        return self._turn("unknown", "unknown")

    def _fact(self):
        """A fact of the subtitles, or None for a question about something that nobody says."""
        silent = not self.speech.facts or self.rng.random() < UNSAID_SHARE
        return None if silent else self.rng.choice(self.speech.facts)

    def _said(self):
        fact = self._fact()
        if not fact:
            return self._turn("said", "said_absent", k=missing_topic(self.speech, self.rng))
        return self._turn("said", "said", k=fact.topic, v=fact.value)

    def _said_when(self):
        fact = self._fact()
        if not fact:
            return self._turn("said_when", "said_when_absent",
                              k=missing_topic(self.speech, self.rng))
        start = self.speech.lines[fact.line].start
        return self._turn("said_when", "said_when", k=fact.topic, t=time_text(start))

    def _follow(self):
        first_task = self.rng.choice(("when", "first", "direction", "shown", "last"))
        first = self.ask(first_task)
        if not first or first[0].event < 0:
            return None
        return [first[0], self.follow_up(first[0])]

    def follow_up(self, turn: Turn) -> Turn | None:
        """A question about the thing that `turn` is about ("And when is that?"), or about one of
        those it counted ("the second one"); None where nothing is left to ask."""
        if turn.event < 0:
            return self._nth(turn) if len(turn.events) > 1 else None
        event = self.events[turn.event]
        if event.kind == "card":
            tasks = ["follow_when"]
        else:
            tasks = ["follow_when"]
            if event.colour not in turn.question + turn.answer:
                tasks += ["follow_colour"] * 2
            if event.direction:
                tasks.append("follow_direction")
        if turn.task == "when" and len(tasks) > 1:
            tasks.remove("follow_when")
        if turn.task == "direction" and "follow_direction" in tasks:
            tasks.remove("follow_direction")
        task = self.rng.choice(tasks)
        still = task == "follow_direction" and event.direction == "still"
        return self._turn(task, task + ("_still" if still else ""), turn.event,
                          c=event.colour, t=event.time_text, d=event.direction)

    def _nth(self, turn: Turn) -> Turn:
        place = self.rng.randrange(min(len(turn.events), len(wordings.ORDINALS)))
        word = wordings.ORDINALS[place]
        if place + 1 == len(turn.events) and self.rng.random() < 0.5:
            word = "last"
        i = turn.events[place]
        return self._turn("follow_when", "follow_when", i, words="follow_nth", k=word,
                          t=self.events[i].time_text)

    def _letter(self):
        base = self.rng.choice(("colour", "shape", "count", "direction", "when", "card", "first"))
        turns = self.ask(base)
        return [self.with_options(turns[0])] if turns and self._facts(turns[0]) else None

    def _choice(self, task: str):
        """As _letter, of things that are shown, under the name of `task`."""
        turns = self.ask(self.rng.choice(CHOICES[task]))
        if not turns or re.search(r"not shown|^No ", turns[0].plain_answer) or not self._facts(turns[0]):
            return None
        turn = self.with_options(turns[0])
        turn.task = task
        return [turn]

    def _facts(self, turn: Turn) -> tuple[str, list[str]] | None:
        """The right option and wrong ones for a single-fact turn, or None."""
        if "not shown" in turn.plain_answer:
            right = "not shown"
        else:
            right = " ".join(re.findall(r"\*([^\s,]+)", turn.answer)).strip('."')
            right = right.removeprefix("at ").removeprefix("a ").removesuffix(" comes first")
            if turn.task == "when":
                right = self.events[turn.event].asked_time
            if turn.task == "count":
                right = right.split()[-1]
        pools = {
            "colour": COLOUR_NAMES, "shape": SHAPES, "direction": DIRECTIONS + ("stays still",),
            "count": tuple(str(i) for i in range(1, 9)),
        }
        if turn.task in pools:
            pool = [x for x in pools[turn.task] if x != right]
        elif turn.task == "when":
            pool = self._wrong_times(right)
        elif turn.task == "card":
            pool = self._wrong_texts(right)
        elif turn.task == "order":
            nouns = re.findall(r"((?:\*[^\s,*]+ )+)\*at ", turn.answer)
            nouns = [noun.replace("*", "").strip() for noun in nouns]
            right = ", ".join(nouns)
            pool = [", ".join(other) for other in itertools.permutations(nouns) if list(other) != nouns]
        elif turn.task == "first":
            pool = [e.noun for e in self.events if e.noun != right]
            pool += [f"{c} {self.rng.choice(SHAPES)}" for c in COLOUR_NAMES]
            pool = [x for x in dict.fromkeys(pool) if x != right]
        else:
            return None
        return (right, pool) if len(pool) >= 3 else None

    def _wrong_times(self, right: str) -> list[str]:
        wrong = {e.asked_time for e in self.events}
        base = self.events[0].start if self.events else 0.0
        while len(wrong) < 8:
            wrong.add(time_text(max(0.0, base + self.rng.uniform(-60, 240))))
        wrong.discard(right)
        return sorted(wrong)

    def _wrong_texts(self, right: str) -> list[str]:
        """Texts that differ from the right one in one or two characters."""
        if right == "not shown":
            right = "CARD"
        alphabet = "0123456789" if right.isdigit() else "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        wrong = set()
        while len(wrong) < 6:
            letters = list(right)
            for _ in range(self.rng.choice((1, 2))):
                letters[self.rng.randrange(len(letters))] = self.rng.choice(alphabet)
            if "".join(letters) != right:
                wrong.add("".join(letters))
        return sorted(wrong)

    def with_options(self, turn: Turn, options: list[str] | None = None) -> Turn:
        """The same question with options A-D; `options` fixes their order (circular scoring)."""
        right, pool = self._facts(turn)
        if options is None:
            options = [right] + self.rng.sample(pool, 3)
            self.rng.shuffle(options)
        lines = "".join(f"\n{letter}. {text}" for letter, text in zip("ABCD", options))
        return Turn("letter", f"{turn.question}{lines}\n{self.rng.choice(self.letters)}",
                    "*" + "ABCD"[options.index(right)], turn.event, options)
