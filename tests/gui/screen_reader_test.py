#!/usr/bin/env python3
"""The window as a screen reader drives it: by names alone, over AT-SPI, on a virtual screen.

Usage: screen_reader_test.py REELQUERY VIDEO. Starts a session bus, the accessibility bus and Xvfb for itself; exits
with 77 where these or python3-pyatspi are missing. Opens the video, asks, hears the answer's text, finds it again by a
word, compares and hears both answers, and stops another question.
"""
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

PATIENCE_S = 90
NEEDED = ["dbus-run-session", "Xvfb"]
LAUNCHER = "/usr/libexec/at-spi-bus-launcher"


def skip(why):
    print("skipped:", why)
    sys.exit(77)


def start_again_on_a_bus():
    for program in NEEDED:
        if not shutil.which(program):
            skip(f"{program} is missing")
    if not os.path.exists(LAUNCHER):
        skip("at-spi2-core is missing")
    sys.exit(subprocess.run(["dbus-run-session", "--", sys.executable, *sys.argv],
                            env={**os.environ, "REELQUERY_OWN_BUS": "1"}).returncode)


class Reader:
    """What a person hears and says: finds things by role and name, and waits for them."""

    def __init__(self, pyatspi, program):
        from gi.repository import GLib
        self.pyatspi = pyatspi
        self.program = program
        self.context = GLib.MainContext.default()
        self.announced = []  # what the program said of its own accord
        pyatspi.Registry.registerEventListener(lambda event: self.announced.append(str(event.any_data)),
                                               "object:announcement")

    def eventually(self, what, look):
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            while self.context.pending():
                self.context.iteration(False)
            try:
                found = look()
            except Exception:  # a widget that went while it was asked about itself
                found = None
            if found:
                return found
            if self.program.poll() is not None:
                sys.exit(f"the program ended with {self.program.returncode} before {what}")
            time.sleep(0.1)
        sys.exit(f"never heard: {what}\n" + "\n".join(self.told()))

    def window(self):
        for app in self.pyatspi.Registry.getDesktop(0):
            if app and "reelquery" in (app.name or "").lower():
                return app
        return None

    def all(self):
        app = self.window()
        found, queue = [], [app] if app else []
        while queue:
            one = queue.pop(0)
            if one is None:
                continue
            found.append(one)
            queue.extend(one)
        return found

    def told(self):
        many = ("menu item", "list item")
        return [f"{one.getRoleName()}: {one.name}" for one in self.all() if one.name and one.getRoleName() not in many]

    def find(self, name, roles, within=None):
        """What is shown of that name and one of those roles; within: the name of the dialog it must be in."""
        def inside(one):
            while one is not None and one.getRoleName() not in ("dialog", "file chooser"):
                one = one.parent
            return one is not None and one.name == within

        def look():
            for one in self.all():
                if (one.name or "").replace("&", "") == name and one.getRoleName() in roles:
                    if one.getState().contains(self.pyatspi.STATE_SHOWING) and (within is None or inside(one)):
                        return one
            return None
        return self.eventually(f"{roles[0]} '{name}'", look)

    def press(self, name, within=None):
        button = self.find(name, ["push button", "button", "menu item", "toggle button", "check box"], within)
        self.eventually(f"'{name}' to be usable",
                        lambda: button.getState().contains(self.pyatspi.STATE_ENABLED))
        action = button.queryAction()
        names = [action.getName(i).lower() for i in range(action.nActions)]
        action.doAction(next((i for i, each in enumerate(names) if each in ("press", "click", "toggle")), 0))

    def choose(self, name):
        """A command of a menu, which need not be open for it."""
        def look():
            return next((one for one in self.all()
                         if one.getRoleName() == "menu item" and (one.name or "").replace("&", "") == name), None)
        self.eventually(f"menu item '{name}'", look).queryAction().doAction(0)

    def write(self, name, text, within=None):
        box = self.find(name, ["text", "entry"], within)
        box.queryEditableText().setTextContents(text)

    def texts(self, name):
        """Of everything of that name, what is written in it."""
        said = []
        for one in self.all():
            if one.name != name:
                continue
            try:
                text = one.queryText()
            except NotImplementedError:  # only a name, as the figures of the ledger
                continue
            said.append(text.getText(0, text.characterCount))
        return said


def drive(reader, video):
    reader.press("Open video…")
    reader.write("File name:", video, within="Open video")
    reader.press("Open", within="Open video")
    reader.eventually("the video's length", lambda: any("10:00" in each for each in reader.told()))
    print("opened")

    reader.write("Your question", "What colour is the cross?")
    reader.press("Ask")
    heard = reader.eventually("the answer", lambda: [t for t in reader.texts("Answer") if "orange" in t])
    print("asked, heard:", heard[0])
    reader.find("Ask", ["push button", "button"])
    reader.eventually("the answer, unasked", lambda: any("orange" in each for each in reader.announced))
    print("announced:", reader.announced)
    reader.find("What colour is the cross?", ["label"])  # a question is heard by its words

    reader.choose("Find in this film…")
    reader.write("Find in this film", "cross")
    found = reader.eventually("what was found, unasked",
                              lambda: [each for each in reader.announced if "place" in each and "cross" in each])
    print("found, heard:", found[-1])

    reader.write("Your question", "What colour is the star?")
    reader.press("Compare")
    both = reader.eventually("both answers", lambda: compared(reader))
    print("compared, heard:", both)
    reader.find("Ask", ["push button", "button"])

    before = len(reader.announced)
    reader.write("Your question", "List what is shown, with times.")
    reader.press("Compare")
    reader.press("Stop")
    reader.find("Ask", ["push button", "button"])
    reader.eventually("that it was stopped", lambda: any("topped" in each for each in reader.announced[before:]))
    print("stopped")


def compared(reader):
    """The dense and the sparse answer where both have been written, else nothing."""
    both = [reader.texts(name) for name in ("Answer: Dense", "Answer: Sparse")]
    return both if all(texts and texts[-1].strip() for texts in both) else None


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    if "REELQUERY_OWN_BUS" not in os.environ:
        start_again_on_a_bus()
    home = pathlib.Path(tempfile.mkdtemp(prefix="reelquery-reader-"))
    display = f":{os.getpid() % 500 + 100}"
    env = {**os.environ, "DISPLAY": display, "HOME": str(home), "XDG_CACHE_HOME": str(home / "cache"),
           "XDG_DATA_HOME": str(home / "data"), "XDG_CONFIG_HOME": str(home / "config"), "XDG_RUNTIME_DIR": str(home),
           "QT_QPA_PLATFORM": "xcb", "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1", "LC_ALL": "C.UTF-8",
           "REELQUERY_NO_SOUND": "1", "REELQUERY_VIDEO": "software"}
    os.environ["DISPLAY"] = display  # pyatspi asks for it, too
    # Each with a group of its own, as the launcher leaves a bus behind, and none with our output, which that would hold.
    def start(*command):
        return subprocess.Popen(command, env=env, start_new_session=True, stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL)

    processes = [start("Xvfb", display, "-screen", "0", "1600x1000x24"), start(LAUNCHER, "--launch-immediately")]
    try:
        time.sleep(1)
        try:
            import pyatspi
        except ImportError:
            skip("python3-pyatspi is missing")
        processes.append(start(sys.argv[1]))
        drive(Reader(pyatspi, processes[-1]), os.path.abspath(sys.argv[2]))
    finally:
        for process in reversed(processes):
            os.killpg(process.pid, signal.SIGTERM)  # Xvfb leaves its lock behind where it is killed
            try:
                process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                pass
            try:
                os.killpg(process.pid, signal.SIGKILL)  # what a launcher left in its group, too
            except ProcessLookupError:
                pass
            process.wait()
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
