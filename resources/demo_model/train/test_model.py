"""The training implementation against Hugging Face's Qwen2VLForConditionalGeneration.

Run: python -m unittest test_model (needs torch, transformers, sentencepiece; about 20 s).
"""

from __future__ import annotations

import json
import tempfile
import unittest
from pathlib import Path

import numpy as np
import torch
from transformers import Qwen2VLForConditionalGeneration

import paths
from answer import Answerer
from checkpoint import load_weights, save_weights
from export import files
from layout import IM_END, Encoder
from model import DemoModel
from questions import Asker
from render import Assets, Renderer
from scenes import Draws, Sampler, Shape
from train import question_mask


def patches(pixels: torch.Tensor) -> torch.Tensor:
    """Normalised pictures [pairs, 2, 3, h, w] as the library's rows [pairs*patches, 1176]."""
    n, _, _, h, w = pixels.shape
    x = pixels.view(n, 2, 3, h // 28, 2, 14, w // 28, 2, 14)
    return x.permute(0, 3, 6, 4, 7, 2, 1, 5, 8).reshape(-1, 1176)


class AgainstHuggingFace(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        torch.manual_seed(5)
        cls.folder = tempfile.TemporaryDirectory()
        folder = Path(cls.folder.name)
        cls.mine = DemoModel().eval()
        with torch.no_grad():
            for p in cls.mine.parameters():
                p.copy_((p + 0.02 * torch.randn_like(p)).bfloat16().float())
        save_weights(cls.mine, folder)
        for name, content in files().items():
            (folder / name).write_text(json.dumps(content))
        cls.library = Qwen2VLForConditionalGeneration.from_pretrained(
            folder, dtype=torch.float32, attn_implementation="eager").eval()
        assets = Assets()
        cls.renderer = Renderer(assets, "cpu")
        cls.sampler = Sampler(3, assets)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    @torch.no_grad()
    def test_logits_agree_for_every_question_of_two_clips(self):
        batch = self.sampler.batch(Shape(5, 84, 140, 2, 4))
        raw = {k: v.numpy() for k, v in batch.items() if torch.is_tensor(v)}
        pixels = self.renderer.draw(batch)
        batch["mask"] = question_mask(batch, torch.float32)
        batch["label_at"] = torch.arange(batch["text_ids"].numel())
        logits = self.mine.logits(self.mine(self.mine.visual(pixels), batch))
        logits = logits.view(*batch["text_ids"].shape, -1)
        compared = 0
        for clip in range(2):
            length = raw["prefix_length"][clip]
            rows = patches(pixels[clip * 5:clip * 5 + 5])
            for c in range(raw["conversation"][clip].max() + 1):
                where = np.flatnonzero(raw["conversation"][clip] == c)
                ids = np.concatenate((raw["prefix_ids"][clip, :length],
                                      raw["text_ids"][clip, where]))
                positions = np.concatenate((raw["prefix_positions"][:, clip, :length],
                                            raw["text_positions"][:, clip, where]), axis=1)
                out = self.library(
                    input_ids=torch.from_numpy(ids)[None],
                    position_ids=torch.from_numpy(positions)[:, None],
                    attention_mask=torch.ones(1, len(ids), dtype=torch.long),
                    pixel_values_videos=rows, video_grid_thw=torch.tensor([[1, 6, 10]] * 5)).logits
                worst = (out[0, length:] - logits[clip, where]).abs().max().item()
                self.assertLess(worst, 1e-3)
                self.assertGreater(out.std().item(), 0.1)
                compared += 1
        self.assertGreaterEqual(compared, 4)

    def test_a_checkpoint_comes_back_bit_for_bit(self):
        other = DemoModel()
        load_weights(other, Path(self.folder.name))
        for (name, a), b in zip(self.mine.named_parameters(), other.parameters()):
            self.assertTrue(torch.equal(a, b), name)


class ShippedModel(unittest.TestCase):
    @torch.no_grad()
    def test_the_library_gives_the_same_greedy_answers(self):
        assets = Assets()
        sampler = Sampler(77, assets)
        batch = sampler.batch(Shape(4, 112, 168, 1, 1))
        renderer = Renderer(assets, "cpu")
        pixels = renderer.draw(batch).view(-1, 3, 112, 168)
        pictures = ((pixels * renderer.std + renderer.mean) * 255).round().byte()
        answerer = Answerer()
        answerer.watch(pictures, 1.0)
        library = Qwen2VLForConditionalGeneration.from_pretrained(
            paths.MODEL_DIR, dtype=torch.float32, attn_implementation="eager").eval()
        layout = answerer.layout
        ids, positions, at = layout.prefix(["0:00", "0:02", "0:04", "0:06"], 4, 6)
        mean, std = renderer.mean.view(3, 1, 1), renderer.std.view(3, 1, 1)
        rows = patches(((pictures.float() / 255 - mean) / std).view(-1, 2, 3, 112, 168))
        for question in ("List the events with their times.", "What colour is the circle?",
                         "How many shapes appear?"):
            expected = answerer.ask(question)
            self.assertGreater(len(expected), 5)
            tokens = list(ids) + layout.encoder.encode(question) + layout.ask
            start = len(tokens)
            while tokens[-1] != IM_END or len(tokens) == start:
                extra = np.arange(at, at + len(tokens) - len(ids))
                where = np.concatenate((positions, np.tile(extra, (3, 1))), axis=1)
                out = library(
                    input_ids=torch.tensor([tokens]), position_ids=torch.from_numpy(where)[:, None],
                    attention_mask=torch.ones(1, len(tokens), dtype=torch.long),
                    pixel_values_videos=rows, video_grid_thw=torch.tensor([[1, 8, 12]] * 4))
                tokens.append(int(out.logits[0, -1].argmax()))
                self.assertLess(len(tokens) - start, 80)
            self.assertEqual(layout.encoder.decode(tokens[start:-1]), expected)


class Tokens(unittest.TestCase):
    def test_words_encode_as_whole_texts_do(self):
        assets = Assets()
        sampler = Sampler(4, assets)
        encoder: Encoder = sampler.layout.encoder
        seen = 0
        for _ in range(60):
            clip = sampler.clip(Shape(16, 112, 112, 1, 6, speech_share=0.5), 0, Draws())
            asker = Asker(clip.events, sampler.rng)
            for line in (line for lines in clip.spoken for line in lines):
                self.assertEqual(encoder.encode(line), encoder.processor.encode(line))
            for task in ("colour", "when", "card", "letter", "list", "order"):
                for turn in asker.ask(task) or []:
                    for text in (turn.question, turn.plain_answer):
                        whole = encoder.processor.encode(text)
                        self.assertEqual(encoder.encode(text), whole)
                        self.assertEqual(encoder.decode(whole), text)
                        seen += 1
        self.assertGreater(seen, 200)

    def test_control_symbols_are_not_made_from_text(self):
        encoder = Encoder()
        self.assertTrue(all(i > 8 for i in encoder.encode("<|im_end|>\n<|video_pad|>")))


if __name__ == "__main__":
    unittest.main()
