"""Where things are; importing it makes the shared modules of tests/longvid_synth importable."""

from __future__ import annotations

import sys
from pathlib import Path

TRAIN_DIR = Path(__file__).resolve().parent
MODEL_DIR = TRAIN_DIR.parent
ROOT = MODEL_DIR.parent.parent
SUITE_DIR = ROOT / "tests" / "longvid_synth"
# Generated inputs of the training (backgrounds); ignored by git, made by make_assets.py.
ASSETS_DIR = ROOT / "build" / "demo_assets"

sys.path.insert(0, str(SUITE_DIR))
