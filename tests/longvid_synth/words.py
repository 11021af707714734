"""What cards say: common words, random letters, numbers. Held-out words never occur in training."""

from __future__ import annotations

import random

COMMON = """
ABLE ACID AGE AIR ALARM ANCHOR ANGLE APPLE ARROW ATLAS AUTUMN BADGE BAKER BALL BANK BASKET BEACH
BEAR BELL BENCH BIRD BLANKET BOAT BOOK BOTTLE BRANCH BREAD BRICK BRIDGE BROOM BUCKET BUS BUTTER
CABIN CAKE CAMERA CANAL CANDLE CARPET CASTLE CHAIR CHALK CHEESE CHERRY CIRCUS CLOCK CLOUD COAST
COFFEE COPPER CORN COTTON CROWN CUP DANCE DAWN DESERT DESK DIAL DOCTOR DOOR DRAGON DRUM EAGLE
EARTH EAST ECHO ENGINE EXIT FABRIC FARM FENCE FERRY FIELD FIRE FLAG FLOWER FOG FOREST FORK FOX
GARDEN GATE GHOST GLASS GLOVE GOLD GRAPE GRASS GUITAR HAMMER HARBOR HAT HILL HONEY HORSE HOTEL
HOUSE ICE INK IRON ISLAND JACKET JAM JEWEL JUICE KEY KING KITCHEN KNIFE LADDER LAKE LAMP LEAF
LEMON LETTER LIGHT LION LOCK MAP MARBLE MARKET MEADOW METAL MILK MIRROR MOON MOTOR MOUSE MUSEUM
NEEDLE NEST NIGHT NORTH NURSE OAK OCEAN OLIVE ONION OPEN ORCHARD OVEN OWL PAINT PALACE PAPER PARK
PEACH PEARL PENCIL PEPPER PIANO PILOT PLANET POCKET POND PRINCE QUEEN QUILT RABBIT RADIO RAIN
RIVER ROAD ROBOT ROCKET ROOF ROPE SALT SAND SCHOOL SEED SHADOW SHIP SILVER SKY SNOW SPOON SPRING
STAIR STATION STONE STORM STREET SUGAR SUMMER SUN TABLE TEMPLE TENT THUNDER TICKET TIGER TOWER
TRAIN TREE TUNNEL UMBRELLA VALLEY VELVET VIOLIN WAGON WALL WATER WAVE WEST WHEEL WIND WINDOW
WINTER WOLF WOOD YARN ZEBRA ZERO
""".split()
HELD_OUT = """
BALCONY BASIN BEACON CANYON CARROT COMPASS CRICKET DOLPHIN FALCON FEATHER GALAXY GRAVEL HELMET
JUNGLE KETTLE LANTERN MAGNET MEDAL NAPKIN ORBIT PADDLE PARROT PUZZLE RIBBON SADDLE SAUCER SIGNAL
TIMBER TURTLE VIOLET WALNUT WHISTLE
""".split()


ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# Narrow letters between wide ones are misread most: training shows them more often.
NARROW = "IIIIJJLLTFEHNMWVARY"
ONSETS = "b bl br c ch cl d dr f fl g gr h j k l m n p pl pr qu r s sh sl st t th tr v w z".split()
CODAS = ("", "", "l", "n", "r", "s", "t", "ck", "nd", "st", "rm", "ng")


def invented(rng: random.Random) -> str:
    """A word of two or three syllables that means nothing: it can only be read, not guessed."""
    syllables = rng.randint(2, 3)
    word = "".join(rng.choice(ONSETS) + rng.choice("aeiou") for _ in range(syllables))
    return word + rng.choice(CODAS)


def card_text(rng: random.Random, longest: int, held_out: bool = False) -> str:
    """3 to `longest` characters: a word, letters without sense, or a number."""
    kind = rng.random()
    if kind < 0.4:
        words = [w for w in (HELD_OUT if held_out else COMMON) if len(w) <= longest]
        if not held_out and kind < 0.2 and longest >= 5:
            return invented(rng).upper()[:longest]
        return rng.choice(words)
    length = rng.randint(3, longest)
    if kind < 0.7:
        return "".join(rng.choice("0123456789") for _ in range(length))
    letters = NARROW if not held_out and kind > 0.9 else ALPHABET
    return "".join(rng.choice(letters) for _ in range(length))
