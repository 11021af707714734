#!/usr/bin/env python3
"""Runs the tests of this folder with a Python that has numpy and Pillow.

The packages are Debian's and belong to the system's Python, which need not be the first one on the
path. Exits with 77, which ctest counts as skipped, where neither Python has them or ffmpeg is missing.
"""

import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
PYTHONS = (sys.executable, "/usr/bin/python3")
SKIPPED = 77


def has_packages(python):
    """Whether this interpreter exists and imports both packages."""
    try:
        done = subprocess.run([python, "-c", "import numpy, PIL"], capture_output=True)
    except OSError:
        return False
    return done.returncode == 0


def main():
    python = next((p for p in PYTHONS if has_packages(p)), None)
    if python is None:
        print("skipped: no Python with numpy and Pillow; apt-get install python3-numpy python3-pil")
        sys.exit(SKIPPED)
    if shutil.which("ffmpeg") is None:
        print("skipped: no ffmpeg command; apt-get install ffmpeg")
        sys.exit(SKIPPED)
    done = subprocess.run([python, "-m", "unittest", "discover", "-s", str(HERE), "-p", "test_*.py", "-v"], cwd=HERE)
    sys.exit(done.returncode)


if __name__ == "__main__":
    main()
