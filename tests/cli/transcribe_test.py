#!/usr/bin/env python3
"""reelquery transcribe on bad input: one clear line and the right exit code. Needs no speech model."""
import json
import unittest

import support


def setUpModule():
    support.need("ffmpeg")
    support.fresh_work_folder()


def sound(name, *options, source="sine=frequency=300:duration=2"):
    path = support.WORK / name
    if not path.exists():
        support.ffmpeg("-f", "lavfi", "-i", source, *options, path)
    return path


class BadInput(unittest.TestCase):
    def refused(self, code, words, *arguments):
        got, out, err = support.run("transcribe", *arguments)
        self.assertEqual((got, out), (code, ""), err)
        self.assertEqual(err.count("\n") - err.count("\n  "), 1, err)
        for word in words:
            self.assertIn(word, err)

    def test_files(self):
        model = ["--model", support.WORK]
        self.refused(3, ["there is no file nothing.mkv"], support.WORK / "nothing.mkv", *model)
        self.refused(3, ["silent.mp4 has no sound"], support.make_clip("silent.mp4"), *model)
        self.refused(3, ["film.mp4 is an address", "download it"], "https://example.com/film.mp4", *model)
        text = support.WORK / "notes.mp3"
        text.write_text("no sound in here")
        self.refused(3, ["notes.mp3"], text, *model)

    def test_models(self):
        wav = sound("tone.wav")
        self.refused(4, ["config.json"], wav, "--model", support.WORK / "no-such-folder")
        self.refused(4, ["no Whisper checkpoint"], wav, "--model", support.tiny_model())
        broken = support.WORK / "broken"
        broken.mkdir(exist_ok=True)
        (broken / "config.json").write_text(json.dumps({"model_type": "whisper"}))
        self.refused(4, [str(broken)], wav, "--model", broken)

    def test_usage(self):
        wav = sound("tone.wav")
        self.refused(2, [".srt, .vtt or .json"], wav, "--model", support.WORK, "--out", support.WORK / "x.txt")
        self.refused(2, ["there is no folder"], wav, "--model", support.WORK, "--out", support.WORK / "none" / "x.srt")
        folder = support.WORK / "folder.srt"  # told before minutes of work
        folder.mkdir(exist_ok=True)
        self.refused(2, ["folder.srt is a folder"], wav, "--model", support.WORK, "--out", folder)
        self.refused(2, ["nothing can be written to the folder /proc"], wav, "--model", support.WORK, "--out", "/proc/x.srt")
        self.refused(2, ["--from"], wav, "--model", support.WORK, "--from", "soon")
        self.refused(2, ["--from must lie before --to"], wav, "--model", support.WORK, "--from", "3", "--to", "2")
        self.refused(2, ["no audio track '7'", "1 (pcm_s16le)"], wav, "--model", support.WORK, "--track", "7")


if __name__ == "__main__":
    unittest.main()
