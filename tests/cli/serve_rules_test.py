#!/usr/bin/env python3
"""Who gets into the endpoint: each rule by raw socket, and attempts to reach files or come from a web page."""
import json
import os
import pathlib
import shutil
import socket
import struct
import threading
import time
import unittest
import urllib.parse
import zlib

import support
from server_support import (KEY, NEAR_CROSS, SAMPLE, Server, data_url, eventually, file_url, head, post, read_all,
                            read_until, user)

MIB = 1 << 20
NEVER = "a body that is never sent"


def setUpModule():
    support.fresh_work_folder()
    global server, allowed, secret, closed
    allowed, secret = support.WORK / "allowed", support.WORK / "secret"
    allowed.mkdir(), secret.mkdir()
    shutil.copy(SAMPLE, allowed / "film.mp4")
    shutil.copy(SAMPLE, secret / "film.mp4")
    server = Server("--allow", allowed)
    closed = Server()  # no folder is allowed


    global slow
    slow = threading.Thread(target=drip)
    slow.start()


def drip():
    """Sends a head for ever, until the server has enough of it."""
    global slow_took
    began = time.monotonic()
    with server.raw(b"GET /health HTTP/1.1\r\nHost: localh") as one:
        one.settimeout(0.5)
        while True:
            try:
                one.sendall(b"o")
                if one.recv(100) == b"":
                    break
            except TimeoutError:
                continue
            except (BrokenPipeError, ConnectionResetError):
                break
    slow_took = time.monotonic() - began


def tearDownModule():
    assert server.close() == 0
    assert closed.close() == 0


def status_of(reply):
    return int(reply.split(b" ", 2)[1]) if reply.startswith(b"HTTP/1.1 ") else None


def message_of(reply):
    return json.loads(reply.split(b"\r\n\r\n", 1)[1])["error"]["message"]


def question(url, **more):
    return json.dumps({"messages": [user("What colour is the cross?", url)], "reelquery": NEAR_CROSS,
                       **more}).encode()


class RulesTest(unittest.TestCase):
    def refused(self, data, status, words=""):
        reply = server.raw_reply(data)
        self.assertEqual(status_of(reply), status, reply[:300])
        self.assertIn(words, message_of(reply))
        self.assertNotIn(b"Access-Control", reply)
        return reply

    def test_1_it_listens_on_loopback_only(self):
        mine = set()
        for name in ("tcp", "tcp6"):
            for line in pathlib.Path(f"/proc/{server.process.pid}/net/{name}").read_text().splitlines()[1:]:
                address, port = line.split()[1].split(":")
                if int(port, 16) == server.port and line.split()[3] == "0A":
                    mine.add(address)
        self.assertIn("0100007F", mine)
        self.assertLessEqual(mine, {"0100007F", "00000000000000000000000001000000"})

    def test_2_the_host_must_be_this_machine(self):
        for host in ("evil.example", "evil.example:80", "127.0.0.1.evil.example", "localhost.evil.example", "127.0.0.2",
                     "0.0.0.0", "[::]", "127.0.0.1:80:80", "localhost:", "localhost:1x", "", "127.1", "2130706433",
                     "[::1]evil", "localhost@evil.example", None):
            with self.subTest(host=host):
                self.refused(head(Host=host) + b"\r\n", 403, "Host")
        two = head().replace(b"Host: 127.0.0.1\r\n", b"Host: 127.0.0.1\r\nHost: evil.example\r\n")
        self.refused(two + b"\r\n", 403, "Host")
        self.refused(head(path="http://evil.example/v1/models", method="GET") + b"\r\n", 400)
        for host in ("localhost", "LOCALHOST:1", "127.0.0.1:65535", "[::1]", "[::1]:80"):
            with self.subTest(host=host):
                self.assertEqual(status_of(server.raw_reply(head("GET", "/v1/models", Host=host) + b"\r\n")), 200)

    def test_3_web_pages_are_not_answered(self):
        for origin in ("http://evil.example", "null", "http://127.0.0.1", "", "file://"):
            with self.subTest(origin=origin):
                self.refused(head("GET", "/v1/models", Origin=origin) + b"\r\n", 403, "web pages")
                self.refused(head("GET", "/health", Origin=origin) + b"\r\n", 403, "web pages")
        preflight = head("OPTIONS", Origin="http://evil.example", Authorization=None,
                         Access_Control_Request_Method="POST", Access_Control_Request_Headers="authorization")
        self.refused(preflight + b"\r\n", 403)
        self.refused(head("GET", "/v1/models", Sec_Fetch_Site="cross-site") + b"\r\n", 403)
        self.refused(head("OPTIONS") + b"\r\n", 405)

    def test_4_nothing_without_the_key(self):
        for given in (None, "", "Bearer", "Bearer ", f"Bearer {KEY[:-1]}", f"Bearer {KEY}x", f"Basic {KEY}", KEY,
                      f"Bearer {KEY.upper()}"):
            for path in ("/v1/models", "/v1/chat/completions", "/metrics", "/elsewhere"):
                with self.subTest(given=given, path=path):
                    self.refused(head("GET", path, Authorization=given) + b"\r\n", 401)

    def test_5_bodies_are_json(self):
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", None,
                     "application/jsonx", "text/plain; application/json"):
            with self.subTest(kind=kind):
                self.refused(post(question(file_url(allowed / "film.mp4")), Content_Type=kind), 415)
        self.refused(post(b"{}", Content_Encoding="gzip"), 415)

    def test_6_the_head_is_judged_before_the_body(self):
        for fields, status in (({"Host": "evil.example"}, 403), ({"Origin": "null"}, 403), ({"Authorization": None}, 401),
                               ({"Content_Type": "text/plain"}, 415)):
            with self.subTest(fields=fields):
                self.refused(head(Content_Length=60 * MIB, **fields) + b"\r\n", status)  # NEVER sends its body
        self.refused(head(Content_Length=96 * MIB + 1) + b"\r\n", 413)
        self.refused(head(Content_Length="18446744073709551615") + b"\r\n", 413)
        for length in ("18446744073709551616", "-1", "x"):
            with self.subTest(length=length):
                self.refused(head(Content_Length=length) + b"\r\n", 400)
        both = head(Content_Length=5, Transfer_Encoding="chunked")
        self.refused(both + b"\r\n0\r\n\r\n", 400)
        self.refused(head(X_Long="x" * (17 << 10)) + b"\r\n", 431)
        self.refused(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 no HTTP at all\r\n\r\n", 400)

    def test_6_endless_bodies_and_heads_cost_no_memory(self):
        fill = b"%x\r\n" % MIB + b" " * MIB + b"\r\n"
        before = server.peak_bytes()
        for start, piece, times, statuses in ((head(Transfer_Encoding="chunked") + b"\r\n", fill, 200, {413}),
                                              (head(), b"X-Line: 1\r\n" * 100_000, 15, {431}),
                                              (head(Transfer_Encoding="chunked") + b"\r\n0\r\n",
                                               b"X-Line: 1\r\n" * 100_000, 15, {431, 400})):
            with self.subTest(start=start[:60]), server.raw(start) as one:
                try:
                    for _ in range(times):
                        one.sendall(piece)
                except (BrokenPipeError, ConnectionResetError):
                    pass  # it was refused already
                reply = read_all(one)
                if reply:  # else it was lost with the connection
                    self.assertIn(status_of(reply), statuses)
        self.assertLess(server.peak_bytes() - before, 112 * MIB)  # a body of 96 MiB, and nothing with it
        self.still_lives()

    def test_7_nothing_is_fetched(self):
        listener = socket.create_server(("127.0.0.1", 0))
        listener.settimeout(0.3)
        port = listener.getsockname()[1]
        for url in (f"http://127.0.0.1:{port}/a.mp4", f"https://127.0.0.1:{port}/a.mp4", f"HTTP://localhost:{port}/",
                    f"rtsp://127.0.0.1:{port}/", f"tcp://127.0.0.1:{port}", f"ftp://127.0.0.1:{port}/a.mp4",
                    f"//127.0.0.1:{port}/a.mp4", "concat:/etc/passwd", f"file://127.0.0.1:{port}/a.mp4", "gopher://x"):
            with self.subTest(url=url):
                self.refused(post(question(url)), 400)
        with self.assertRaises(TimeoutError):
            listener.accept()
        listener.close()

    def test_8_files_only_below_named_folders(self):
        self.assertEqual(status_of(server.raw_reply(post(question(file_url(allowed / "film.mp4"))))), 200)
        reply = closed.raw_reply(post(question(file_url(allowed / "film.mp4"))))
        self.assertEqual(status_of(reply), 403)
        self.assertIn("--allow", message_of(reply))

    def test_9_what_is_carried_has_limits(self):
        self.refused(post(question("data:video/mp4;base64," + "A" * (33 * MIB // 3 * 4))), 413)
        wide = self.png(9000, 10)
        self.refused(post(question(self.carried(wide, "image/png"))), 413, "8192")
        self.refused(post(question(self.carried(self.png(8192, 8192), "image/png"))), 413, "64 megapixels")
        for url in ("data:video/mp4,abc", "data:text/html;base64,AAAA", "data:video/mp4;base64,", "data:", "data:,",
                    "data:video/mp4;base64,AAA", "data:video/mp4;base64,A*==", "data:video/mp4;base64,=AAA",
                    "data:video/jpeg;base64,AAAA,AAAA", "data:video/mp4;base64,AAAA"):
            with self.subTest(url=url):
                self.refused(post(question(url)), 400)

    @staticmethod
    def png(width, height):
        def chunk(kind, data):
            return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        rows = zlib.compress(bytes((width // 8 + 2) * height))
        return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)) +
                chunk(b"IDAT", rows) + chunk(b"IEND", b""))

    @staticmethod
    def carried(data, kind):
        file = support.WORK / "carried"
        file.write_bytes(data)
        return data_url(file, kind)

    def test_10_errors_are_our_own_words(self):
        broken = allowed / "broken.mp4"
        broken.write_bytes(SAMPLE.read_bytes()[:5000])
        reply = self.refused(post(question(file_url(broken))), 400, "cannot be read or decoded")
        for word in (b"moov", b"/", b"0x", str(allowed).encode(), b"fd"):
            self.assertNotIn(word, reply.split(b"\r\n\r\n", 1)[1])
        for url in (file_url(secret / "film.mp4"), file_url(secret / "none.mp4"), file_url(allowed / "none.mp4")):
            self.assertEqual(message_of(self.refused(post(question(url)), 403)),
                             "there is no such video or picture below the folders that were allowed")

    def test_11_numbers_are_checked(self):
        url = file_url(allowed / "film.mp4")
        for fields in ({"max_tokens": -1}, {"max_tokens": 0}, {"max_tokens": 1e300}, {"max_tokens": 1.5},
                       {"max_tokens": "5"}, {"max_tokens": True}, {"max_completion_tokens": 2 ** 63},
                       {"temperature": -0.1}, {"temperature": 3}, {"top_p": 2}, {"top_p": -1}, {"seed": 1e30},
                       {"n": 2}, {"n": -1}, {"n": 0}, {"stop": ["x"]}, {"logprobs": True}, {"presence_penalty": 1},
                       {"response_format": {"type": "json_object"}}, {"tool_choice": "required"}, {"stream": 1},
                       {"stream_options": 5}, {"reelquery": 5}, {"reelquery": {"fps": 0}}, {"reelquery": {"fps": -1}},
                       {"reelquery": {"fps": 1e9}}, {"reelquery": {"frames": 769}}, {"reelquery": {"frames": 1}},
                       {"reelquery": {"from_s": -1}}, {"reelquery": {"from_s": 5, "to_s": 5}},
                       {"reelquery": {"from_s": 5000}}, {"reelquery": {"max_video_tokens": -5}},
                       {"reelquery": {"evidence": 1}}, {"reelquery": {"attention": "none"}},
                       {"reelquery": {"unknown": 1}}):
            with self.subTest(fields=fields):
                self.refused(post(question(url, **fields)), 400)
        for number in (b"NaN", b"Infinity", b"1e999", b"--1", b"01"):
            with self.subTest(number=number):
                self.refused(post(question(url)[:-1] + b', "max_tokens": ' + number + b"}"), 400)
        for body in (b"", b"[]", b"null", b"{", b'"x"', b"\xff\xfe", b"[" * 100_000, b'{"messages": "\xff"}',
                     b'{"messages": []}', b'{"messages": [5]}', b'{"messages": [{"role": "user"}]}',
                     b'{"messages": [{"role": "tool", "content": "x"}]}',
                     b'{"messages": [{"role": "user", "content": [{"type": "input_audio"}]}]}',
                     b'{"messages": [{"role": "user", "content": " "}]}',
                     b'{"messages": [{"role": "assistant", "content": "x"}]}'):
            with self.subTest(body=body[:40]):
                self.refused(post(body), 400)
        for part, says in (({"type": "text"}, "needs its words"), ({"type": "text", "text": 5}, "needs its words"),
                           ({"text": "What is this?"}, "needs a \"type\": text, video_url or image_url"),
                           ({"type": None, "text": "What is this?"}, "needs a \"type\"")):
            with self.subTest(part=part):
                body = json.dumps({"messages": [{"role": "user", "content": [part]}]}).encode()
                self.assertIn(says, message_of(self.refused(post(body), 400)))
        self.refused(post(question(url, model="gpt-4")), 404, "no such model")
        self.still_lives()

    def test_12_no_route_does_more_than_answer(self):
        for path in ("/", "/v1", "/v1/models/load", "/api/create", "/api/pull", "/api/delete", "/v1/files", "/v1/unload",
                     "/props", "/slots", "/v1/chat/completions/", "/v1/chat/completions/../models", "/v1/models/%2e",
                     "/..%2f..%2fetc/passwd", "/v1/completions", "/v1/embeddings"):
            for method in ("GET", "POST", "PUT", "DELETE"):
                with self.subTest(path=path, method=method):
                    self.refused(head(method, path, Content_Length=0) + b"\r\n", 404)
        for method in ("GET", "PUT", "DELETE", "PATCH"):
            self.refused(head(method, Content_Length=0) + b"\r\n", 405)

    def still_lives(self):
        self.assertEqual(server.request("GET", "/health")[0], 200)


class WayOutTest(unittest.TestCase):
    """Attempts to have a file outside of the allowed folder answered about; none may succeed."""

    def never_answered(self, url, kind="video_url"):
        body = json.dumps({"messages": [user("What?", url, kind)], "max_tokens": 1}).encode()
        reply = server.raw_reply(post(body))
        self.assertIn(status_of(reply), (400, 403, 413), (url[:80], reply[:300]))

    def test_spellings(self):
        film, inside = str(secret / "film.mp4"), str(allowed)
        up = "../secret/film.mp4"
        quoted = urllib.parse.quote
        for url in (f"file://{film}", f"file:{film}", f"file://localhost{film}", f"file://{inside}/{up}",
                    f"file://{inside}/%2e%2e/secret/film.mp4", f"file://{inside}/%2E%2E%2Fsecret%2Ffilm.mp4",
                    f"file://{inside}/..%2fsecret/film.mp4", f"file://{inside}/%252e%252e/secret/film.mp4",
                    f"file://{inside}/..\\secret\\film.mp4", f"file://{inside}/./../secret/film.mp4",
                    f"file://{inside}/x/../../secret/film.mp4", f"file://{inside}//../secret/film.mp4",
                    f"file://{inside}/film.mp4/../../secret/film.mp4", f"file://{inside}-secret/film.mp4",
                    f"file://{inside}/../allowed/../secret/film.mp4", f"file://{inside}%00/../secret/film.mp4",
                    f"file://{inside}/film.mp4%00.txt", f"file://{film}%00{inside}/film.mp4",
                    f"file://{inside}/%c0%ae%c0%ae/secret/film.mp4", f"file://{inside}/%uff0e%uff0e/secret/film.mp4",
                    f"file://evil.example{film}", f"file://127.0.0.1{film}", f"file:////{film}", f"file:////host/share/a.mp4",
                    r"file:\\host\share\a.mp4", r"\\host\share\a.mp4", f"FILE://{film}", f"file://{film}?x={inside}",
                    f"file://{film}#{inside}", f"{film}", f"{up}", f"~/film.mp4", f"file://~/film.mp4",
                    f"file://{inside}/$HOME", f"file://{quoted(inside, safe='')}", f"file://{inside}", f"file://{inside}/",
                    f"file://{inside}/.", "file:///", "file://", "file:", "", " ", f"data:{film}", f"file,,{film}",
                    f"subfile,,start,0,end,0,,:{film}", f"crypto:{film}", f"async:{film}", "fd:0", "pipe:0"):
            with self.subTest(url=url):
                self.never_answered(url)

    def test_places(self):
        for place in ("/proc/self/environ", "/proc/self/mem", "/proc/self/fd/0", "/proc/self/root/etc/passwd",
                      f"/proc/self/root{secret}/film.mp4", f"/proc/self/cwd", "/dev/zero", "/dev/stdin", "/dev/tty",
                      "/sys/kernel/notes", "/etc/passwd"):
            with self.subTest(place=place):
                self.never_answered("file://" + place)

    def test_links_and_odd_files(self):
        os.symlink(secret / "film.mp4", allowed / "link.mp4")
        os.symlink(secret, allowed / "folder")
        os.symlink("/proc/self", allowed / "self")
        os.symlink("/dev/zero", allowed / "zero")
        os.symlink("loop", allowed / "loop")
        os.mkfifo(allowed / "pipe.mp4")
        bound = socket.socket(socket.AF_UNIX)
        os.chdir(allowed)
        bound.bind("socket.mp4")
        for name in ("link.mp4", "folder/film.mp4", "self/environ", f"self/root{secret}/film.mp4", "zero", "loop",
                     "pipe.mp4", "socket.mp4"):
            with self.subTest(name=name):
                self.never_answered(f"file://{allowed}/{name}")
        bound.close()
        os.symlink("film.mp4", allowed / "own.mp4")  # one that stays inside is a file like others
        self.assertEqual(status_of(server.raw_reply(post(question(file_url(allowed / "own.mp4"))))), 200)

    def test_lists_of_other_files(self):
        film = secret / "film.mp4"
        for name, text in (("a.m3u8", f"#EXTM3U\n#EXT-X-TARGETDURATION:600\n#EXTINF:600,\nfile://{film}\n#EXT-X-ENDLIST\n"),
                           ("b.m3u8", f"#EXTM3U\n#EXTINF:600,\n{film}\n#EXT-X-ENDLIST\n"),
                           ("c.mp4", f"ffconcat version 1.0\nfile {film}\n"),
                           ("d.mp4", f"ffconcat version 1.0\nfile film.mp4\n"),
                           ("e.mpd", f'<?xml version="1.0"?><MPD><BaseURL>{film}</BaseURL></MPD>'),
                           ("f.sdp", "v=0\no=- 0 0 IN IP4 127.0.0.1\nm=video 5 RTP/AVP 96\n"),
                           ("g.mp4", f"\xef\xbb\xbf#EXTM3U\n#EXTINF:600,\n{film}\n"),
                           ("h.svg", f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{film}"/></svg>')):
            (allowed / name).write_bytes(text.encode("latin-1"))
            with self.subTest(name=name):
                self.never_answered(file_url(allowed / name))
                self.never_answered(data_url(allowed / name))
                self.never_answered(data_url(allowed / name, "image/png"), "image_url")

    def test_a_link_exchanged_meanwhile(self):
        """The folder of the path is a link that points in and out in turn: nothing outside is ever opened."""
        stop = threading.Event()
        (allowed / "in").mkdir()
        shutil.copy(SAMPLE, allowed / "in" / "film.mp4")
        (secret / "film.mp4").write_bytes(b"not a video: were it opened, the words would say so")
        turn, spare = allowed / "turn", allowed / "spare"

        def exchange():
            while not stop.is_set():
                for target in (allowed / "in", secret):
                    os.symlink(target, spare)
                    os.replace(spare, turn)

        thread = threading.Thread(target=exchange)
        thread.start()
        try:
            for _ in range(40):
                reply = server.raw_reply(post(json.dumps(
                    {"messages": [user("What?", file_url(turn / "film.mp4"))], "max_tokens": 1,
                     "reelquery": {"from_s": 0, "to_s": 4, "frames": 2}}).encode()))
                self.assertIn(status_of(reply), (200, 403), reply[-200:])
        finally:
            stop.set()
            thread.join()


class CrowdTest(unittest.TestCase):
    def test_a_thousand_idle_connections(self):
        idle = []
        try:
            for _ in range(1000):
                try:
                    idle.append(socket.create_connection(("127.0.0.1", server.port), timeout=30))
                except OSError:
                    break  # its backlog is full: the crowd hinders itself
            self.assertLess(server.descriptors(), 150)
        finally:
            for one in idle:
                one.close()
        eventually(lambda: self.is_answered())

    def is_answered(self):
        try:
            return server.request("GET", "/health")[0] == 200
        except OSError:
            return False

    def test_clients_that_ask_in_turn_about_two_videos(self):
        """None is lost or answered for another, both videos stay read, memory stays as it is.
        REELQUERY_CROWD: questions of each client."""
        questions, clients = int(os.environ.get("REELQUERY_CROWD", 4)), 8
        words = ("What colour is the cross?", "When is it shown?")
        films = {name: file_url(allowed / name) for name in ("film.mp4", "other.mp4")}
        shutil.copy(SAMPLE, allowed / "other.mp4")
        with open(allowed / "other.mp4", "ab") as film:
            film.write(struct.pack(">I4s", 8, b"free"))  # another file with the same pictures

        def ask(film, at):
            own = {"from_s": 52, "to_s": 60 if film == "film.mp4" else 56, "fps": 1}
            status, reply = server.chat(user(words[at % 2], films[film]), reelquery=own, max_tokens=4)
            self.assertEqual(status, 200, reply)
            return reply["choices"][0]["message"]["content"], reply["usage"], reply["reelquery"]["frame_times_s"]

        first = {(film, at): ask(film, at) for film in films for at in range(2)}
        lost, sizes = [], []

        def client(number):
            film = sorted(films)[number % 2]
            try:
                for at in range(questions):
                    answer, usage, times = ask(film, at)
                    known, _, known_times = first[film, at % 2]
                    cached = usage["prompt_tokens_details"]["cached_tokens"]
                    if (answer, times) != (known, known_times) or not cached:
                        lost.append((number, at, answer, known, cached))
                    if number == 0:
                        sizes.append(server.resident_bytes())
            except Exception as error:
                lost.append((number, repr(error)))

        threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(lost, [])
        self.assertEqual(len(sizes), questions)
        self.assertLess(sizes[-1] - sizes[len(sizes) // 2], 16 * MIB)

    def test_a_slow_head_ends(self):
        """It began with the first test, a byte at a time: the whole head has 10 s, not each byte."""
        slow.join(timeout=60)
        self.assertFalse(slow.is_alive())
        self.assertGreater(slow_took, 8)

    def test_nothing_is_left_open(self):
        eventually(lambda: self.is_answered())
        before = server.descriptors()
        for _ in range(8):
            server.raw_reply(post(question(file_url(allowed / "film.mp4"), max_tokens=1)))
            server.raw_reply(post(question(data_url(allowed / "film.mp4"), max_tokens=-1)))
            with server.raw(post(question(file_url(allowed / "film.mp4")))):
                pass
        eventually(lambda: server.descriptors() <= before + 2)


if __name__ == "__main__":
    unittest.main()
