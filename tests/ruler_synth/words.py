"""Words and sentences that the tasks are made of: all invented here, all from a seed."""

from __future__ import annotations

import random

ADJECTIVES = """amber ancient brisk broken calm cedar chilly clever coastal copper crisp curious dapper deep
distant dusty early eager earnest faded famous feather foggy forest frosty gentle gilded glassy golden grassy
hasty hidden hollow humble icy idle ivory jolly keen kindly lasting little lively lonely lucky marble mellow
mighty misty modest narrow nimble noble northern olive open orderly painted patient pearly placid plain polished
proud quiet rapid rocky round royal rustic sandy secret shady silent silver simple sleepy slender smoky solid
southern spotted steady stormy sturdy sunny swift tall tender thirsty tidy timber twisted velvet wandering warm
western wild windy wooden""".split()

NOUNS = """anchor apple arch attic badger bakery barn basket beacon bell bench birch blanket boat bottle bridge
bucket button cabin candle canoe canyon castle cellar chapel cherry clock cloud compass cottage cradle creek
crown desk dome donkey drum engine falcon feather ferry fiddle field fountain garden gate glacier glove hammer
harbour harvest hedge helmet island jacket kettle kitchen ladder lantern ledger lemon library lighthouse locket
lodge magnet market meadow mill mirror mitten mountain needle notebook oak orchard oven paddle parcel pasture
pebble pillow planet plough pocket pond quarry quill rabbit raft ribbon river saddle school shelter shovel sparrow
spoon stable station statue stove stream sugar tavern temple thicket thimble tower trumpet tunnel turnip valley
vessel village violin wagon walnut whistle window workshop""".split()

# What repeats where nothing is to be learnt: a few plain remarks.
NOISE = ("Rain fell on the roof.", "The kettle was warm.", "Nobody was in a hurry.", "A door stood open.",
         "The road went on and on.")

_WHO = """the carpenter|the postman|an old sailor|the teacher|my neighbour|the baker|a young doctor|the gardener|the
clockmaker|her cousin|the librarian|a travelling singer|the miller|the station master|two children|the weaver""".replace(
    "\n", " ").split("|")
_DID = """carried|repaired|painted|looked for|forgot|borrowed|measured|sold|described|hid|cleaned|drew|lost|counted|
wrapped|lent out""".replace("\n", "").split("|")
_WHEN = """in the morning|before dawn|after supper|on market day|late in autumn|during the storm|at noon|last
winter|once a week|when the bells rang|without a word|in good time""".replace("\n", " ").split("|")
_WHY = """because the ferry was late|and nobody minded|so that the work could go on|although it was raining|as
everyone had asked for|while the others slept|and went home content|for no reason that was ever told|since the
days grew short|and wrote a letter about it""".replace("\n", " ").split("|")


def sentence(rng: random.Random) -> str:
    """One sentence of plain prose without figures."""
    thing = f"{rng.choice(('the', 'that'))} {rng.choice(ADJECTIVES)} {rng.choice(NOUNS)}"
    place = f"near the {rng.choice(NOUNS)}"
    parts = [rng.choice(_WHO), rng.choice(_DID), thing]
    if rng.random() < 0.5:
        parts.append(place)
    parts.append(rng.choice(_WHEN))
    if rng.random() < 0.6:
        parts.append(rng.choice(_WHY))
    text = " ".join(parts)
    return text[0].upper() + text[1:] + "."


def prose(rng: random.Random, sentences: int) -> list[str]:
    """Sentences of a made-up text."""
    return [sentence(rng) for _ in range(sentences)]


def keys(rng: random.Random, count: int) -> list[str]:
    """Different names of two words, or of more where there would not be enough."""
    found: dict[str, None] = {}
    while len(found) < count:
        words = [rng.choice(ADJECTIVES), rng.choice(NOUNS)]
        if count > len(ADJECTIVES) * len(NOUNS) // 2:
            words.insert(0, rng.choice(ADJECTIVES))
        found["-".join(words)] = None
    return list(found)


def number(rng: random.Random) -> str:
    """Seven digits, the first of them no 0."""
    return str(rng.randrange(1_000_000, 10_000_000))


def hexadecimal(rng: random.Random) -> str:
    """32 hexadecimal digits in the groups of a UUID."""
    digits = f"{rng.getrandbits(128):032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def invented(rng: random.Random, syllables: int = 3) -> str:
    """A word that no language has."""
    return "".join(rng.choice("bdfghklmnprstvz") + rng.choice("aeiou") for _ in range(syllables))


def name(rng: random.Random) -> str:
    """A person's or a place's."""
    return (invented(rng, rng.choice((2, 3))) + rng.choice("nrlsm")).capitalize()
