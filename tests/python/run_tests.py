#!/usr/bin/env python3
"""Runs the tests of kernels/python with a Python that has torch: that of REELQUERY_PYTHON, else the one on the path.

usage: run_tests.py LIBRARIES      the folder of libreelquery_cpu.so
The package is taken from the checkout. A Python that REELQUERY_PYTHON names also runs the adapters' tests, as far as
it has transformers, diffusers and vLLM (which take a while to import). Exits with 77, which ctest counts as skipped,
where no Python has torch.
"""

import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
SKIPPED = 77


def has_torch(python):
    try:
        return subprocess.run([python, "-c", "import torch"], capture_output=True).returncode == 0
    except OSError:
        return False


def adapters(python):
    """The tests of the adapters whose packages this Python has; says which are left out."""
    code = "import importlib.util as u, sys; print(*[n for n in sys.argv[1:] if u.find_spec(n)])"
    names = ("transformers", "diffusers", "vllm")
    has = subprocess.run([python, "-c", code, *names], capture_output=True, text=True, check=True).stdout.split()
    for name in names:
        if name not in has:
            print(f"skipped: {python} has no {name}", flush=True)
    return [f"test_{name}" for name in has]


def main():
    named = os.environ.get("REELQUERY_PYTHON")
    pythons = [named] if named else [sys.executable, shutil.which("python3") or "/usr/bin/python3"]
    python = next((p for p in pythons if has_torch(p)), None)
    if python is None:
        print(f"skipped: no torch in {' or '.join(dict.fromkeys(pythons))}; REELQUERY_PYTHON names a Python that has it")
        sys.exit(SKIPPED)
    env = {
        **os.environ,
        "REELQUERY_XATTENTION_LIBRARIES": os.path.abspath(sys.argv[1]),
        "PYTHONPATH": os.pathsep.join([str(HERE.parents[1] / "kernels/python"), str(HERE)]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "HF_HUB_OFFLINE": "1",
    }
    modules = ["test_attention", "test_paged"] + (adapters(python) if named else [])
    sys.exit(subprocess.run([python, "-m", "unittest", "-v", *modules], cwd=HERE, env=env).returncode)


if __name__ == "__main__":
    main()
