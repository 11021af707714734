"""An OpenAI-compatible server that answers by a script: every odd shape that real servers send, and hostile ones."""
import http.server
import json
import threading
import time


def chunk(content=None, finish=None, **more):
    return {"id": "x", "object": "chat.completion.chunk", "created": 0, "model": "m",
            "choices": [{"index": 0, "delta": {} if content is None else {"content": content}, "finish_reason": finish}],
            **more}


def usage(prompt, answer, cached=0):
    return {"usage": {"prompt_tokens": prompt, "completion_tokens": answer, "total_tokens": prompt + answer,
                      "prompt_tokens_details": {"cached_tokens": cached}}}


def line(data, end=b"\n\n"):
    return b"data: " + (data if isinstance(data, bytes) else json.dumps(data, ensure_ascii=False).encode()) + end


class ScriptedServer:
    """`models`: the answer to /models. `script(server, request)`: writes what it likes to request.wfile after a 200, or
    returns (status, body). `asked`: parsed bodies with the headers they came with."""

    def __init__(self, script=None, tls=None):
        self.models = {"object": "list", "data": [{"id": "m", "object": "model", "owned_by": "somebody"}]}
        self.models_status, self.asked, self.bodies, self.gets, self.script = 200, [], [], [], script
        self.left = threading.Event()  # the client closed while a script waited for it
        scripted = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                scripted.gets.append((self.path, self.headers.get("Authorization")))
                if self.path == "/version":
                    return self.whole(200, json.dumps({"version": "0.32.0"}))
                body = scripted.models if isinstance(scripted.models, str) else json.dumps(scripted.models)
                self.whole(scripted.models_status, body)

            def do_POST(self):
                if scripted.script == "early 413":
                    self.close_connection = True
                    return self.whole(413, "")
                body = self.rfile.read(int(self.headers["Content-Length"]))
                scripted.bodies.append(body)
                scripted.asked.append((json.loads(body), dict(self.headers)))
                done = scripted.script(scripted, self)
                if done:
                    self.whole(*done)
                self.close_connection = True

            def whole(self, status, body, **fields):
                data = body.encode() if isinstance(body, str) else body
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                for name, value in fields.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)

            def begin(self):
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.send_header("Connection", "close")
                self.end_headers()

            def say(self, *pieces):
                for piece in pieces:
                    self.wfile.write(piece)
                    self.wfile.flush()

            def wait_for_the_client_to_leave(self):
                self.connection.settimeout(120)
                if self.rfile.read(1) == b"":
                    scripted.left.set()

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        if tls:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.server.server_address[1]}/v1"

    def close(self):
        self.server.shutdown()
        self.server.server_close()
