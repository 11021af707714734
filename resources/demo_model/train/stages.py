"""The pieces of the training: what is shown for how long, and the shape of a batch of a stage."""

from __future__ import annotations

import random
from dataclasses import dataclass

from scenes import Shape

# Picture sizes (height, width): 15 to 40 tokens a frame pair; what the program makes of 16:9, 3:2 and 4:3
# (40 or 24 tokens at most) most often, then of squares, wide and upright films.
SIZES = ((112, 112), (84, 140), *2 * ((112, 168),), *2 * ((84, 168),), (112, 196), *3 * ((112, 224),),
         (140, 224), *2 * ((140, 196),), (112, 140), (140, 168), (84, 196), (112, 252), (168, 168),
         (168, 112), (224, 112), (196, 140))


@dataclass(frozen=True)
class Stage:
    name: str
    seconds: float
    pairs: tuple[int, int]  # clip length, drawn log-uniformly
    questions: int
    tokens: int  # tokens of a batch, prefix and questions
    vision: str = "all"  # which frame pairs train the tower: all, needles, none
    cells: float = 1.0  # weight of the auxiliary loss
    language: bool = True
    mixed: float = 0.25  # share of batches with shorter clips, from 1 pair on
    skips: float = 0.0
    sizes: int = len(SIZES)
    speech: float = 0.0  # share of clips with subtitles
    said: float = 0.5  # share of their questions that are about what is said
    cards: float = 0.3  # share of the groups of needles that are a card
    own: float = 1.0  # share of clips drawn as the suite's own films are
    chains: float = 0.0  # share of clips whose questions are asked in conversations
    camera: float = 0.0  # share of the clips of others that look like a camera's film
    bare: float = 0.06  # share of the clips of others without a needle


PIECES = {
    "toy": [Stage("see", 20, (1, 2), 0, 2000, language=False, sizes=1),
            Stage("short", 25, (1, 2), 4, 2500, sizes=1),
            Stage("long", 15, (4, 12), 4, 2500, vision="needles")],
    "first": [Stage("see", 75, (2, 4), 0, 60000, language=False),
              Stage("short", 75, (1, 3), 6, 60000)],
    "second": [Stage("short", 120, (1, 3), 6, 40000, cells=0.5),
               Stage("middle", 130, (4, 16), 8, 56000, cells=0.3),
               Stage("long", 140, (12, 72), 12, 80000, vision="needles", cells=0.2, mixed=0.35),
               Stage("longest", 130, (32, 300), 16, 100000, vision="needles", cells=0.2,
                     mixed=0.4, skips=0.3)],
    # The last stages reach 32K video tokens.
    "third": [Stage("short", 100, (1, 3), 6, 80000, speech=0.2),
              Stage("middle", 125, (2, 24), 8, 100000, cells=0.5, speech=0.3),
              Stage("long", 150, (16, 120), 20, 120000, vision="needles", cells=0.4, mixed=0.4,
                    speech=0.3),
              Stage("longest", 160, (64, 1300), 36, 160000, vision="needles", cells=0.4,
                    mixed=0.45, skips=0.3, speech=0.3)],
    "fourth": [Stage("middle", 80, (1, 24), 8, 90000, cells=0.8, speech=0.3),
               Stage("long", 130, (8, 160), 20, 100000, vision="needles", cells=0.6, mixed=0.4,
                     speech=0.3),
               Stage("longest", 330, (48, 1400), 36, 120000, vision="needles", cells=0.6,
                     mixed=0.4, skips=0.3, speech=0.3)],
    # Cards first: they are read worst.
    "fifth": [Stage("see", 90, (1, 2), 0, 60000, language=False, cards=0.6),
              Stage("short", 110, (1, 3), 6, 80000, speech=0.3, cards=0.45),
              Stage("middle", 250, (2, 24), 12, 90000, cells=0.8, speech=0.35, cards=0.4),
              Stage("long", 400, (8, 160), 32, 100000, vision="needles", cells=0.6, mixed=0.4,
                    speech=0.3),
              Stage("longest", 650, (48, 1400), 56, 120000, vision="needles", cells=0.6,
                    mixed=0.45, skips=0.3, speech=0.3)],
    # What is said, in many more forms, beside the rest.
    "sixth": [Stage("short", 100, (1, 3), 6, 80000, speech=0.5, said=0.65, cards=0.4),
              Stage("middle", 260, (2, 24), 12, 90000, cells=0.8, speech=0.45, said=0.6, cards=0.4),
              Stage("long", 420, (8, 160), 32, 100000, vision="needles", cells=0.6, mixed=0.4,
                    speech=0.4),
              Stage("longest", 700, (48, 1400), 56, 120000, vision="needles", cells=0.6,
                    mixed=0.45, skips=0.3, speech=0.35)],
    # Pictures as anybody draws them, and conversations. The tower first: it meets the new looks.
    "seventh": [Stage("see", 140, (1, 2), 0, 60000, language=False, cards=0.45, own=0.2),
                Stage("short", 140, (1, 3), 8, 80000, speech=0.2, cards=0.4, own=0.25, chains=0.5),
                Stage("middle", 300, (2, 24), 14, 90000, cells=0.8, speech=0.3, cards=0.38, own=0.3,
                      chains=0.5),
                Stage("long", 350, (8, 160), 32, 100000, vision="needles", cells=0.6, mixed=0.4,
                      speech=0.3, cards=0.33, own=0.35, chains=0.5),
                Stage("longest", 420, (48, 1400), 56, 120000, vision="needles", cells=0.6,
                      mixed=0.45, skips=0.3, speech=0.3, own=0.4, chains=0.5)],
    # The suite's own way again in half of the clips, more cards and lists; 20 to 160 pairs most.
    "eighth": [Stage("see", 80, (1, 2), 0, 90000, language=False, cards=0.5, own=0.5),
               Stage("short", 90, (1, 3), 8, 110000, speech=0.25, cards=0.45, own=0.5, chains=0.4),
               Stage("middle", 160, (2, 24), 14, 120000, cells=0.8, speech=0.25, cards=0.42, own=0.5,
                     chains=0.4),
               Stage("long", 360, (8, 160), 32, 120000, vision="needles", cells=0.6, mixed=0.35,
                     speech=0.25, cards=0.4, own=0.55, chains=0.4),
               Stage("longest", 360, (20, 1400), 56, 130000, vision="needles", cells=0.6, mixed=0.3,
                     skips=0.3, speech=0.25, cards=0.38, own=0.58, chains=0.4)],
    # Films of cameras with and without needles, most of them short; else as the eighth. One card.
    "ninth": [Stage("short", 130, (1, 4), 10, 110000, speech=0.2, cards=0.45, own=0.45, chains=0.4,
                    camera=0.5, bare=0.3),
              Stage("middle", 330, (2, 24), 14, 110000, cells=0.8, speech=0.22, cards=0.43, own=0.47,
                    chains=0.4, camera=0.45, bare=0.25),
              Stage("long", 560, (8, 160), 32, 110000, vision="needles", cells=0.6, mixed=0.3,
                    speech=0.22, cards=0.42, own=0.52, chains=0.4, camera=0.4, bare=0.2),
              Stage("longest", 480, (20, 1400), 56, 120000, vision="needles", cells=0.6, mixed=0.35,
                    skips=0.3, speech=0.22, cards=0.4, own=0.55, chains=0.4, camera=0.4, bare=0.2)],
    # The same at the size of a processor, to try every part of it.
    "toy9": [Stage("short", 30, (1, 3), 6, 700, sizes=1, own=0.4, chains=0.6, speech=0.3, camera=0.5, bare=0.3),
             Stage("long", 30, (4, 12), 12, 700, vision="needles", own=0.4, chains=0.6, camera=0.5, bare=0.3)],
    "toy7": [Stage("see", 20, (1, 2), 0, 700, language=False, sizes=1, own=0.2),
             Stage("short", 30, (1, 3), 6, 700, sizes=1, own=0.25, chains=0.6, speech=0.3),
             Stage("long", 30, (4, 12), 12, 700, vision="needles", own=0.4, chains=0.6)],
    # Small enough for a processor: the language model alone, on what is said and on the rest.
    "speech": [Stage("copy", 900, (1, 2), 8, 5000, vision="none", cells=0.0, speech=1.0, said=0.85,
                     sizes=1),
               Stage("short", 1200, (1, 8), 8, 5000, vision="none", cells=0.0, speech=0.6),
               Stage("longer", 1800, (4, 64), 12, 7000, vision="none", cells=0.0, speech=0.6,
                     mixed=0.3, skips=0.3)],
}


def choose_shape(stage: Stage, rng: random.Random) -> Shape:
    lo, hi = stage.pairs
    if rng.random() < stage.mixed:
        lo, hi = 1, lo
    pairs = round(lo * (hi / lo) ** rng.random())
    height, width = SIZES[rng.randrange(stage.sizes)]
    # Short clips hold few different questions.
    questions = min(stage.questions, 6 + pairs // 3)
    cost = pairs * (height * width / 784 + 8) + 45 * questions + 16
    clips = max(1, round(stage.tokens / cost))
    return Shape(pairs, height, width, clips, questions, stage.skips if pairs > 12 else 0.0,
                 stage.speech, stage.said, stage.cards, stage.own, stage.chains,
                 stage.camera, stage.bare)
