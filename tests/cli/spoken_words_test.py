#!/usr/bin/env python3
"""Real words: espeak-ng sentences through Whisper tiny.en. REELQUERY_TINY_EN names its folder, made by
tests/speech/unpack_tiny_en.py. Exits with 77 (skipped) where the model or espeak-ng is not there."""
import array
import json
import os
import re
import shutil
import subprocess
import sys
import unittest
import wave

import support

MODEL = os.environ.get("REELQUERY_TINY_EN", "")
RATE = 16000
# (seconds of silence before it, the sentence). The long one has to stay empty.
SENTENCES = [(1.0, "The weather in the mountains was cold and clear this morning."),
             (1.5, "She opened the window and looked at the garden."),
             (2.0, "There are seven books on the table near the door."),
             (3.0, "My brother works in a small hospital by the river."),
             (40.0, "After dinner we walked along the beach for an hour."),
             (1.2, "The train to the city leaves at half past nine."),
             (2.5, "Please remember to bring your passport and your ticket.")]
MOST_WRONG = 0.30  # of espeak's voice; the reference makes 0.16 of ten such sentences
WORD_S = 0.3


def speak(text):
    """Samples of the sentence without the silence at its ends."""
    path = support.WORK / "sentence.wav"
    subprocess.run(["espeak-ng", "-v", "en-us", "-s", "150", "-w", str(path), text], check=True)
    fine = support.WORK / "sentence16.wav"
    support.ffmpeg("-i", path, "-ar", RATE, "-ac", "1", fine)
    with wave.open(str(fine)) as w:
        samples = array.array("h", w.readframes(w.getnframes()))
    loud = [i for i, s in enumerate(samples) if abs(s) > 300]
    return samples[loud[0]:loud[-1] + 1]


def make_film():
    """The sound file, and (start, end, words) of every sentence."""
    sound, said = array.array("h"), []
    for pause, text in SENTENCES:
        sound.extend([0] * int(pause * RATE))
        start = len(sound) / RATE
        sound.extend(speak(text))
        said.append((start, len(sound) / RATE, words_of(text)))
    sound.extend([0] * RATE)
    path = support.WORK / "said.wav"
    with wave.open(str(path), "wb") as w:
        w.setnchannels(1), w.setsampwidth(2), w.setframerate(RATE)
        w.writeframes(sound.tobytes())
    return path, said


def words_of(text):
    return re.findall(r"[a-z0-9']+", text.lower())


def distance(a, b):
    """Words to change, drop or add to make b of a."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        before, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (x != y))
    return row[-1]


def setUpModule():
    support.need("ffmpeg")
    support.fresh_work_folder()


class SpokenWords(unittest.TestCase):
    def transcribe(self, path, *options):
        out = support.WORK / (path.stem + ".json")
        code, _, err = support.run("transcribe", path, "--model", MODEL, "--out", out, *options, timeout=500)
        self.assertEqual(code, 0, err)
        return json.loads(out.read_text())

    def test_sentences(self):
        path, said = make_film()
        got = self.transcribe(path)
        wanted = [w for _, _, words in said for w in words]
        heard = [w for line in got["lines"] for w in words_of(line["text"])]
        wrong = distance(wanted, heard)
        print(f"{wrong} of {len(wanted)} words wrong: {wrong / len(wanted):.1%}; {got['seconds']:.1f} s")
        self.assertLessEqual(wrong / len(wanted), MOST_WRONG, got["lines"])
        # Nothing in the 40 s of silence, and every sentence's first and last words at their times.
        silent = (said[3][1] + 1, said[4][0] - 1)
        inside = [line for line in got["lines"] if line["from_s"] < silent[1] and line["to_s"] > silent[0]]
        self.assertEqual(inside, [])
        words = [w for line in got["lines"] for w in line["words"]]
        for start, end, text in said:
            mine = [w for w in words if w["from_s"] >= start - 1 and w["to_s"] <= end + 1]
            # Where the sentence's own first or last word was understood.
            if mine and words_of(mine[0]["text"]) == [text[0]]:
                self.assertLess(abs(mine[0]["from_s"] - start), WORD_S, text)
            if mine and words_of(mine[-1]["text"]) == [text[-1]]:
                self.assertLess(abs(mine[-1]["to_s"] - end), WORD_S, text)

    def test_late_picture(self):
        path, said = make_film()
        film = support.WORK / "late.mkv"
        support.ffmpeg("-itsoffset", "1.2", "-f", "lavfi", "-i", "testsrc2=size=160x120:rate=10:duration=20",
                       "-i", path, "-t", "21", "-c:v", "libx264", "-c:a", "aac", film)
        got = self.transcribe(film, "--to", "15")
        self.assertLess(abs(got["lines"][0]["from_s"] - said[0][0]), 0.5)

    def test_language_in_capitals(self):
        path = support.WORK / "quiet.wav"
        support.ffmpeg("-f", "lavfi", "-i", "anullsrc=r=16000:cl=mono", "-t", "1", path)
        self.assertEqual(self.transcribe(path, "--language", "EN")["lines"], [])

    def test_nobody_speaks(self):
        for name, source in (("zeros", "anullsrc=r=16000:cl=mono"), ("hiss", "anoisesrc=r=16000:a=0.05"),
                             ("tone", "sine=frequency=440:sample_rate=16000")):
            path = support.WORK / (name + ".wav")
            support.ffmpeg("-f", "lavfi", "-i", source, "-t", "30", path)
            got = self.transcribe(path)
            self.assertEqual(got["lines"], [], name)
            self.assertIn("nobody speaks in it", got["notes"])


if __name__ == "__main__":
    if not os.path.isfile(os.path.join(MODEL, "model.safetensors")) or not shutil.which("espeak-ng"):
        print("SKIPPED: needs espeak-ng and REELQUERY_TINY_EN (see tests/speech/unpack_tiny_en.py)")
        sys.exit(77)
    unittest.main()
