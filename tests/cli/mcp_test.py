#!/usr/bin/env python3
"""The tools of an agent, driven by the protocol's own lines: both of its forms, with the embedded model."""
import json
import queue
import shutil
import subprocess
import threading
import unittest

import support
from server_support import SAMPLE, file_url
from support import ask_json

MODERN = {"_meta": {"io.modelcontextprotocol/protocolVersion": "2026-07-28",
                    "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
                    "io.modelcontextprotocol/clientCapabilities": {}}}
NEAR_CROSS = {"from_s": 52, "to_s": 64, "fps": 1}


def setUpModule():
    support.fresh_work_folder()
    global allowed
    allowed = support.WORK / "allowed"
    allowed.mkdir()
    shutil.copy(SAMPLE, allowed / "film.mp4")


class Agent:
    """The program as an agent starts it."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen([str(support.PROGRAM), "mcp", "--device", "cpu", *map(str, arguments)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=support.environment())
        self.lines = queue.Queue()
        threading.Thread(target=self.read, daemon=True).start()
        self.last = 0

    def read(self):
        for line in self.process.stdout:
            self.lines.put(json.loads(line))

    def say(self, line):
        self.process.stdin.write((line if isinstance(line, str) else json.dumps(line)).encode() + b"\n")
        self.process.stdin.flush()

    def hear(self):
        return self.lines.get(timeout=120)

    def begin(self, method, params=None):
        self.last += 1
        self.say({"jsonrpc": "2.0", "id": self.last, "method": method, "params": params or {}})
        return self.last

    def call(self, method, params=None):
        """The answer to a request; what is told of an earlier one that was stopped may still come before it."""
        wanted = self.begin(method, params)
        while "id" not in (reply := self.hear()):
            assert reply["method"] == "notifications/progress", reply
        assert reply["id"] == wanted, reply
        return reply

    def tool(self, name, _meta=None, **arguments):
        """The result of a tool."""
        return self.call("tools/call", {"name": name, "arguments": arguments, **(_meta or {})})["result"]

    def close(self):
        self.process.stdin.close()
        try:
            return self.process.wait(timeout=120)
        finally:
            self.process.kill()
            self.process.stdout.close()


class McpTest(unittest.TestCase):
    def setUp(self):
        self.agent = Agent("--allow", allowed)

    def tearDown(self):
        self.assertEqual(self.agent.close(), 0)

    def test_a_version_is_agreed(self):
        for asked, agreed in (("2025-11-25", "2025-11-25"), ("2024-11-05", "2024-11-05"), ("1999-01-01", "2025-11-25"),
                              (None, "2025-11-25")):
            result = self.agent.call("initialize", {"protocolVersion": asked, "capabilities": {},
                                                    "clientInfo": {"name": "test", "version": "1"}})["result"]
            self.assertEqual([result["protocolVersion"], result["serverInfo"]["name"], result["capabilities"]],
                             [agreed, "reelquery", {"tools": {}}])
        self.agent.say({"jsonrpc": "2.0", "method": "notifications/initialized"})
        self.assertEqual(self.agent.call("ping")["result"], {})

    def test_the_newer_form_needs_no_beginning(self):
        result = self.agent.call("server/discover", MODERN)["result"]
        self.assertEqual([result["supportedVersions"], result["resultType"], result["cacheScope"]],
                         [["2026-07-28"], "complete", "private"])
        self.assertEqual(result["_meta"]["io.modelcontextprotocol/serverInfo"]["name"], "reelquery")
        tools = self.agent.call("tools/list", MODERN)["result"]
        self.assertEqual([tools["resultType"], tools["ttlMs"]], ["complete", 0])
        self.assertEqual(self.agent.tool("list_models", MODERN)["resultType"], "complete")
        other = {"_meta": {"io.modelcontextprotocol/protocolVersion": "2099-01-01"}}
        error = self.agent.call("tools/list", other)["error"]
        self.assertEqual([error["code"], error["data"]], [-32022, {"supported": ["2026-07-28"],
                                                                   "requested": "2099-01-01"}])

    def test_tools_are_told(self):
        tools = {tool["name"]: tool for tool in self.agent.call("tools/list")["result"]["tools"]}
        self.assertEqual(set(tools), {"ask_video", "find_moments", "video_info", "list_models"})
        self.assertEqual(tools["ask_video"]["inputSchema"]["required"], ["video", "question"])

    def test_asking(self):
        own = ask_json(SAMPLE, "What colour is the cross?", "--from", 52, "--to", 64, "--fps", 1)
        for video in (str(allowed / "film.mp4"), file_url(allowed / "film.mp4")):
            result = self.agent.tool("ask_video", video=video, question="What colour is the cross?", **NEAR_CROSS)
            self.assertEqual([result["isError"], result["content"][0]["text"]], [False, own["answer"]])
            self.assertEqual(result["structuredContent"]["frame_times_s"], own["frame_times_s"])
            self.assertNotIn(str(allowed), json.dumps(result))

    def test_finding_moments(self):
        result = self.agent.tool("find_moments", video=str(allowed / "film.mp4"), question="When is the cross shown?",
                                 **NEAR_CROSS)
        moments = result["structuredContent"]["evidence"]["moments"]
        self.assertTrue(all(52 <= moment["from_s"] <= moment["to_s"] <= 64 for moment in moments), moments)
        self.assertIn("0:5", result["content"][0]["text"].split("not proof")[1])

    def test_what_a_video_is(self):
        result = self.agent.tool("video_info", video=str(allowed / "film.mp4"))
        self.assertAlmostEqual(result["structuredContent"]["duration_s"], 600, delta=1)

    def test_models(self):
        result = self.agent.tool("list_models")["structuredContent"]
        self.assertEqual(result["answering"], "embedded")
        self.assertTrue(any(model["complete"] for model in result["models"]))

    def test_what_goes_wrong_is_for_the_agent_to_read(self):
        film = str(allowed / "film.mp4")
        for arguments, words in (({"video": str(SAMPLE), "question": "x"}, "allowed"),
                                 ({"video": "/etc/passwd", "question": "x"}, "allowed"),
                                 ({"video": film + "/../../film.mp4", "question": "x"}, "allowed"),
                                 ({"video": "http://127.0.0.1/a.mp4", "question": "x"}, "nothing is fetched"),
                                 ({"video": "film.mp4", "question": "x"}, "absolute path"),
                                 ({"video": film}, "question must be"), ({"video": film, "question": 5}, "must be a text"),
                                 ({"video": film, "question": "x", "fps": -1}, "fps"),
                                 ({"video": film, "question": "x", "from_s": 9, "to_s": 3}, "from_s"),
                                 ({"video": film, "question": "x", "speed": 3}, "knows no argument")):
            with self.subTest(arguments=arguments):
                result = self.agent.tool("ask_video", **arguments)
                self.assertTrue(result["isError"])
                self.assertIn(words, result["content"][0]["text"])

    def test_lines_that_are_no_requests(self):
        for line, code in (("{", -32700), ("[]", -32600), ("5", -32600), ('"x"', -32600), ("[" * 5000, -32700),
                           ('{"jsonrpc":"2.0","id":{},"method":"ping"}', -32600),
                           ('{"jsonrpc":"1.0","id":1,"method":"ping"}', -32600), ('{"jsonrpc":"2.0","id":1}', -32600),
                           ('{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}', -32602), ("x" * (3 << 20), -32700),
                           ('{"jsonrpc":"2.0","id":1,"method":"resources/list"}', -32601),
                           ('{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"rm"}}', -32602)):
            with self.subTest(line=line[:60]):
                self.agent.say(line)
                self.assertEqual(self.agent.hear()["error"]["code"], code)
        self.agent.say("")
        self.agent.say({"jsonrpc": "2.0", "method": "notifications/unknown"})
        self.assertEqual(self.agent.call("ping")["result"], {})

    def test_a_long_call_tells_how_far_it_is_and_can_be_stopped(self):
        wanted = self.agent.begin("tools/call", {"name": "ask_video", "_meta": {"progressToken": "p"}, "arguments": {
            "video": str(allowed / "film.mp4"), "question": "What is shown?"}})
        told = self.agent.hear()
        self.assertEqual([told["method"], told["params"]["progressToken"]], ["notifications/progress", "p"])
        self.assertLessEqual(told["params"]["progress"], told["params"]["total"])
        self.agent.say({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": wanted}})
        pinged = self.agent.begin("ping")
        heard = []
        while not heard or heard[-1].get("id") != pinged:
            heard.append(self.agent.hear())
        self.assertNotIn(wanted, [line.get("id") for line in heard])
        result = self.agent.tool("ask_video", video=str(allowed / "film.mp4"), question="What colour is the cross?",
                                 **NEAR_CROSS)
        self.assertIn("orange", result["content"][0]["text"])

    def test_it_ends_with_its_input_also_while_it_works(self):
        self.agent.begin("tools/call", {"name": "ask_video", "_meta": {"progressToken": "p"}, "arguments": {
            "video": str(allowed / "film.mp4"), "question": "What is shown?"}})
        self.agent.hear()  # it works; tearDown closes


if __name__ == "__main__":
    unittest.main()
