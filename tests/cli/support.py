"""What the command-line tests share: running the program, making clips, a random tiny model."""
import json
import os
import pathlib
import shutil
import subprocess
import sys

PROGRAM = pathlib.Path(os.environ["REELQUERY"])  # build/<preset>/bin/reelquery
WORK = pathlib.Path(os.environ["REELQUERY_TEST_DIR"])  # below the build folder; emptied by setUpModule


CACHE = WORK / "cache"  # instead of the user's own


def environment(extra=None):
    return {**os.environ, "XDG_CACHE_HOME": str(CACHE), "XDG_STATE_HOME": str(WORK / "state"), **(extra or {})}


def on_processor(arguments):
    """The arguments, with --device cpu where the command takes it and they name no device: a card in the machine
    changes no test. (calibrate runs on the processor anyway.)"""
    words = [str(argument) for argument in arguments]
    takes_device = words[:1] in (["ask"], ["compare"], ["eval"]) or words[:2] == ["bench", "report"]
    return words if not takes_device or "--device" in words else words + ["--device", "cpu"]


def run(*arguments, timeout=120, env=None):
    """Runs the program without a terminal. Returns (exit code, stdout, stderr) as text."""
    done = subprocess.run([str(PROGRAM), *on_processor(arguments)], capture_output=True, timeout=timeout,
                          env=environment(env))
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def ask_json(*arguments, **options):
    """Runs ask --json and returns the parsed object; the exit code must be 0."""
    code, out, err = run("ask", *arguments, "--json", **options)
    assert code == 0, f"exit {code}: {err}"
    return json.loads(out)


def ffmpeg(*arguments):
    subprocess.run(["ffmpeg", "-hide_banner", "-loglevel", "error", "-y", *map(str, arguments)], check=True)


def make_clip(name, *encoding, seconds=3, size="320x240", rate=10, source="testsrc2"):
    """A drawn clip in WORK; `encoding` are ffmpeg's output options."""
    path = WORK / name
    ffmpeg("-f", "lavfi", "-i", f"{source}=size={size}:rate={rate}:duration={seconds}", *encoding, path)
    return path


def tiny_model(kind="tiny"):
    """The random tiny checkpoint of a kind, written once per test run."""
    folder = WORK / f"{kind}-model"
    if not folder.exists():
        code, _, err = run("random-model", "--like", kind, folder)
        assert code == 0, err
    return folder


def fresh_work_folder():
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)


def need(command):
    if shutil.which(command) is None:
        sys.exit(f"the '{command}' command is needed to make test clips: apt-get install {command}")
