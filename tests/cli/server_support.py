"""What the tests of the endpoint share: starting it, requests by raw socket and by Python's own client."""
import base64
import http.client
import json
import os
import pathlib
import socket
import subprocess
import time

import support

KEY = "a-test-key-0123456789"
SAMPLE = pathlib.Path(__file__).resolve().parents[2] / "resources" / "samples" / "needles-10min.mp4"
NEAR_CROSS = {"from_s": 52, "to_s": 64, "fps": 1}


class Server:
    """The program serving on a free port, until close()."""

    def __init__(self, *arguments, env=None):
        self.log = open(support.WORK / "serve.log", "wb")
        self.process = subprocess.Popen([str(support.PROGRAM), "serve", "--port", "0", "--key", KEY, "--device", "cpu",
                                         *map(str, arguments)], stdout=subprocess.PIPE, stderr=self.log,
                                        env=support.environment(env))
        line = self.process.stdout.readline().decode()
        assert line.startswith("listening on http://127.0.0.1:"), line
        self.port = int(line.rsplit(":", 1)[1].split("/")[0])

    def close(self):
        """Ends it as a person does; the exit code."""
        self.process.terminate()
        try:
            return self.process.wait(timeout=120)
        finally:
            self.process.kill()
            self.process.stdout.close()
            self.log.close()

    def peak_bytes(self):
        return self.status_bytes("VmHWM:")

    def resident_bytes(self):
        return self.status_bytes("VmRSS:")

    def status_bytes(self, name):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(name):
                return int(line.split()[1]) * 1024

    def metric(self, name):
        """A counter of /metrics; 0 for one that is not there yet."""
        text = self.request("GET", "/metrics")[1]
        lines = [line for line in text.splitlines() if line.startswith(f"reelquery_{name} ")]
        return int(lines[0].split()[1]) if lines else 0

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def request(self, method, path, body=None, **headers):
        """(status, body) of a well-formed request; a header given as None is left out."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        fields = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json",
                  **{name.replace("_", "-"): value for name, value in headers.items()}}
        try:
            connection.request(method, path, json.dumps(body) if isinstance(body, dict) else body,
                               {name: value for name, value in fields.items() if value is not None})
            reply = connection.getresponse()
            return reply.status, reply.read().decode()
        finally:
            connection.close()

    def chat(self, *messages, **fields):
        """(status, parsed reply) of a question that is not streamed."""
        status, text = self.request("POST", "/v1/chat/completions", {"messages": messages, **fields})
        return status, json.loads(text)

    def ask(self, question, url, **own):
        """The parsed reply to one question about one video, which must be answered."""
        status, reply = self.chat(user(question, url), reelquery=own or NEAR_CROSS)
        assert status == 200, reply
        return reply

    def stream(self, *messages, **fields):
        """An open raw socket on which a streamed question was sent."""
        return self.raw(post(json.dumps({"messages": messages, "stream": True, **fields}).encode()))

    def raw(self, data=b"", host="127.0.0.1"):
        one = socket.create_connection((host, self.port), timeout=120)
        one.sendall(data)
        return one

    def raw_reply(self, data):
        """All that comes back for these bytes, whoever closes."""
        with self.raw(data) as one:
            return read_all(one)


def read_all(one):
    result = b""
    try:
        while piece := one.recv(65536):
            result += piece
    except ConnectionResetError:
        pass
    return result


def read_until(one, *wanted, patience=120):
    """Reads from a socket until the bytes came, or others that are wanted as well."""
    result, until = b"", time.monotonic() + patience
    while not any(each in result for each in wanted):
        assert time.monotonic() < until, result[-300:]
        piece = one.recv(65536)
        assert piece, result[-300:]
        result += piece
    return result


def head(method="POST", path="/v1/chat/completions", **fields):
    """The head of a raw request, without its empty line; a field given as None is left out."""
    lines = {"Host": "127.0.0.1", "Authorization": f"Bearer {KEY}", "Content-Type": "application/json",
             "Connection": "close", **{name.replace("_", "-"): value for name, value in fields.items()}}
    return (f"{method} {path} HTTP/1.1\r\n" +
            "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value is not None)).encode()


def post(body, **fields):
    return head(Content_Length=len(body), **fields) + b"\r\n" + body


def user(question, url, kind="video_url"):
    return {"role": "user", "content": [{"type": kind, kind: {"url": url}}, {"type": "text", "text": question}]}


def file_url(path):
    return pathlib.Path(path).as_uri()


def data_url(path, kind="video/mp4"):
    return f"data:{kind};base64," + base64.b64encode(pathlib.Path(path).read_bytes()).decode()


def events(text):
    """The parsed data lines of a stream, without [DONE]."""
    return [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: ") and "[DONE]" not in line]


def eventually(check, patience=120):
    """Waits for a state; never for a time."""
    until = time.monotonic() + patience
    while not check():
        assert time.monotonic() < until, "it never came to be"
        time.sleep(0.02)
