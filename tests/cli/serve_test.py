#!/usr/bin/env python3
"""The endpoint as clients of the OpenAI interface use it, with the embedded model on the sample."""
import base64
import json
import pathlib
import subprocess
import time
import unittest

import support
from server_support import KEY, NEAR_CROSS, SAMPLE, Server, data_url, eventually, events, file_url, read_all, read_until
from server_support import user
from support import ask_json, ffmpeg

QUESTION = "What colour is the cross?"


def setUpModule():
    support.need("ffmpeg")
    support.fresh_work_folder()
    global server
    server = Server("--allow", SAMPLE.parent, "--allow", support.WORK)


def tearDownModule():
    code = server.close()
    assert code == 0, code


class AnswerTest(unittest.TestCase):
    def test_the_answer_is_the_command_lines(self):
        for url in (file_url(SAMPLE), data_url(SAMPLE)):
            with self.subTest(url=url[:8]):
                reply = server.ask(QUESTION, url)
                own = ask_json(SAMPLE, QUESTION, "--from", 52, "--to", 64, "--fps", 1)
                choice = reply["choices"][0]
                self.assertEqual(choice["message"], {"role": "assistant", "content": own["answer"]})
                self.assertIn("orange", own["answer"])
                self.assertEqual(choice["finish_reason"], "stop")
                self.assertEqual(reply["object"], "chat.completion")
                self.assertEqual(reply["model"], "embedded")
                usage = reply["usage"]
                self.assertEqual([usage["prompt_tokens"], usage["completion_tokens"]],
                                 [own["prompt_tokens"], own["answer_tokens"]])
                self.assertEqual(usage["total_tokens"], own["prompt_tokens"] + own["answer_tokens"])
                self.assertEqual(reply["reelquery"]["frame_times_s"], own["frame_times_s"])
                self.assertEqual(reply["reelquery"]["density"], 1)
                self.assertNotIn("/", reply["reelquery"]["model"])

    def test_a_stream_says_the_same_in_pieces(self):
        whole = server.ask(QUESTION, file_url(SAMPLE))
        with server.stream(user(QUESTION, file_url(SAMPLE)), reelquery=NEAR_CROSS,
                           stream_options={"include_usage": True}) as one:
            text = read_until(one, b"data: [DONE]\n\n").decode()
        self.assertIn("Content-Type: text/event-stream", text)
        pieces = events(text)
        self.assertEqual(pieces[0]["choices"][0]["delta"], {"role": "assistant", "content": ""})
        said = "".join(piece["choices"][0]["delta"].get("content", "") for piece in pieces if piece["choices"])
        self.assertEqual(said, whole["choices"][0]["message"]["content"])
        self.assertEqual({piece["id"] for piece in pieces}, {pieces[0]["id"]})
        last, usage = pieces[-2:]
        self.assertEqual(last["choices"][0]["finish_reason"], "stop")
        self.assertEqual(last["reelquery"]["frame_times_s"], whole["reelquery"]["frame_times_s"])
        self.assertEqual(usage["choices"], [])
        self.assertEqual(usage["usage"]["completion_tokens"], whole["usage"]["completion_tokens"])

    def test_later_turns_read_their_own_words_only(self):
        first = server.ask(QUESTION, file_url(SAMPLE))
        turns = [user(QUESTION, file_url(SAMPLE)), first["choices"][0]["message"],
                 {"role": "user", "content": "When is it shown?"}]
        status, second = server.chat(*turns, reelquery=NEAR_CROSS)
        self.assertEqual(status, 200)
        self.assertGreater(second["usage"]["prompt_tokens_details"]["cached_tokens"],
                           second["reelquery"]["video_tokens"])
        self.assertIn("0:5", second["choices"][0]["message"]["content"])
        turns += [second["choices"][0]["message"], {"role": "user", "content": "Is a green star shown?"}]
        status, third = server.chat(*turns, reelquery=NEAR_CROSS)
        self.assertEqual(status, 200)
        self.assertGreater(third["usage"]["prompt_tokens"], second["usage"]["prompt_tokens"])

    def test_evidence_and_sparse_attention_can_be_asked_for(self):
        reply = server.ask(QUESTION, file_url(SAMPLE), **NEAR_CROSS, evidence=True, attention="xattention")
        self.assertTrue(reply["reelquery"]["evidence"]["moments"])
        self.assertEqual(reply["reelquery"]["attention"].split()[0], "xattention")

    def test_a_picture_is_answered(self):
        picture = support.WORK / "cross.png"
        ffmpeg("-ss", 57.5, "-i", SAMPLE, "-frames:v", 1, picture)
        for url in (file_url(picture), data_url(picture, "image/png")):
            status, reply = server.chat(user(QUESTION, url, "image_url"))
            self.assertEqual(status, 200, reply)
            self.assertIn("orange", reply["choices"][0]["message"]["content"])

    def test_the_token_limit_is_told(self):
        status, reply = server.chat(user(QUESTION, file_url(SAMPLE)), reelquery=NEAR_CROSS, max_tokens=2)
        self.assertEqual([status, reply["choices"][0]["finish_reason"], reply["usage"]["completion_tokens"]],
                         [200, "length", 2])

    def test_fields_of_other_servers_are_passed_over(self):
        status, _ = server.chat(user(QUESTION, file_url(SAMPLE)), reelquery=NEAR_CROSS, user="me", store=False,
                                tools=[], metadata={"a": "b"}, n=1, stop=[], temperature=0, logprobs=False)
        self.assertEqual(status, 200)

    def test_models_health_and_metrics(self):
        status, text = server.request("GET", "/v1/models")
        self.assertEqual([status, [m["id"] for m in json.loads(text)["data"]]], [200, ["embedded"]])
        self.assertEqual(server.request("GET", "/v1/models/embedded")[0], 200)
        self.assertEqual(server.request("GET", "/health", Authorization=None), (200, '{"status":"ok"}'))
        server.ask(QUESTION, file_url(SAMPLE))
        eventually(lambda: server.metric("requests_in_line") == 0)  # a turn ends just behind its reply
        status, text = server.request("GET", "/metrics")
        values = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
        self.assertEqual(status, 200)
        self.assertGreater(float(values["reelquery_answers_total"]), 0)
        self.assertGreater(float(values['reelquery_replies_total{status="200"}']), 0)
        self.assertEqual(values["reelquery_requests_in_line"], "0")

    def test_it_listens_on_ipv6s_loopback_too(self):
        try:
            one = server.raw(b"GET /health HTTP/1.1\r\nHost: [::1]:1\r\nConnection: close\r\n\r\n", host="::1")
        except OSError as error:
            self.skipTest(f"no IPv6 here: {error}")
        with one:
            self.assertIn(b"200 OK", read_all(one))


class PicturesTest(unittest.TestCase):
    """Several pictures, frames of a film, and words alone."""

    @classmethod
    def setUpClass(cls):
        folder = support.WORK / "stills"
        folder.mkdir()
        ffmpeg("-ss", 52, "-i", SAMPLE, "-t", 12, "-vf", "fps=1", "-q:v", 2, folder / "%02d.jpg")
        cls.stills = sorted(folder.iterdir())
        assert len(cls.stills) == 12, cls.stills

    @staticmethod
    def stamp(seconds):
        return {"type": "text", "text": f"[{seconds // 60}:{seconds % 60:02}]"}

    @staticmethod
    def picture(url):
        return {"type": "image_url", "image_url": {"url": url}}

    @staticmethod
    def frames(*files):
        data = ",".join(data_url(file, "video/jpeg").split(",")[1] for file in files)
        return {"type": "video_url", "video_url": {"url": "data:video/jpeg;base64," + data}}

    def ask(self, *parts, question=QUESTION, **fields):
        content = [*parts, {"type": "text", "text": question}]
        status, reply = server.chat({"role": "user", "content": content}, **fields)
        self.assertEqual(status, 200, reply)
        return reply["choices"][0]["message"]["content"], reply["reelquery"]

    def refused(self, status, words, *parts, **fields):
        content = [*parts, {"type": "text", "text": QUESTION}]
        got, reply = server.chat({"role": "user", "content": content}, **fields)
        self.assertEqual([got, words in reply["error"]["message"]], [status, True], reply)

    def test_pictures_with_times(self):
        for form in ("file", "data"):
            with self.subTest(form=form):
                parts = []
                for at, still in enumerate(self.stills):
                    url = file_url(still) if form == "file" else data_url(still, "image/jpeg")
                    parts += [self.stamp(52 + at), self.picture(url)]
                answer, own = self.ask(*parts)
                self.assertIn("orange", answer)
                self.assertEqual(own["frame_times_s"], [52.0 + at for at in range(12) for _ in range(2)])
                answer, own = self.ask(*parts, question="When is the cross shown?")
                self.assertRegex(answer, r"0:5[6-9]")
                self.assertGreater(own["reused_tokens"], own["video_tokens"])

    def test_pictures_of_several_kinds_without_times(self):
        ffmpeg("-i", self.stills[5], support.WORK / "six.png")
        ffmpeg("-i", self.stills[6], support.WORK / "seven.webp")
        urls = [data_url(support.WORK / "six.png", "image/png"), file_url(support.WORK / "seven.webp"),
                file_url(self.stills[0])]
        answer, own = self.ask(*map(self.picture, urls))
        self.assertIn("orange", answer)
        self.assertEqual(own["frame_times_s"], [0, 0, 1, 1, 2, 2])

    def test_frames_in_pairs_have_the_times_they_are_told(self):
        pairs = [part for at in range(0, 12, 2) for part in (self.stamp(52 + at), self.frames(*self.stills[at:at + 2]))]
        answer, own = self.ask(*pairs)
        self.assertIn("orange", answer)
        self.assertEqual(own["frame_times_s"], [52.0 + at // 2 * 2 for at in range(12)])
        times = [52 + at * 1.001 for at in range(12)]
        answer, exact = self.ask(*pairs, reelquery={"frame_times_s": times, "fps": 1})
        self.assertEqual([exact["frame_times_s"], exact["video_tokens"]], [times, own["video_tokens"]])
        answer, whole = self.ask(self.frames(*self.stills))
        self.assertIn("orange", answer)
        self.assertEqual(whole["frame_times_s"], list(range(12)))
        self.assertEqual(whole["video_tokens"], own["video_tokens"])

    def test_words_between_pictures_keep_their_place(self):
        shown = [self.picture(file_url(still)) for still in self.stills[:3]]
        say = {"type": "text", "text": "And this is the next one:"}
        reused = []
        for place in (1, 2, 3):
            parts = [*shown[:place], say, *shown[place:]]
            self.ask(*parts)
            _, own = self.ask(*parts)
            self.assertEqual([own["frames"], own["video_tokens"] % 3], [6, 0])
            reused.append(own["reused_tokens"])
        # What can be used again ends where a person's words begin: a picture and its time later each time.
        self.assertEqual(reused[1] - reused[0], reused[2] - reused[1], reused)
        self.assertGreater(reused[1] - reused[0], own["video_tokens"] // 3)

    def test_words_before_the_last_picture_are_the_question_where_none_follow(self):
        ask = {"type": "text", "text": QUESTION}
        shown = [self.picture(file_url(still)) for still in self.stills[4:7]]
        replies = []
        for parts in ([ask, *shown], [shown[0], ask, *shown[1:]], [*shown, ask]):
            status, reply = server.chat({"role": "user", "content": parts})
            self.assertEqual(status, 200, reply)
            replies.append((reply["choices"][0]["message"]["content"], reply["usage"]["prompt_tokens"]))
        self.assertEqual(replies, [replies[0]] * 3)
        self.assertIn("orange", replies[0][0])

    def test_a_later_turn_may_show_more_and_repeat_what_was_shown(self):
        first, second = (self.picture(file_url(self.stills[at])) for at in (0, 6))
        ask = {"type": "text", "text": QUESTION}
        status, reply = server.chat({"role": "user", "content": [first, ask]},
                                    {"role": "assistant", "content": "No cross is shown."},
                                    {"role": "user", "content": [first, second, ask]})
        self.assertEqual(status, 200, reply)
        self.assertEqual(reply["reelquery"]["frame_times_s"], [0, 0, 1, 1])
        self.assertIn("orange", reply["choices"][0]["message"]["content"])

    def test_words_alone_are_answered(self):
        talk = [{"role": "user", "content": "What colour is the sky?"}]
        for _ in range(2):
            status, reply = server.chat(*talk, max_tokens=12)
            self.assertEqual(status, 200, reply)
            self.assertTrue(reply["choices"][0]["message"]["content"])
            self.assertEqual([reply["reelquery"]["frames"], reply["reelquery"]["video_tokens"]], [0, 0])
            talk += [reply["choices"][0]["message"], {"role": "user", "content": "And the grass?"}]
        with server.stream(*talk, max_tokens=12, reelquery={"evidence": True}) as one:
            self.assertIn(b'"finish_reason":"', read_until(one, b"[DONE]"))

    def test_what_cannot_be_shown_together_is_refused(self):
        still = self.picture(file_url(self.stills[0]))
        film = {"type": "video_url", "video_url": {"url": file_url(SAMPLE)}}
        self.refused(400, "only one video", still, film)
        self.refused(400, "picture 2 is no JPEG", still, self.picture("data:image/png;base64,AAAA"))
        self.refused(400, "picture 2 is no JPEG", still, self.picture(file_url(SAMPLE)))
        self.refused(403, "no such video", still, self.picture(file_url("/etc/passwd")))
        self.refused(403, "no such video", {"type": "video_url", "video_url": {"url": file_url(self.stills[0].parent)}})
        self.refused(400, "nothing is fetched", still, self.picture("http://127.0.0.1/a.png"))
        self.refused(400, "one time for each", still, reelquery={"frame_times_s": [1, 2]})
        self.refused(400, "one time for each", still, still, reelquery={"frame_times_s": [1]})
        for times in ([-1], [1e300], "1", [], ["1"], [None]):
            self.refused(400, "frame_times_s", still, reelquery={"frame_times_s": times})
        for said in (5, [5], [{"text": "no time"}], [{"time_s": -1, "text": "x"}], [{"time_s": 1}],
                     [{"time_s": 2, "text": "x"}, {"time_s": 1, "text": "y"}]):
            self.refused(400, "", still, reelquery={"said": said})
        huge = b"\xff\xd8\xff\xc0\0\x0b\x08\xff\xff\xff\xff\x01\x01\x11\0"
        self.refused(413, "picture 2 is larger", still,
                     self.picture("data:image/jpeg;base64," + base64.b64encode(huge).decode()))
        many = [self.picture(f"file:///{number}.png") for number in range(769)]
        self.refused(400, "too many pictures", *many)
        url = "data:video/jpeg;base64," + ",".join(["AAAA"] * 769)
        self.refused(413, "too many frames", {"type": "video_url", "video_url": {"url": url}})


class TurnsTest(unittest.TestCase):
    begins = 0

    def long(self):
        """What makes a question long: many frames that were never looked at before, so that none of it is kept. So many
        that it is still being answered when others have asked, on a machine that has much else to do, too."""
        TurnsTest.begins += 1
        return {"max_video_tokens": 24576, "frames": 768, "from_s": TurnsTest.begins / 10}

    def metric(self, name):
        return server.metric(name)

    def in_line(self):
        return self.metric("requests_in_line")

    def line_of(self, count):
        """A long question and so many behind it, each of which heard its place. Nothing can exclude that the long one is
        answered before all others have asked: then they ask anew, behind another."""
        for _ in range(50):
            eventually(lambda: self.in_line() == 0)  # else one that was just answered is taken for the long one
            asked = [server.stream(user(QUESTION, file_url(SAMPLE)), reelquery=self.long())]
            eventually(lambda: self.in_line() == 1)
            for place in range(1, count + 1):
                asked.append(server.stream(user(QUESTION, file_url(SAMPLE)), reelquery=NEAR_CROSS))
                said = read_until(asked[-1], b"before this one\n", b"[DONE]")
                if b": waiting, %d before this one" % place not in said:
                    break
            else:
                return asked
            self.leave(asked, said)
        self.fail("no question is long enough")

    def leave(self, asked, why):
        """Some of them were answered already; all the others go."""
        self.assertLess(self.in_line(), len(asked), why)
        for one in asked:
            one.close()
        eventually(lambda: self.in_line() == 0)

    def test_those_who_wait_hear_their_place_and_are_answered_in_order(self):
        long, second, third = self.line_of(2)
        long.close()  # the long one stops, the others move up
        self.assertIn(b"orange", read_until(second, b"[DONE]"))
        self.assertIn(b"orange", read_until(third, b"[DONE]"))
        second.close(), third.close()

    def test_too_many_are_told_to_come_again(self):
        for _ in range(50):
            asked = self.line_of(8)
            status, reply = server.chat(user(QUESTION, file_url(SAMPLE)), reelquery=NEAR_CROSS)
            if status == 429:
                break
            self.leave(asked, reply)
        self.assertEqual([status, reply["error"]["type"]], [429, "rate_limit_error"])
        for one in asked:
            one.close()
        eventually(lambda: self.in_line() == 0)

    def test_a_client_that_leaves_stops_its_question(self):
        taken = []
        for streamed in (True, False):
            with self.subTest(streamed=streamed):
                eventually(lambda: self.in_line() == 0)
                one = server.stream(user(QUESTION, file_url(SAMPLE)), reelquery=self.long(), stream=streamed)
                eventually(lambda: self.in_line() == 1)
                before = self.metric('replies_total{status="499"}')
                began = time.monotonic()
                one.close()
                eventually(lambda: self.metric('replies_total{status="499"}') == before + 1)  # left, not answered
                taken.append(time.monotonic() - began)
                self.assertEqual(self.in_line(), 0)
                self.assertIn("orange", server.ask(QUESTION, file_url(SAMPLE))["choices"][0]["message"]["content"])
        self.assertLess(min(taken), 0.5)  # of the two: others may have had the machine


class StartTest(unittest.TestCase):
    def test_a_key_is_made_once_for_its_owner_alone(self):
        home = support.WORK / "config"
        for _ in range(2):
            process = subprocess.Popen([str(support.PROGRAM), "serve", "--port", "0"], stdout=subprocess.PIPE,
                                       env=support.environment({"XDG_CONFIG_HOME": str(home)}))
            self.assertIn(b"listening", process.stdout.readline())
            process.terminate()
            self.assertEqual(process.wait(timeout=120), 0)
            process.stdout.close()
            file = home / "reelquery" / "serve.key"
            self.assertEqual(file.stat().st_mode & 0o777, 0o600)
            keys = {file.read_text()}
        self.assertEqual(len(keys), 1)
        self.assertGreaterEqual(len(keys.pop().strip()), 64)
        file.chmod(0o644)
        code, _, err = support.run("serve", "--port", 0, env={"XDG_CONFIG_HOME": str(home)})
        self.assertEqual(code, 2)
        self.assertIn("can be read by others", err)

    def test_what_cannot_be_started_says_so(self):
        for flags, words in ((("--port", server.port), "is taken"), (("--allow", "/nowhere"), "is not a folder"),
                             (("--allow", "/"), "the whole machine"), (("--key", "short"), "8 to 512")):
            with self.subTest(flags=flags):
                code, _, err = support.run("serve", *(("--key", KEY) if "--key" not in flags else ()), *flags)
                self.assertEqual(code, 2)
                self.assertIn(words, err)


if __name__ == "__main__":
    unittest.main()
