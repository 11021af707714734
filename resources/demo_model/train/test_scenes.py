"""What stands beside needles in a clip: things that move, films of cameras, more ways to ask.

Run: python -m unittest test_scenes (needs torch, Pillow, sentencepiece and build/demo_assets; about 20 s).
"""

from __future__ import annotations

import random
import unittest

import numpy as np
import torch

import paths  # noqa: F401  (makes the suite's modules importable)
import wordings
from asks import MORE, more_ways
from movers import SIDES
from questions import Asker
from render import Assets, Renderer
from render_movers import draw_movers
from rows import MOVER
from scenes import Draws, Sampler, Shape

CAMERA = Shape(4, 112, 168, 6, 4, own_share=0.0, camera_share=1.0)


class Moving(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        assets = Assets()
        cls.sampler, cls.renderer = Sampler(9, assets), Renderer(assets, "cpu")

    def test_a_picture_occurs_once_in_what_is_drawn_at_once(self):
        seen = 0
        for _ in range(6):
            batch = self.sampler.batch(CAMERA)
            frames = batch["movers"][:, MOVER["frame"]].view(-1).long()
            self.assertTrue(((frames >= 0) & (frames < 6 * 8)).all())
            self.assertEqual(sum(n for n, _ in batch["mover_parts"]), len(frames))
            for part in frames.split([n for n, _ in batch["mover_parts"]]):
                self.assertEqual(len(part.unique()), len(part))
                seen += len(part)
        self.assertGreater(seen, 100)

    def test_a_square_around_each_holds_all_of_it(self):
        """What is drawn in small squares is what is drawn over whole pictures."""
        rows = np.concatenate([self.sampler.movers.rows(8 * i, 8, 112, 168) for i in range(4)])
        for slot, row in enumerate(rows):  # each on a picture of its own
            row[MOVER["frame"]] = slot
        rows = rows[rows[:, MOVER["side"]][:, 0] < 2]
        self.assertGreater(len(rows), 5)
        for row in rows:
            table = torch.from_numpy(row[None].copy())
            table[:, MOVER["frame"]] = 0
            small, whole = torch.full((1, 3, 112, 168), 0.5), torch.full((1, 3, 112, 168), 0.5)
            draw_movers(self.renderer, small, table, [(1, SIDES[int(row[MOVER["side"]][0])])])
            draw_movers(self.renderer, whole, table, [(1, 0)])
            self.assertLess(float((small - whole).abs().max()), 0.02)

    def test_bare_clips_have_no_needle_and_every_answer_says_so(self):
        for _ in range(12):
            shape = Shape(3, 112, 168, 1, 8, own_share=0.0, camera_share=1.0, bare_share=1.0)
            clip = self.sampler.clip(shape, 0, Draws())
            self.assertEqual(clip.events, [])
            for turns in self.sampler.conversations(clip, shape):
                for turn in turns:
                    if turn.task not in ("unknown", "letter", "said", "said_when"):
                        self.assertRegex(turn.plain_answer, "not shown|^No |^Nothing")


class Asking(unittest.TestCase):
    def test_held_out_wordings_are_not_trained(self):
        for task, ways in wordings.HELD_OUT.items():
            self.assertFalse(set(ways) & set(MORE.get(task, ())), task)

    def test_more_ways_are_used(self):
        asker = more_ways(Asker([], random.Random(1)))
        asked = {asker.ask("unknown")[0].question for _ in range(400)}
        self.assertTrue(asked & set(MORE["unknown"]))
        self.assertTrue(asked & set(wordings.TRAIN["unknown"]))


if __name__ == "__main__":
    unittest.main()
