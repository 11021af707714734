"""What is said in a film: lines with times, the facts some of them state, questions about those.

A fact stands in the subtitles alone, never in the picture. Its value is a word, a name or a number
that no question names, so the answer has to be read from the line. Values are capitalised, so that
they are the same tokens wherever they stand.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from words import COMMON, HELD_OUT, invented

# What a fact is about, and of which kind its value is.
TOPICS = {
    "code word": "word", "password": "word", "secret word": "word", "name of the boat": "word",
    "name of the street": "word", "name of the song": "word", "name of the team": "word",
    "meeting place": "word", "favourite colour": "word", "first clue": "word",
    "name of the dog": "name", "name of the captain": "name", "name of the driver": "name",
    "name of the guest": "name", "winner": "name", "new teacher": "name",
    "room number": "number", "gate number": "number", "phone number": "number",
    "door code": "number", "bus number": "number", "price": "number", "year": "number",
    "number of the house": "number", "name of the hotel": "word", "hiding place": "word",
    "title of the book": "word", "name of the ship": "word", "magic word": "word",
    "destination": "word", "next stop": "word", "dish of the day": "word", "first prize": "word",
    "name of the cat": "name", "doctor": "name", "witness": "name", "name of the baby": "name",
    "owner of the house": "name", "boss": "name", "score": "number", "flight number": "number",
    "floor": "number", "number of guests": "number", "temperature": "number", "page": "number",
}
# Training adds topics of these forms, {w} a common word.
TOPIC_FORMS = {"name of the {w}": "word", "{w} code": "number", "number of the {w}": "number",
               "{w} for today": "word", "owner of the {w}": "name"}
FORMED = 12  # topics of a film that have such forms, at most
UNSAID = 4  # topics that a film never speaks of, at least
STATEMENTS = (
    "The {k} is {v}.", "Remember, the {k} is {v}.", "I think the {k} is {v}.",
    "{v} is the {k}.", "And the {k} is {v}, right?", "Listen, the {k} is {v}, do not forget it.",
    "So {v} is the {k}, I am told.", "They told me that the {k} is {v}.",
    "About the {k}: it is {v}.", "What is the {k}? It is {v}.", "The {k}? {v}.",
    "Everybody knows that {v} is the {k}.", "He said the {k} was {v}.", "{v} was the {k} all along.",
    "Our {k}, as always, is {v}.", "For the {k} they chose {v}.", "{v} it is, the {k}.",
    "You may need the {k}: {v}.", "I wrote down {v}, the {k}.", "Again, the {k}, {v}.")
# In training most of the statements are put together from these.
LEADS = ("", "", "", "Remember, ", "I think ", "Listen, ", "Well, ", "You know, ", "They say ",
         "Everybody knows that ", "I told you, ", "Of course ", "As far as I know, ",
         "Let me repeat: ", "Do not forget: ", "For the record, ", "Sure, ", "In the end ",
         "He says that ", "It seems that ")
VALUE_FIRST = (  # what stands between the value and the topic where the value is said first
    " is", ", this is", ", which is", ",", ":", " -", ", it is", ", here is", ", they say, is",
    " must be", ", I believe, is", ", then, is", ", so this is", "? Yes,", "!", ". This is",
    ". It must be", ", of all things, is", ", meaning", ", now", " remains", " became", " as",
    ", again,", ", as you heard, is", ", as I said, was", ", and so", " will do for", " makes",
    ", there you have", ". Such is", ", not bad for", ". You asked for", ", if you want",
    " stands for", ", he wrote, is", ". So much for", ", what else, is", " is still", " was always")
CORES = ("the {k} is {v}", "{v} is the {k}", "the {k} was {v}", "{v} was the {k}", "our {k} is {v}",
         "the {k} will be {v}", "the {k} should be {v}", "{v} will be the {k}",
         "they made {v} the {k}", "we chose {v} for the {k}", "for the {k} they took {v}",
         "it is {v}, the {k}", "the {k} has always been {v}", "somebody set the {k} to {v}",
         "the {k}: {v}")
TAILS = ("", "", "", ", right?", ", I am told", ", as always", ", do not forget it", ", I think",
         ", if I am not wrong", ", you see", " again", ", and that is all")
LOOSENED = 0.3  # of those, how many get other words in between
STATEMENTS_HELD_OUT = ("Write it down: the {k} is {v}.", "By the way, the {k} is {v}.",
                       "{v}, that is the {k}.", "{v}, no doubt about it, is the {k}.")
NAMES = """
Adam Alice Amir Anna Boris Carla Chen Clara Daniel David Diana Elena Emil Erik Eva Felix Frank
George Hanna Helen Henry Igor Ines Ivan Jacob James Jane Julia Karim Kate Laura Leo Linda Lucas
Maria Mark Martin Max Mila Mona Nadia Nina Noah Olga Oscar Paul Peter Rita Robert Rosa Samuel Sara
Simon Sofia Tara Theo Thomas Vera Victor Yuki Zara
""".split()
NAMES_HELD_OUT = "Arthur Bianca Cedric Fatima Gustav Ingrid Jonas Kofi Marta Pablo Selma Tilda".split()
# In training most words and names are invented: of a few hundred real ones the model learns the list
# instead of reading the line, and then misreads every word that is not on it.
INVENTED_SHARE = 0.75
FILLERS = """
Good morning, everyone.|How are you today?|I am fine, thank you.|It is getting late.|Come here!
Wait for me.|I do not know.|Where have you been?|Look at that.|That is not what I meant.
We should go now.|Did you hear that?|It was a long day.|Please sit down.|I will be right back.
Do you want some tea?|No, thank you.|Be careful with it.|What a beautiful day.|Let us begin.
I have never seen it before.|They are waiting outside.|Turn left at the corner.|Nobody told me.
That sounds good to me.|You must be tired.|Keep your voice down.|I can explain everything.
It does not matter any more.|We have all the time we need.|Open the window, please.|Is it far?
Just a few more minutes.|He went home an hour ago.|She will call you back.|Stay close to me.
I was thinking about it all night.|You always say that.|Everything is ready.|Let me see.
The rain has stopped.|I forgot my keys again.|Who left the light on?|This is the last one.
Take your time.|It works, as you can see.|Thank you for coming.|We are almost there.|Hold on.
""".replace("\n", "|").split("|")
FILLERS_HELD_OUT = """
Nice to see you again.|What happened to the car?|I would rather walk.|Put it on the shelf.
You have a point there.|Dinner is at eight.|My feet hurt.|Nothing ever changes here.
""".replace("\n", "|").split("|")


@dataclass(frozen=True)
class Line:
    """One subtitle line, shown while `start` <= t < `end` (seconds)."""

    start: float
    end: float
    text: str


@dataclass(frozen=True)
class Fact:
    """`topic` has `value`, said in line `line`."""

    topic: str
    value: str
    line: int


@dataclass
class Speech:
    lines: list[Line] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    topics: list[str] = field(default_factory=list)  # what it could speak of; some stay unsaid


def value_of(kind: str, rng: random.Random, held_out: bool,
             invent: Callable[[random.Random], str] = invented) -> str:
    if not held_out and kind != "number" and rng.random() < INVENTED_SHARE:
        return invent(rng).capitalize()
    if kind == "name":
        return rng.choice(NAMES_HELD_OUT if held_out else NAMES)
    if kind == "word":
        return rng.choice(HELD_OUT if held_out else COMMON).capitalize()
    digits = rng.randint(2, 5)
    return str(rng.randint(10 ** (digits - 1), 10**digits - 1))


def topics_of(rng: random.Random, held_out: bool) -> dict[str, str]:
    """The topics that a film may speak of, and the kinds of their values."""
    topics = dict(TOPICS)
    for _ in range(0 if held_out else rng.randint(0, FORMED)):
        form, kind = rng.choice(list(TOPIC_FORMS.items()))
        topics[form.format(w=rng.choice(COMMON).lower())] = kind
    return topics


def loosened(core: str, rng: random.Random) -> str:
    """`core` with one to three unrelated words in it: what stands around a value is no rule."""
    words = core.split(" ")
    for _ in range(rng.randint(1, 3)):
        words.insert(rng.randint(1, len(words)), rng.choice(COMMON).lower())
    return " ".join(words)


def statement(rng: random.Random, held_out: bool) -> str:
    """How a fact is said: {k} what it is about, {v} its value."""
    if held_out:
        return rng.choice(STATEMENTS_HELD_OUT)
    if rng.random() < 0.3:
        return rng.choice(STATEMENTS)
    core, lead, tail = rng.choice(CORES), rng.choice(LEADS), rng.choice(TAILS)
    if rng.random() < 0.45:
        core = "{v}" + rng.choice(VALUE_FIRST) + rng.choice((" the {k}", " the {k}", " our {k}"))
        lead = "" if rng.random() < 0.7 else lead
    if rng.random() < LOOSENED:
        core = loosened(core, rng)
    return lead + core + tail + ("" if tail.endswith("?") else ".")


def sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def make_speech(rng: random.Random, starts: list[float], facts: int, held_out: bool,
                invent: Callable[[random.Random], str] = invented) -> Speech:
    """Speech with a line at each of `starts` (ascending seconds), `facts` of which state a fact.

    Topics differ from each other, so a question names one line. `invent` makes training's words.
    """
    kinds = topics_of(rng, held_out)
    speech = Speech(topics=sorted(kinds))
    most = len(kinds) - UNSAID  # so that there is always something that nobody says
    topics = rng.sample(speech.topics, min(facts, len(starts), most))
    places = sorted(rng.sample(range(len(starts)), len(topics)))
    fillers = [text for text in (FILLERS_HELD_OUT if held_out else FILLERS) if text]
    for i, start in enumerate(starts):
        if places and i == places[0]:
            places.pop(0)
            topic = topics.pop()
            value = value_of(kinds[topic], rng, held_out, invent)
            speech.facts.append(Fact(topic, value, i))
            text = sentence(statement(rng, held_out).format(k=topic, v=value))
        else:
            text = rng.choice(fillers)
        longest = starts[i + 1] - start if i + 1 < len(starts) else 3.0
        speech.lines.append(Line(start, start + min(3.0, longest), text))
    return speech


def missing_topic(speech: Speech, rng: random.Random) -> str:
    """A topic that no line speaks of."""
    said = {fact.topic for fact in speech.facts}
    return rng.choice([topic for topic in speech.topics or sorted(TOPICS) if topic not in said])


def srt(speech: Speech) -> str:
    """The lines as a SubRip file."""
    def clock(seconds: float) -> str:
        ms = round(seconds * 1000)
        return f"{ms // 3600000:02d}:{ms // 60000 % 60:02d}:{ms // 1000 % 60:02d},{ms % 1000:03d}"

    return "".join(f"{i + 1}\n{clock(line.start)} --> {clock(line.end)}\n{line.text}\n\n"
                   for i, line in enumerate(speech.lines))
