#!/usr/bin/env python3
"""What a card needs, fetched from an imitation of the index: whole and verified, or clearly not there."""
import hashlib
import io
import json
import pathlib
import random
import re
import shutil
import signal
import subprocess
import threading
import unittest
import zipfile

import support
from hub_imitation import Hub
from server_support import eventually
from support import run

BOOTSTRAP = pathlib.Path(__file__).resolve().parents[2] / "installer" / "bootstrap.sh"
NOISE = random.Random(25).randbytes(2_500_000)
LIBRARIES = {"torch": {"torch/lib/libtorch_cuda.so": NOISE, "torch/lib/libc10_cuda.so": bytes(3_000_000)},
             "nvidia-cublas": {"nvidia/cu13/lib/libcublas.so.13": b"cublas" * 1000}}
OTHERS = {"torch": {"torch/lib/libtorch_cpu.so": b"the program brings it", "torch/__init__.py": b""},
          "nvidia-cublas": {"nvidia/cu13/include/cublas.h": b"not needed"}}


def wheel_of(members, how=zipfile.ZIP_DEFLATED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", how) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()


def setUpModule():
    support.fresh_work_folder()


class GpuTest(unittest.TestCase):
    def setUp(self):
        self.hub = Hub()
        self.data = support.WORK / "data"
        shutil.rmtree(self.data, ignore_errors=True)
        self.folder = self.data / "reelquery" / "gpu" / f"torch-{self.torch_version()}"
        # Members are deflated in one wheel and stored in the other.
        self.wheels = {name: wheel_of({**OTHERS[name], **LIBRARIES[name]}, how)
                       for name, how in zip(LIBRARIES, (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED))}
        self.list = self.write_list(self.wheels)
        self.env = {"REELQUERY_WHEELS": self.hub.store + "/store/", "XDG_DATA_HOME": str(self.data)}

    def tearDown(self):
        self.hub.close()

    @staticmethod
    def torch_version():
        return re.search(r"install_wheel torch (\S+) ", BOOTSTRAP.read_text()).group(1)

    def write_list(self, wheels, unpacked=None):
        self.hub.models["wheels"] = {"files": wheels}
        digests = {name: hashlib.sha256(data).hexdigest() for name, data in wheels.items()}
        file = support.WORK / "wheels.json"
        file.write_text(json.dumps([{"name": name, "version": "1", "path": digests[name], "sha256": digests[name],
                                     "bytes": len(data), "unpacked": unpacked or len(data)}
                                    for name, data in wheels.items()]))
        return file

    def setup(self, *arguments):
        return run("gpu", "setup", "--list", self.list, *arguments, env=self.env)

    def is_whole(self):
        for members in LIBRARIES.values():
            for name, data in members.items():
                self.assertEqual((self.folder / name).read_bytes(), data)
        for members in OTHERS.values():
            for name in members:
                self.assertFalse((self.folder / name).exists(), name)
        self.assertTrue((self.folder / "complete").exists())
        self.assertFalse((self.folder / ".fetch").exists())

    def is_not_there(self):
        self.assertFalse((self.folder / "complete").exists())

    def test_a_dry_run_says_what_would_come_and_asks_nobody(self):
        code, out, err = self.setup("--dry-run", "--json")
        self.assertEqual(code, 0, err)
        told = json.loads(out)
        self.assertEqual([one["name"] for one in told["missing"]], list(LIBRARIES))
        self.assertEqual(told["missing_bytes"], sum(map(len, self.wheels.values())))
        self.assertTrue(told["fits"])
        self.assertEqual(self.hub.requests, [])
        self.assertFalse(self.data.exists())

    def test_the_libraries_are_taken_out_and_nothing_else(self):
        code, out, err = self.setup()
        self.assertEqual(code, 0, err)
        self.assertEqual(out.strip(), str(self.folder))
        self.is_whole()
        asked = len(self.hub.requests)
        self.assertEqual(self.setup()[0], 0)
        self.assertEqual(len(self.hub.requests), asked)  # all is there: nobody is asked

    def test_cuts_and_kills_lose_nothing(self):
        torch = hashlib.sha256(self.wheels["torch"]).hexdigest()
        never = threading.Event()
        self.hub.fault = lambda name, start: ("slow", never) if name == torch else None
        process = subprocess.Popen([str(support.PROGRAM), "gpu", "setup", "--list", str(self.list), "--quiet"],
                                   env=support.environment(self.env), stderr=subprocess.DEVNULL)
        part = self.folder / ".fetch" / "torch-1.whl"
        eventually(lambda: part.exists() and part.stat().st_size >= len(self.wheels["torch"]) // 2)
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=60)
        never.set()
        had = part.stat().st_size
        self.is_not_there()
        cuts = []

        def cut(name, start):
            if len(cuts) < 3:
                cuts.append(start)
                return "cut", 100_000
        self.hub.fault = cut
        code, _, err = self.setup()
        self.assertEqual(code, 0, err)
        self.assertEqual(cuts[0], had)
        self.assertEqual(cuts, sorted(set(cuts)))  # each goes on where the one before ended
        self.is_whole()

    def test_other_content_is_thrown_away(self):
        self.hub.fault = lambda name, start: ("wrong", None)
        code, _, err = self.setup()
        self.assertEqual(code, 4, err)
        self.assertIn("is not what this program says it is", err)
        self.is_not_there()
        self.assertFalse((self.folder / "torch").exists())  # nothing is unpacked before it is verified
        self.hub.fault = lambda name, start: None
        self.assertEqual(self.setup()[0], 0)
        self.is_whole()

    def test_a_wheel_that_lists_odd_things_writes_nowhere_else(self):
        outside = self.data / "reelquery" / "lib" / "evil.so"
        whole = self.wheels["torch"]
        damaged = bytearray(whole)
        damaged[len(whole) // 2] ^= 1
        for data, words in ((wheel_of({"nvidia/../../../lib/evil.so": b"x"}), "odd name"),
                            (bytes(damaged), "damaged"), (b"no archive", "archive")):
            with self.subTest(words=words):
                shutil.rmtree(self.data, ignore_errors=True)
                self.list = self.write_list({"torch": data})
                code, _, err = self.setup()
                self.assertEqual(code, 4, err)
                self.assertIn(words, err)
                self.assertFalse(outside.exists())
                self.is_not_there()

    def test_without_room_nobody_is_asked(self):
        self.list = self.write_list(self.wheels, unpacked=1 << 50)
        code, _, err = self.setup()
        self.assertEqual(code, 5, err)
        self.assertIn("free some room", err)
        self.assertEqual(self.hub.requests, [])

    def test_the_pinned_wheels_are_those_of_the_build(self):
        """installer/bootstrap.sh builds with the same versions."""
        code, out, err = run("gpu", "setup", "--dry-run", "--json", env={"XDG_DATA_HOME": str(self.data)})
        self.assertEqual(code, 0, err)
        told = json.loads(out)
        pins = {one["name"]: one["version"] for one in told["missing"]}
        listed = re.search(r"gpu_wheels=\(([^)]*)\)", BOOTSTRAP.read_text()).group(1).split()
        self.assertEqual(pins, {"torch": self.torch_version(), **dict(one.split("==") for one in listed)})
        self.assertEqual(told["folder"], str(self.folder))
        for one in told["missing"]:
            self.assertRegex(one["sha256"], "^[0-9a-f]{64}$")
            self.assertRegex(one["url"], "^https://files.pythonhosted.org/packages/[0-9a-f/]+/[\\w.+-]+\\.whl$")


if __name__ == "__main__":
    unittest.main()
