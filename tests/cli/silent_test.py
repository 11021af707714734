#!/usr/bin/env python3
"""Nothing that was not asked for opens a socket: seen by strace, in all threads and children."""
import re
import shutil
import subprocess
import sys
import unittest

import support
from server_support import SAMPLE, eventually

TRACE = support.WORK / "trace"


def setUpModule():
    support.fresh_work_folder()
    if not shutil.which("strace") or subprocess.run(["strace", "true"], capture_output=True).returncode != 0:
        print("skipped: strace is not there or may not trace here")
        sys.exit(77)


def sockets(*arguments):
    """Lines of the system calls that make or connect sockets."""
    command = ["strace", "-f", "-qq", "-e", "trace=socket,socketpair,connect,bind,listen", "-o", str(TRACE)]
    done = subprocess.run([*command, str(support.PROGRAM), *map(str, arguments)], capture_output=True, timeout=120,
                          env=support.environment())
    assert done.returncode == 0, done.stderr
    return [line for line in TRACE.read_text().splitlines() if re.search(r"\b(socket|connect|bind|listen)\w*\(", line)]


class SilentTest(unittest.TestCase):
    def test_asking_and_looking_open_no_socket(self):
        for arguments in (("ask", SAMPLE, "What colour is the cross?", "--from", 52, "--to", 60, "--fps", 1, "--device",
                           "cpu"), ("models",), ("pull", "--list"), ("cache", "show"),
                          ("ask", SAMPLE, "What?", "--server", "http://192.0.2.1/v1", "--plan")):
            with self.subTest(arguments=arguments):
                self.assertEqual(sockets(*arguments), [])

    def test_the_window_opens_no_socket_of_the_network(self):
        if b"this build has no window" in subprocess.run([str(support.PROGRAM), "--help"], capture_output=True).stdout:
            self.skipTest("this build has no window")
        home = support.WORK / "home"
        home.mkdir(exist_ok=True)
        process = subprocess.Popen(["strace", "-D", "-f", "-qq", "-e", "trace=socket,connect,bind,listen,openat", "-o",
                                    str(TRACE), str(support.PROGRAM), str(SAMPLE)],
                                   env=support.environment({"QT_QPA_PLATFORM": "offscreen", "REELQUERY_NO_SOUND": "1",
                                                            "HOME": str(home), "XDG_DATA_HOME": str(home),
                                                            "XDG_CONFIG_HOME": str(home), "XDG_CACHE_HOME": str(home)}),
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            # Library, keys and settings are there, the film is open, and watching it has loaded the model.
            eventually(lambda: TRACE.exists() and b"model.safetensors" in TRACE.read_bytes(), 60)
        finally:
            process.terminate()
            process.wait(timeout=60)
        trace = TRACE.read_text(errors="replace")
        self.assertIn("AF_UNIX", trace)  # one program at a time: it is no blind trace
        self.assertNotIn("AF_INET", trace)

    def test_what_is_asked_for_is_seen(self):
        """The trace is no blind one: a server that cannot be reached is tried."""
        command = ["strace", "-f", "-qq", "-e", "trace=socket,connect", "-o", str(TRACE)]
        subprocess.run([*command, str(support.PROGRAM), "ask", str(SAMPLE), "What?", "--server", "http://127.0.0.1:9"],
                       capture_output=True, timeout=120, env=support.environment())
        self.assertIn("htons(9)", TRACE.read_text())


if __name__ == "__main__":
    unittest.main()
