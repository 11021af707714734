#!/usr/bin/env python3
"""Models fetched from an imitation of the hub: whole and verified, or clearly not there."""
import fcntl
import hashlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import threading
import unittest

import support
from hub_imitation import COMMIT, Hub, git_blob
from server_support import eventually
from support import run

NAME, FOLDER = "Someone/Tiny-VL", "models--Someone--Tiny-VL"
WEIGHTS = "model.safetensors"


def setUpModule():
    support.fresh_work_folder()


class PullTest(unittest.TestCase):
    def setUp(self):
        self.hub = Hub()
        self.cache = support.WORK / "hub"
        shutil.rmtree(self.cache, ignore_errors=True)
        self.files = {file.name: file.read_bytes() for file in support.tiny_model().iterdir()}
        self.hub.models[NAME] = {"files": {**self.files, "README.md": b"# Tiny", "pytorch_model.bin": b"x" * 999,
                                            "model.fp32-00001-of-00001.safetensors": b"y" * 999}}
        self.env = {"HF_ENDPOINT": self.hub.url, "HF_HUB_CACHE": str(self.cache), "HF_TOKEN": "hf_good",
                    "HOME": str(support.WORK / "home"), "HF_HUB_OFFLINE": "0"}

    def tearDown(self):
        self.hub.close()

    def pull(self, *arguments, **env):
        return run("pull", NAME, *arguments, env={**self.env, **env})

    def snapshots(self):
        folder = self.cache / FOLDER / "snapshots"
        return sorted(folder.iterdir()) if folder.exists() else []

    def is_listed(self):
        _, out, _ = run("models", "--json", env=self.env)
        return NAME in [entry["name"] for entry in json.loads(out) if entry["complete"]]

    def is_not_there(self):
        self.assertEqual(self.snapshots(), [])
        self.assertFalse((self.cache / FOLDER / "refs" / "main").exists())

    def is_whole(self):
        for name, data in self.files.items():
            link = self.cache / FOLDER / "snapshots" / COMMIT / name
            self.assertEqual(link.read_bytes(), data)
            digest = hashlib.sha256(data).hexdigest() if Hub.is_large(name) else git_blob(data)
            self.assertEqual(os.readlink(link), f"../../blobs/{digest}")
        self.assertEqual((self.cache / FOLDER / "refs" / "main").read_text(), COMMIT)
        self.assertEqual([blob.name for blob in (self.cache / FOLDER / "blobs").iterdir()
                          if blob.name.endswith(".incomplete")], [])

    def test_a_model_is_fetched_into_the_hubs_layout(self):
        code, out, err = self.pull()
        self.assertEqual(code, 0, err)
        self.assertEqual(out.strip(), str(self.cache / FOLDER / "snapshots" / COMMIT))
        self.assertIn("licence: mit", err)
        self.is_whole()
        self.assertTrue(self.is_listed())
        self.assertFalse((self.snapshots()[0] / "pytorch_model.bin").exists())
        # The same weights in another number type, which nothing reads beside the usual ones.
        self.assertFalse((self.snapshots()[0] / "model.fp32-00001-of-00001.safetensors").exists())
        before = len(self.hub.requests)
        self.assertEqual(self.pull()[0], 0)  # nothing is missing: the listing alone is asked for
        self.assertEqual(len(self.hub.requests), before + 1)

    def test_a_speech_model_is_fetched_too(self):
        config = json.loads(self.files["config.json"])
        config["model_type"] = "whisper"
        self.hub.models[NAME]["files"]["config.json"] = json.dumps(config).encode()
        code, _, err = self.pull()
        self.assertEqual(code, 0, err)
        config["model_type"] = "bert"
        self.hub.models[NAME]["files"]["config.json"] = json.dumps(config).encode()
        shutil.rmtree(self.cache)
        code, _, err = self.pull()
        self.assertEqual(code, 4, err)
        self.assertIn("cannot be run", err)

    def test_the_token_goes_to_the_hub_alone(self):
        self.assertEqual(self.pull()[0], 0)
        hosts = {True: set(), False: set()}
        for host, path, token, _ in self.hub.requests:
            hosts[path.startswith("/store/")].add((host, token))
        self.assertEqual(hosts, {False: {(self.hub.url[7:], "Bearer hf_good")}, True: {(self.hub.store[7:], None)}})

    def test_twenty_cuts(self):
        cuts, seen = [], []
        size = len(self.files[WEIGHTS])

        def fault(name, start):
            seen.extend(self.snapshots())
            if len(name) == 64 and len(cuts) < 20:
                cuts.append(start)
                return "cut", size // 25
        self.hub.fault = fault
        code, _, err = self.pull()
        self.assertEqual(code, 0, err)
        self.assertEqual([len(cuts), seen], [20, []])
        self.assertEqual(cuts, sorted(set(cuts)))  # each goes on where the one before ended
        self.is_whole()

    def test_a_hub_that_sends_nothing_is_given_up(self):
        self.hub.fault = lambda name, start: ("cut", 0) if len(name) == 64 else None
        code, _, err = self.pull()
        self.assertEqual(code, 4)
        self.assertIn("127.0.0.1", err)
        self.is_not_there()

    def test_a_stop_and_a_kill_leave_what_came_for_the_next_time(self):
        for stop, code in ((signal.SIGINT, 130), (signal.SIGKILL, -9)):
            with self.subTest(stop=stop):
                shutil.rmtree(self.cache, ignore_errors=True)
                never = threading.Event()
                self.hub.fault = lambda name, start: ("slow", never) if len(name) == 64 else None
                process = subprocess.Popen([str(support.PROGRAM), "pull", NAME, "--quiet"],
                                           env=support.environment(self.env), stderr=subprocess.DEVNULL)
                part = (self.cache / FOLDER / "blobs" /
                        (hashlib.sha256(self.files[WEIGHTS]).hexdigest() + ".incomplete"))
                eventually(lambda: part.exists() and part.stat().st_size >= len(self.files[WEIGHTS]) // 2)
                process.send_signal(stop)
                self.assertEqual(process.wait(timeout=120), code)
                never.set()
                self.is_not_there()
                self.assertFalse(self.is_listed())
                had = part.stat().st_size
                self.hub.fault = lambda name, start: None
                code, _, err = self.pull()
                self.assertEqual(code, 0, err)
                self.assertIn(f"bytes={had}-", [asked for *_, asked in self.hub.requests])
                self.is_whole()

    def test_wrong_content_is_thrown_away(self):
        for kind, words in (("wrong", "is not what the hub says"), ("long", "more came of")):
            for name in (WEIGHTS,) if kind == "long" else (WEIGHTS, "config.json"):
                with self.subTest(kind=kind, name=name):
                    shutil.rmtree(self.cache, ignore_errors=True)
                    self.hub.fault = lambda file, start: ((kind, None) if (len(file) == 64) == Hub.is_large(name)
                                                          and file in (name, hashlib.sha256(
                                                              self.files[name]).hexdigest()) else None)
                    code, _, err = self.pull()
                    self.assertEqual(code, 4, err)
                    self.assertIn(words, err)
                    self.is_not_there()
        self.hub.fault = lambda file, start: None
        self.assertEqual(self.pull()[0], 0)
        self.is_whole()

    def test_a_part_of_something_else_is_found_out(self):
        blobs = self.cache / FOLDER / "blobs"
        blobs.mkdir(parents=True)
        digest = hashlib.sha256(self.files[WEIGHTS]).hexdigest()
        (blobs / (digest + ".incomplete")).write_bytes(b"not its beginning")
        self.assertEqual(self.pull()[0], 4)
        self.is_not_there()
        self.assertEqual(self.pull()[0], 0)
        self.is_whole()

    def test_a_server_without_ranges_begins_again(self):
        first = []

        def fault(name, start):
            if len(name) == 64:
                first.append(start)
                return ("cut", 5000) if len(first) == 1 else ("no ranges", None)
        self.hub.fault = fault
        self.assertEqual(self.pull()[0], 0)
        self.is_whole()

    def test_the_disk_is_asked_first(self):
        def listing(told):
            for file in told["siblings"]:
                if file["rfilename"] == WEIGHTS:
                    file["size"] = 1 << 41
        self.hub.listing = listing
        code, _, err = self.pull()
        self.assertEqual(code, 5)
        self.assertIn("GiB free", err)
        self.assertEqual(len(self.hub.requests), 1)

    def test_a_disk_that_fills_up_meanwhile(self):
        disk = support.WORK / "disk"
        disk.mkdir(exist_ok=True)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300m", "tmpfs", str(disk)], capture_output=True)
        if mounted.returncode != 0:
            self.skipTest("only root can make a small disk: " + mounted.stderr.decode().strip())
        self.addCleanup(subprocess.run, ["umount", str(disk)])
        self.cache = disk / "hub"
        self.env["HF_HUB_CACHE"] = str(self.cache)

        def fault(name, start):
            if len(name) == 64 and not (disk / "others").exists():
                with open(disk / "others", "wb") as others:
                    try:
                        while True:
                            others.write(bytes(1 << 16))
                            others.flush()
                    except OSError:
                        pass
        self.hub.fault = fault
        code, _, err = self.pull()
        self.assertEqual(code, 5, err)
        self.assertIn("free some room", err)
        self.is_not_there()
        (disk / "others").unlink()
        self.hub.fault = lambda name, start: None
        self.assertEqual(self.pull()[0], 0)
        self.is_whole()

    def test_who_may_not_is_told_why(self):
        self.hub.models[NAME]["gated"] = True
        code, _, err = self.pull(HF_TOKEN="")
        self.assertEqual(code, 4)
        self.assertIn(f"agree at {self.hub.url}/{NAME}", err)
        self.assertEqual(self.pull()[0], 0)
        for arguments, words in ((("Someone/Missing",), "there is no Someone/Missing"),
                                 ((NAME, "--revision", "v9"), "no revision v9")):
            code, _, err = run("pull", *arguments, env=self.env)
            self.assertEqual(code, 4)
            self.assertIn(words, err)
        before = len(self.hub.requests)
        for arguments, env in ((("noslash",), {}), (("a/..",), {}),
                               (("a/b", "--revision", "../x"), {}),
                               ((NAME,), {"HF_HUB_OFFLINE": "1"}), ((NAME,), {"HF_TOKEN": "a\nb"})):
            with self.subTest(arguments=arguments):
                self.assertEqual(run("pull", *arguments, env={**self.env, **env})[0], 2)
        self.assertEqual(len(self.hub.requests), before)
        code, _, err = self.pull(HF_ENDPOINT="http://127.0.0.1:9")
        self.assertEqual(code, 4)
        self.assertIn("127.0.0.1:9 cannot be reached", err)

    def test_a_hostile_listing_is_refused(self):
        def change(file, **values):
            def listing(told):
                for each in told["siblings"]:
                    if each["rfilename"] == file:
                        each.update(values)
            return listing
        for listing in (change("config.json", rfilename="../../../config.json"),
                        change("config.json", rfilename="/tmp/config.json"),
                        change("config.json", blobId="../../x"), change("config.json", size=-1),
                        lambda told: told.update(sha="../../../x"), lambda told: told.clear()):
            self.hub.listing = listing
            code, _, err = self.pull()
            self.assertEqual(code, 4, err)
            self.assertIn("makes no sense", err)
        self.assertFalse(self.cache.exists())

    def test_what_cannot_be_run_is_said_before_its_weights_come(self):
        config = json.loads(self.files["config.json"])
        config["model_type"] = "llama"
        self.hub.models[NAME]["files"]["config.json"] = json.dumps(config).encode()
        code, _, err = self.pull()
        self.assertEqual(code, 4)
        self.assertIn("'llama'", err)
        self.assertFalse(any(path.startswith("/store/") for _, path, *_ in self.hub.requests))
        self.is_not_there()
        self.assertEqual(self.pull("--anyway")[0], 0)

    def test_a_repository_in_gguf_needs_a_choice(self):
        self.hub.models[NAME]["files"] = {"a-Q4_K_M.gguf": b"GGUF" * 900, "a-Q8_0.gguf": b"GGUF" * 2000,
                                          "mmproj-f16.gguf": b"GGUF" * 10, "mmproj-bf16.gguf": b"GGUF" * 9}
        code, _, err = self.pull()
        self.assertEqual(code, 2)
        self.assertIn("a-Q4_K_M.gguf", err)
        self.assertEqual(self.pull("--file", "a-Q4_K_M.gguf")[0], 0)
        self.assertEqual(sorted(file.name for file in self.snapshots()[0].iterdir()), ["a-Q4_K_M.gguf",
                                                                                       "mmproj-f16.gguf"])

    def test_another_program_that_fetches_is_not_disturbed(self):
        digest = hashlib.sha256(self.files[WEIGHTS]).hexdigest()
        lock = self.cache / ".locks" / FOLDER / (digest + ".lock")
        lock.parent.mkdir(parents=True)
        with open(lock, "w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            code, _, err = self.pull()
            self.assertEqual(code, 4)
            self.assertIn("another program is fetching", err)
        self.assertEqual(self.pull()[0], 0)

    def test_a_snapshot_that_another_tool_began_is_completed(self):
        begun = self.cache / FOLDER / "snapshots" / COMMIT
        begun.mkdir(parents=True)
        (begun / "notes.txt").write_text("theirs")
        self.assertEqual(self.pull()[0], 0)
        self.is_whole()
        self.assertEqual((begun / "notes.txt").read_text(), "theirs")

    def test_the_list_and_the_plan(self):
        code, out, _ = run("pull", "--list", "--json", env=self.env)
        self.assertEqual([code, self.hub.requests], [0, []])
        models = json.loads(out)
        self.assertEqual([model["name"] for model in models if model["hears"]],
                         ["openai/whisper-base", "openai/whisper-large-v3-turbo"])
        for model in models:
            if model["hears"]:  # makes subtitles, reads no video
                self.assertEqual(model["needs"], [])
                continue
            needs = [need["bytes"] for need in model["needs"]]
            self.assertEqual(needs, sorted(needs))
            self.assertGreater(needs[0], model["bytes"])
        code, out, _ = self.pull("--plan")
        self.assertEqual(code, 0)
        self.assertIn("missing", out)
        self.assertFalse(self.cache.exists())


if __name__ == "__main__":
    unittest.main()
