#!/usr/bin/env python3
"""The endpoint as clients of the OpenAI interface use it, with the embedded model on the sample."""
import json
import pathlib
import subprocess
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


class TurnsTest(unittest.TestCase):
    begins = 0

    def long(self):
        """What makes a question long: its frames were never looked at before, so that none of it is kept."""
        TurnsTest.begins += 1
        return {"max_video_tokens": 16384, "fps": 2, "from_s": TurnsTest.begins / 10}

    def metric(self, name):
        text = server.request("GET", "/metrics")[1]
        lines = [line for line in text.splitlines() if line.startswith(f"reelquery_{name} ")]
        return int(lines[0].split()[1]) if lines else 0

    def in_line(self):
        return self.metric("requests_in_line")

    def test_those_who_wait_hear_their_place_and_are_answered_in_order(self):
        long = server.stream(user(QUESTION, file_url(SAMPLE)), reelquery=self.long())
        eventually(lambda: self.in_line() == 1)
        second = server.stream(user(QUESTION, file_url(SAMPLE)), reelquery=NEAR_CROSS)
        self.assertIn(b": waiting, 1 before this one", read_until(second, b"before this one\n"))
        third = server.stream(user(QUESTION, file_url(SAMPLE)), reelquery=NEAR_CROSS)
        self.assertIn(b": waiting, 2 before this one", read_until(third, b"before this one\n"))
        long.close()  # the long one stops, the others move up
        self.assertIn(b"orange", read_until(second, b"[DONE]"))
        self.assertIn(b"orange", read_until(third, b"[DONE]"))
        second.close(), third.close()

    def test_too_many_are_told_to_come_again(self):
        first = server.stream(user(QUESTION, file_url(SAMPLE)), reelquery=self.long())
        eventually(lambda: self.in_line() == 1)
        waiting = []
        for place in range(1, 9):
            waiting.append(server.stream(user(QUESTION, file_url(SAMPLE)), reelquery=NEAR_CROSS))
            read_until(waiting[-1], f"waiting, {place} before".encode())
        status, reply = server.chat(user(QUESTION, file_url(SAMPLE)), reelquery=NEAR_CROSS)
        self.assertEqual([status, reply["error"]["type"]], [429, "rate_limit_error"])
        for one in [*waiting, first]:
            one.close()
        eventually(lambda: self.in_line() == 0)

    def test_a_client_that_leaves_stops_its_question(self):
        for streamed in (True, False):
            with self.subTest(streamed=streamed):
                one = server.stream(user(QUESTION, file_url(SAMPLE)), reelquery=self.long(), stream=streamed)
                eventually(lambda: self.in_line() == 1)
                before = self.metric('replies_total{status="499"}')
                one.close()
                eventually(lambda: self.metric('replies_total{status="499"}') == before + 1)  # left, not answered
                self.assertEqual(self.in_line(), 0)
                self.assertIn("orange", server.ask(QUESTION, file_url(SAMPLE))["choices"][0]["message"]["content"])


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
