"""Sounds whose words and times are known: espeak-ng says sentences in several voices, with pauses, with 40 s in which
nobody speaks, in noise, hum and music. make(folder) writes them; the times are espeak-ng's own marks of its words.
"""
import array
import collections
import ctypes
import dataclasses
import re
import subprocess
import wave

RATE = 16000
LOUD = 300  # of a sample without what lies under it
PAUSE_S = 0.12  # a silence that is no closed mouth within a word
WORD_EVENT = 1
RETRIEVE = 2  # AUDIO_OUTPUT_SYNCHRONOUS: the samples come back through the callback

Word = collections.namedtuple("Word", "text from_s to_s")

TEXTS = {
    "house": ["The weather in the mountains was cold and clear this morning.", "She opened the window and looked at the garden.",
              "There are seven books on the table near the door.", "My brother works in a small hospital by the river.",
              "After dinner we walked along the beach for an hour.", "The train to the city leaves at half past nine.",
              "Please remember to bring your passport and your ticket."],
    "market": ["Farmers sell their vegetables in the market every Friday.", "The price of bread has gone up again this year.",
               "A woman in a red coat asked for two pounds of apples.", "Nobody noticed the dog under the table.",
               "The old church on the hill was built by monks.", "Children were playing football behind the school.",
               "In the evening the streets are quiet and empty."],
    "ship": ["The captain told us that the storm would pass before midnight.", "We stayed below and listened to the wind.",
             "Water came in through a broken window.", "In the morning the sea was flat and blue.",
             "An island appeared on the left side of the ship.", "We counted eleven small boats near the harbour.",
             "Everybody was happy to stand on solid ground again."],
    "science": ["The planet takes twelve years to travel around the sun.", "Its largest moon is bigger than our own.",
                "Light from the nearest star needs four years to reach us.", "The first telescope was made of wood and glass.",
                "Today we can see the edge of the galaxy.", "Scientists measure the temperature of distant clouds.",
                "These numbers tell us how old the universe is."],
    "kitchen": ["First cut the onions into very thin slices.", "Heat the oil in a large pan and add some salt.",
                "Cook the rice for fifteen minutes with the lid closed.", "Meanwhile wash the tomatoes and the green beans.",
                "Put everything together and stir it slowly.", "Serve the dish with lemon and fresh bread.",
                "The rest will keep in the fridge for three days."],
    # Some with a pause at a comma: a word before it ends before the next one begins.
    "office": ["The meeting was moved to Thursday, because two people were ill.", "Somebody left the lights on during the night.",
               "We need a new printer, and the coffee machine is broken.", "Her desk stands under the window on the third floor.",
               "When the telephone rang, nobody wanted to answer it.", "The bill must be paid before the end of the month.",
               "He wrote a long letter to the manager, but never sent it."],
    "farm": ["Forty sheep were sleeping under the trees.", "My uncle repaired the fence after the heavy rain.",
             "The milk is collected every morning before six.", "Two black horses ran across the wet field.",
             "In winter the animals stay in a warm stable.", "Our neighbour grows potatoes and yellow flowers.",
             "The tractor would not start, so we pushed it."],
    "museum": ["This painting shows a battle on a frozen lake.", "The artist was only nineteen years old, and very poor.",
               "Visitors may not touch the statues in this room.", "Behind the glass you see a crown made of silver.",
               "The guide speaks five languages, among them Polish.", "A fire destroyed the east wing in the last century.",
               "Next to the entrance there is a small shop."],
    "sport": ["The home team won by three points last night.", "She runs ten miles before breakfast.",
              "The referee stopped the game, as snow was falling.", "Thousands of people waited outside the stadium.",
              "He fell on the second lap but finished the race.", "Our coach is never satisfied with the result.",
              "The final will be played on Sunday afternoon."],
    "forest": ["A narrow path leads through the dark forest.", "We heard an owl, and then everything was silent.",
               "The oldest of these oaks was planted by a king.", "Do not light a fire during the summer months.",
               "Mushrooms grow where the ground is wet and cool.", "Deer come to the stream to drink at sunrise.",
               "Without a map, you would soon be lost."],
}
PAUSES = (1.0, 1.5, 2.0, 3.0, 40.0, 1.2, 2.5)
PINK = "anoisesrc=r=16000:a={}:color=pink:seed=3"
WHITE = "anoisesrc=r=16000:a={}:color=white:seed=4"
BROWN = "anoisesrc=r=16000:a={}:color=brown:seed=5"
OTHER_PINK, OTHER_WHITE, OTHER_BROWN = ("anoisesrc=r=16000:a=0.02:color=pink:seed=71",
                                        "anoisesrc=r=16000:a=0.012:color=white:seed=72",
                                        "anoisesrc=r=16000:a=0.06:color=brown:seed=73")
CHORD = "aevalsrc=0.03*(sin(2*PI*262*t)+sin(2*PI*330*t)+sin(2*PI*392*t)):s=16000"
# Music with a beat: a chord that dies away twice a second over a bass that moves.
BEAT = ("aevalsrc='0.05*exp(-4*mod(t,0.5))*(sin(2*PI*220*t)+sin(2*PI*277*t)+sin(2*PI*330*t))"
        "+0.03*sin(2*PI*(55+18*floor(mod(t,4)))*t)':s=16000")
# Another: a kick, a snare and a hat, as drums alone; three chords in waltz time; broken chords over a bass.
DRUMS = ("aevalsrc='0.20*exp(-18*mod(t,0.5))*sin(2*PI*(50+60*exp(-30*mod(t,0.5)))*mod(t,0.5))"
         "+0.10*exp(-25*mod(t+0.5,1))*(2*random(0)-1)+0.04*exp(-60*mod(t,0.25))*(2*random(1)-1)':s=16000")
WALTZ = ("aevalsrc='0.06*exp(-3*mod(t,1.8))*sin(2*PI*98*t)"
         "+0.04*exp(-5*mod(t,0.6))*(sin(2*PI*294*t)+sin(2*PI*370*t)+sin(2*PI*(440+54*floor(mod(t/1.8,2)))*t))':s=16000")
ARPEGGIO = ("aevalsrc='0.08*exp(-6*mod(t,0.3))*sin(2*PI*262*pow(1.26,floor(mod(t/0.3,4)))*t)"
            "+0.05*exp(-2*mod(t,1.2))*sin(2*PI*131*t)':s=16000")
ORGAN = ("aevalsrc='0.02*(sin(2*PI*196*pow(1.122,floor(mod(t/2,3)))*t)+sin(2*PI*294*pow(1.122,floor(mod(t/2,3)))*t)"
         "+sin(2*PI*588*t))':s=16000")
HUM = "aevalsrc=0.02*sin(2*PI*100*t)+0.01*sin(2*PI*300*t):s=16000"
# name: (voice, words a minute, text, what lies under it)
FILMS = {
    "plain": ("en-us", 150, "house", None), "pink": ("en-us", 150, "house", PINK.format(0.01)),
    "chord": ("en-us", 150, "house", CHORD), "white": ("en", 150, "market", WHITE.format(0.01)),
    "british": ("en", 150, "market", None), "beat": ("en", 160, "science", BEAT),
    "woman": ("en-us+f3", 150, "ship", None), "woman-pink": ("en-us+f3", 150, "ship", PINK.format(0.02)),
    "scottish": ("en-gb-scotland", 140, "science", BROWN.format(0.05)), "fast": ("en-us", 180, "kitchen", None),
    "slow-hum": ("en-gb-x-rp", 130, "kitchen", HUM), "loud-pink": ("en-us+m3", 150, "science", PINK.format(0.04)),
}
# Others, to hold a change against that was made while looking at those above.
FILMS |= {
    "office": ("en-us+m7", 155, "office", None), "farm-drums": ("en-us", 150, "farm", DRUMS),
    "museum-waltz": ("en-gb-x-rp", 145, "museum", WALTZ), "sport-brown": ("en-us+f2", 165, "sport", OTHER_BROWN),
    "forest-arpeggio": ("en", 140, "forest", ARPEGGIO), "office-organ": ("en-us+f4", 150, "office", ORGAN),
    "farm-white": ("en-gb-scotland", 150, "farm", OTHER_WHITE), "museum-beat": ("en-us+m1", 150, "museum", BEAT),
    "sport-drums": ("en", 150, "sport", DRUMS), "forest-pink": ("en-us+m5", 145, "forest", OTHER_PINK),
    "sport-waltz": ("en-us+f1", 150, "sport", WALTZ), "forest": ("en-gb-x-rp", 160, "forest", None),
}


class Event(ctypes.Structure):
    _fields_ = [("type", ctypes.c_int), ("identifier", ctypes.c_uint), ("text_position", ctypes.c_int),
                ("length", ctypes.c_int), ("audio_ms", ctypes.c_int), ("sample", ctypes.c_int),
                ("user", ctypes.c_void_p), ("id", ctypes.c_char * 8)]


class Voice:
    """espeak-ng in this process; one at a time."""

    def __init__(self):
        self.library = ctypes.CDLL("libespeak-ng.so.1")
        self.rate = self.library.espeak_Initialize(RETRIEVE, 0, None, 0)
        if self.rate <= 0:
            raise SystemExit("espeak-ng does not start")
        kind = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(Event))
        self.callback = kind(self.take)
        self.library.espeak_SetSynthCallback(self.callback)

    def take(self, samples, count, events):
        if samples and count:
            self.samples.extend(samples[:count])
        at = 0
        while events[at].type:
            # Behind a comma it sometimes tells of a word a second time, at the sentence's end.
            is_new = not self.begins or events[at].text_position > self.begins[-1][0]
            if events[at].type == WORD_EVENT and is_new:
                self.begins.append((events[at].text_position, events[at].audio_ms / 1000))
            at += 1
        return 0

    def say(self, name, speed, text):
        """Samples at self.rate and [(position of the word in the text from 1, seconds)]."""
        self.samples, self.begins = array.array("h"), []
        if self.library.espeak_SetVoiceByName(name.encode()):
            raise SystemExit(f"espeak-ng has no voice {name}")
        self.library.espeak_SetParameter(1, speed, 0)
        raw = text.encode()
        self.library.espeak_Synth(raw, len(raw) + 1, 0, 1, 0, 1, None, None)
        self.library.espeak_Synchronize()
        return self.samples, self.begins


@dataclasses.dataclass
class Film:
    name: str
    path: object
    words: list  # Word, on the sound's clock
    silence: tuple  # seconds between which nobody speaks


def words_of(text):
    return re.findall(r"[a-z0-9']+", text.lower())


def to_rate(samples, rate, folder):
    """At 16 kHz, by ffmpeg."""
    with wave.open(str(folder / "sentence.wav"), "wb") as w:
        w.setnchannels(1), w.setsampwidth(2), w.setframerate(rate)
        w.writeframes(samples.tobytes())
    raw = subprocess.run(["ffmpeg", "-v", "error", "-i", folder / "sentence.wav", "-ar", str(RATE), "-f", "s16le", "-"],
                         check=True, capture_output=True).stdout
    return array.array("h", raw)


def before_pause(samples, from_s, to_s):
    """Where a word ends that is marked until the next one: before the silence of a comma, where there is one."""
    end = last = min(int(to_s * RATE), len(samples))
    while last > int(from_s * RATE) and abs(samples[last - 1]) <= LOUD:
        last -= 1
    return last / RATE if end - last > PAUSE_S * RATE else to_s


def make_film(voice, folder, name):
    who, speed, text, under = FILMS[name]
    sound, words, silence = array.array("h"), [], None
    for pause, sentence in zip(PAUSES, TEXTS[text]):
        before = len(sound) / RATE
        sound.extend([0] * int(pause * RATE))
        samples, begins = voice.say(who, speed, sentence)
        fine = to_rate(samples, voice.rate, folder)
        loud = [i for i, s in enumerate(fine) if abs(s) > LOUD]
        at = (len(sound) - loud[0]) / RATE
        end = (len(sound) + loud[-1] + 1 - loud[0]) / RATE
        if pause > 10:
            silence = (before, len(sound) / RATE)
        starts = [at + s for _, s in begins] + [end]
        places = [p - 1 for p, _ in begins] + [len(sentence)]
        spoken = [(words_of(sentence[a:b]), s, before_pause(fine, s - at, e - at) + at)
                  for a, b, s, e in zip(places, places[1:], starts, starts[1:])]
        # espeak-ng runs some small words together ("of the"): their common span is shared out evenly.
        for several, s, e in spoken:
            step = (e - s) / max(len(several), 1)
            words += [Word(w, s + i * step, s + (i + 1) * step) for i, w in enumerate(several)]
        sound.extend(fine[loud[0]:loud[-1] + 1])
    sound.extend([0] * RATE)
    clean, path = folder / "clean.wav", folder / f"{name}.wav"
    with wave.open(str(clean), "wb") as w:
        w.setnchannels(1), w.setsampwidth(2), w.setframerate(RATE)
        w.writeframes(sound.tobytes())
    mix = ["-f", "lavfi", "-i", under, "-filter_complex", "amix=duration=first:normalize=0"] if under else []
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", clean, *mix, "-ar", str(RATE), "-ac", "1", path], check=True)
    return Film(name, path, words, silence)


def make(folder, names=None):
    """The films, written into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    voice = Voice()
    return [make_film(voice, folder, name) for name in names or FILMS]
