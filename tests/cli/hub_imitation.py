"""A small imitation of the hub's public API: listings, gated models, redirects to another host, ranges, and faults."""
import hashlib
import http.server
import json
import threading
import urllib.parse

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def git_blob(data):
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


class Hub:
    """Models by name: {"files": {name: bytes}, "gated": bool, "licence": str}. `fault(name, start)` may answer
    ("cut", bytes), ("wrong", None), ("long", None), ("no ranges", None), ("status", code) or ("slow", event)."""

    def __init__(self):
        self.models, self.requests, self.fault, self.listing = {}, [], lambda name, start: None, None
        self.servers = [self.start(), self.start()]  # the hub and the host its large files lie on
        self.url, self.store = (f"http://127.0.0.1:{server.server_address[1]}" for server in self.servers)

    def start(self):
        hub = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                try:
                    hub.answer(self)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True  # its client has heard enough

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server

    def close(self):
        for server in self.servers:
            server.shutdown()
            server.server_close()

    def answer(self, request):
        path = urllib.parse.unquote(request.path.split("?")[0])
        self.requests.append((request.headers.get("Host"), path, request.headers.get("Authorization"),
                              request.headers.get("Range")))
        parts = path.strip("/").split("/")
        if parts[:2] == ["api", "models"]:
            return self.tell(request, "/".join(parts[2:4]), parts[5])
        if parts[0] == "store":
            return self.send_file(request, parts[1], self.content(parts[1]))
        model = self.models.get("/".join(parts[:2]))
        name = "/".join(parts[4:])
        if not model or name not in model["files"] or parts[3] != COMMIT:
            return self.reply(request, 404, b"Entry not found")
        data = model["files"][name]
        if not self.is_large(name):
            return self.send_file(request, name, data)
        self.reply(request, 302, b"", {"Location": f"{self.store}/store/{hashlib.sha256(data).hexdigest()}"})

    def content(self, digest):
        return next(data for model in self.models.values() for data in model["files"].values()
                    if hashlib.sha256(data).hexdigest() == digest)

    @staticmethod
    def is_large(name):
        return name.endswith((".safetensors", ".gguf"))

    def tell(self, request, name, revision):
        model = self.models.get(name)
        if not model:
            return self.reply(request, 401, b"", {"X-Error-Code": "RepoNotFound"})
        if model.get("gated") and request.headers.get("Authorization") != "Bearer hf_good":
            return self.reply(request, 401, b"", {"X-Error-Code": "GatedRepo"})
        if revision not in ("main", COMMIT):
            return self.reply(request, 404, b"", {"X-Error-Code": "RevisionNotFound"})
        files = [{"rfilename": file, "size": len(data), "blobId": git_blob(data),
                  **({"lfs": {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}}
                     if self.is_large(file) else {})} for file, data in model["files"].items()]
        listing = {"id": name, "sha": COMMIT, "siblings": files, "cardData": {"license": model.get("licence", "mit")}}
        if self.listing:
            self.listing(listing)
        self.reply(request, 200, json.dumps(listing).encode())

    def send_file(self, request, name, data):
        start = int((request.headers.get("Range") or "bytes=0-")[6:-1])
        kind, value = self.fault(name, start) or (None, None)
        if kind == "status":
            return self.reply(request, value, b"")
        if kind == "no ranges":
            start = 0
        if kind == "wrong":
            data = data[:-1] + bytes([data[-1] ^ 1])
        if kind == "long":
            data += b"more"
        piece = data[start:]
        if start >= len(data) > 0:
            return self.reply(request, 416, b"")
        request.send_response(206 if start else 200)
        request.send_header("Content-Length", str(len(piece)))
        request.end_headers()
        if kind == "slow":
            request.wfile.write(piece[:len(piece) // 2])
            request.wfile.flush()
            value.wait(60)
            piece = piece[len(piece) // 2:]
        if kind == "cut":
            request.wfile.write(piece[:value])
            request.close_connection = True
            return
        request.wfile.write(piece)

    @staticmethod
    def reply(request, status, body, fields=None):
        request.send_response(status)
        request.send_header("Content-Length", str(len(body)))
        for name, value in (fields or {}).items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(body)
