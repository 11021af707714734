#!/usr/bin/env python3
"""What is heard in a video as its subtitles, on the command line. A tiny random model hears; what it "heard" is then
written over by known lines, so that the embedded model can be asked about them."""
import json
import unittest

import support

LINES = [(3.0, "Good morning, everyone."), (12.5, "It is getting late."), (21.0, "Come here!"),
         (30.0, "Where have you been?"), (40.2, "Remember, the door code is 4711."), (50.0, "Let us begin.")]


def setUpModule():
    support.need("ffmpeg")
    support.fresh_work_folder()


def film(name, *sound, seconds=60, late=None):
    """A film with a picture, and a few seconds of sound as ffmpeg's options `sound` make it."""
    path = support.WORK / name
    offset = ["-itsoffset", late] if late else []
    support.ffmpeg(*offset, "-f", "lavfi", "-i", f"testsrc2=size=112x112:rate=5:duration={seconds}", "-f", "lavfi", "-i",
                   "sine=frequency=300:beep_factor=3:sample_rate=48000:duration=8", "-t", seconds,
                   "-c:v", "libx264", "-pix_fmt", "yuv420p", *sound, path)
    return path


def speech_model():
    """A random model that may say no word, so that a window takes it two tokens instead of hundreds."""
    folder = support.tiny_model("tiny-speech")
    settings = folder / "generation_config.json"
    said = json.loads(settings.read_text())
    if not said["suppress_tokens"]:
        settings.write_text(json.dumps({**said, "suppress_tokens": list(range(said["eos_token_id"]))}))
    return folder


def kept_files():
    return sorted((support.CACHE / "reelquery" / "speech").glob("*.speech"))


def script(lines, doubtful=()):
    """Writes the lines over what was heard last."""
    newest = max(kept_files(), key=lambda path: path.stat().st_mtime)
    head, body = newest.read_text().split("\n", 1)
    spoken = json.loads(body)
    spoken["lines"] = [{"from_s": at, "to_s": at + 2, "text": text, "confidence": 0.4 if text in doubtful else 0.9,
                        "doubtful": text in doubtful} for at, text in lines]
    newest.write_text(head + "\n" + json.dumps(spoken))


def heard(path, *options):
    code, out, err = support.run("transcribe", path, "--model", speech_model(), *options)
    assert code == 0, err
    return out, err


class SpeechAsSubtitles(unittest.TestCase):
    def ask(self, path, question, *options):
        return support.ask_json(path, question, "--frames", "16", "--max-tokens", "20", *options)

    def test_answers_from_what_was_heard(self):
        path = film("said.mkv", "-c:a", "aac")
        none = self.ask(path, "What is the door code?", "--subtitles", "auto")
        self.assertEqual((none["subtitle_lines"], none["subtitles_from"]), (0, ""))  # nobody asked to hear it
        heard(path)
        script(LINES, doubtful=(LINES[1][1],))
        for choice in ("auto", f"speech={speech_model()}"):
            got = self.ask(path, "What is the door code?", "--subtitles", choice, "--evidence")
            self.assertIn("4711", got["answer"], choice)
            self.assertEqual((got["subtitle_lines"], got["subtitles_from"]), (6, "speech, heard by tiny-speech-model"))
            self.assertIn("tiny-speech-model was not sure of 1 of the 6 lines it heard", got["notes"])
            self.assertEqual(got["evidence"]["lines"][0]["text"], LINES[4][1])
            self.assertLess(abs(got["evidence"]["lines"][0]["time_s"] - 40.2), 0.5)
        got = self.ask(path, "When is the door code mentioned?", "--subtitles", "auto")
        self.assertIn("0:40", got["answer"])
        # In words, too; and the same after the film was moved.
        moved = path.rename(support.WORK / "moved.mkv")
        code, out, err = support.run("ask", moved, "What is the door code?", "--frames", "16", "--max-tokens", "20",
                                     "--subtitles", "auto", "--evidence")
        self.assertEqual(code, 0, err)
        self.assertIn("Lines it looked at:\n  0:40 Remember, the door code is 4711.", out)
        self.assertIn("6 lines, speech, heard by tiny-speech-model", out)
        # A file beside it goes first, unless speech was asked for.
        (support.WORK / "moved.srt").write_text("1\n00:00:01,000 --> 00:00:02,000\nFrom a file.\n\n")
        got = self.ask(moved, "What is the door code?", "--subtitles", "auto")
        self.assertEqual(got["subtitles_from"], "moved.srt")
        got = self.ask(moved, "What is the door code?", "--subtitles", "speech")
        self.assertIn("4711", got["answer"])
        code, out, err = support.run("compare", moved, "What is the door code?", "--frames", "16", "--max-tokens", "20",
                                     "--rounds", "1", "--subtitles", "speech", "--json")
        self.assertEqual(code, 0, err)
        self.assertIn("4711", json.loads(out)["dense"]["answer"])

    def test_late_picture(self):
        path = film("late.mkv", "-c:a", "pcm_s16le", late="1.2")
        heard(path)
        script(LINES)
        got = self.ask(path, "When is the door code mentioned?", "--subtitles", "auto")
        self.assertIn("0:40", got["answer"])
        self.assertAlmostEqual(got["first_frame_s"], 1.2, delta=0.05)

    def test_kept_listed_and_cleared(self):
        path = film("kept.mkv", "-c:a", "aac", seconds=8)
        support.run("cache", "clear")
        first, err = heard(path)
        self.assertNotIn("heard before", err)
        self.assertEqual(len(kept_files()), 1)
        self.assertEqual(heard(path)[0], first)
        self.assertIn("heard before by tiny-speech-model", heard(path)[1])
        self.assertNotIn("heard before", heard(path, "--again")[1])
        self.assertNotIn("heard before", heard(path, "--language", "de")[1])  # another language, another text
        self.assertEqual(len(kept_files()), 2)
        self.assertNotIn("heard before", heard(path, "--to", "4")[1])  # of a part nothing is kept
        self.assertEqual(len(kept_files()), 2)
        code, out, _ = support.run("cache", "show")
        self.assertEqual(code, 0)
        self.assertIn("2 texts made from speech", out)
        self.assertIn(f"{path}: ", out)
        self.assertIn("tiny-speech-model", out)
        code, out, _ = support.run("cache", "clear")
        self.assertIn("removed what was heard in 2 videos", out)
        self.assertEqual(kept_files(), [])

    def test_speech_is_heard_for_a_question(self):
        path = film("wanted.mkv", "-c:a", "aac", seconds=8)
        support.run("cache", "clear")
        model = speech_model()
        got = support.ask_json(path, "What?", "--model", support.tiny_model(), "--frames", "4", "--max-tokens", "4",
                               "--subtitles", f"speech={model}")
        self.assertEqual(len(kept_files()), 1)
        self.assertEqual(got["decode_errors"], 0)

    def test_refusals(self):
        path, silent = film("refused.mkv", "-c:a", "aac", seconds=4), support.make_clip("mute.mp4")
        small = ["--model", support.tiny_model(), "--frames", "4"]
        for code, words, arguments in (
                (2, "names no folder", [path, "What?", *small, "--subtitles", "speech="]),
                (4, "nowhere", [path, "What?", *small, "--subtitles", "speech=/nowhere"]),
                (4, "no speech model was found", [path, "What?", *small, "--subtitles", "speech"]),
                (3, "has no sound", [silent, "What?", *small, "--subtitles",
                                     f"speech={speech_model()}"]),
                (4, "this is Whisper", [path, "What?", "--model", speech_model()])):
            got, out, err = support.run("ask", *arguments, env={"HF_HUB_CACHE": str(support.WORK / "no-models")})
            self.assertEqual((got, out), (code, ""), err)
            self.assertIn(words, err)

    def test_models_are_listed(self):
        code, out, _ = support.run("models", "--model", speech_model(), "--json")
        mine = [one for one in json.loads(out) if one["name"] == "tiny-speech-model"]
        self.assertEqual([(one["hears"], one["complete"], one["family"]) for one in mine], [(True, False, "whisper")])
        code, out, _ = support.run("models", "--model", speech_model())
        self.assertIn("speech model", out)


class EveryKindOfSound(unittest.TestCase):
    """Right lengths, or one clear line."""

    def test_formats(self):
        for name, length, options in (
                ("surround.mkv", 8, ["-c:a", "ac3", "-ac", "6"]), ("telephone.mkv", 8, ["-c:a", "pcm_s16le", "-ar", "8000"]),
                ("studio.mkv", 8, ["-c:a", "flac", "-ar", "96000"]), ("opus.webm.mkv", 8, ["-c:a", "libopus"]),
                ("float.mkv", 8, ["-c:a", "pcm_f32le", "-ac", "2"]), ("mp3.mkv", 8, ["-c:a", "libmp3lame"]),
                ("aac51.mp4", 8, ["-c:a", "aac", "-ac", "6"]), ("mulaw.mov", 8, ["-c:a", "pcm_mulaw", "-ar", "8000"])):
            path, out = film(name, *options, seconds=length), support.WORK / (name + ".json")
            heard(path, "--out", out)
            got = json.loads(out.read_text())
            self.assertLess(abs(got["sound_s"] - length), 0.1, name)
            self.assertTrue(got["track"], name)

    def test_silence_noise_and_music_hold_no_words(self):
        # No stretch is left in which anybody could speak, so that no model is asked.
        for name, source in (("zeros", "anullsrc=r=16000:cl=mono"), ("hiss", "anoisesrc=r=16000:a=0.05"),
                             ("tone", "sine=frequency=440:sample_rate=16000")):
            path, out = support.WORK / (name + ".wav"), support.WORK / (name + ".json")
            support.ffmpeg("-f", "lavfi", "-i", source, "-t", "40", path)
            heard(path, "--out", out)
            got = json.loads(out.read_text())
            self.assertEqual((got["lines"], got["spoken_s"]), ([], 0), name)
            self.assertIn("nobody speaks in it", got["notes"])

    def test_broken_sound(self):
        whole = film("whole.mkv", "-c:a", "aac", seconds=20).read_bytes()
        torn = bytearray(whole)
        for at in range(len(torn) // 3, len(torn) // 2, 997):
            torn[at] ^= 0xFF
        for name, data in (("torn.mkv", bytes(torn)), ("short.mkv", whole[:len(whole) // 2]), ("head.mkv", whole[:2000])):
            path = support.WORK / name
            path.write_bytes(data)
            code, _, err = support.run("transcribe", path, "--model", speech_model())
            self.assertIn(code, (0, 3), err)
            self.assertNotIn("internal", err)
            if code == 3:
                self.assertEqual(err.count("\n") - err.count("\n  "), 1, err)


if __name__ == "__main__":
    unittest.main()
