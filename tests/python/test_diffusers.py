"""The attention backend "reelquery" of diffusers on a tiny random HunyuanVideo transformer."""

import unittest

import torch

try:
    import diffusers
except ImportError:
    raise unittest.SkipTest("this Python has no diffusers") from None

import reelquery_xattention as rx
from support import distance, exact

VIDEO, TEXT = 4 * 14 * 14, 12  # tokens: 784 and 12; neither side of their border is a block's


def transformer():
    torch.manual_seed(0)
    return diffusers.HunyuanVideoTransformer3DModel(
        in_channels=4, out_channels=4, num_attention_heads=2, attention_head_dim=16, num_layers=1, num_single_layers=1,
        num_refiner_layers=1, patch_size=2, patch_size_t=1, guidance_embeds=True, text_embed_dim=16,
        pooled_projection_dim=8, rope_axes_dim=(4, 6, 6)).eval()


def asked(timestep=900):
    made = torch.Generator().manual_seed(1)
    return {"hidden_states": torch.randn(2, 4, 4, 28, 28, generator=made), "timestep": torch.tensor([timestep] * 2),
            "encoder_hidden_states": torch.randn(2, TEXT, 16, generator=made),
            "pooled_projections": torch.randn(2, 8, generator=made), "guidance": torch.tensor([1000.0] * 2),
            "encoder_attention_mask": torch.tensor([[1] * 9 + [0] * 3, [1] * 12])}


class HunyuanVideo(unittest.TestCase):
    def setUp(self):
        self.addCleanup(torch.set_grad_enabled, torch.is_grad_enabled())
        torch.set_grad_enabled(False)

    def used(self, **options):
        model, adapter = transformer(), rx.register_diffusers(**options)
        adapter.use_in(model)
        return model, adapter

    def test_threshold_one_and_warm_up_steps_give_what_torch_gives(self):
        want = transformer()(**asked()).sample
        for options, calls in (({"threshold": 1.0, "warm_up_steps": 0}, {"sparse": 2}),
                               ({"threshold": 0.0, "warm_up_steps": 1}, {"dense: a warm-up step": 2})):
            model, adapter = self.used(**options)
            # float32 through two blocks; the padded texts of both rows differ
            torch.testing.assert_close(model(**asked()).sample, want, rtol=1e-4, atol=1e-5)
            self.assertEqual(dict(adapter.calls), calls)

    def test_other_models_of_the_process_keep_their_own(self):
        want = transformer()(**asked()).sample
        model, adapter = self.used(threshold=0.0, warm_up_steps=0)
        self.assertFalse(torch.allclose(model(**asked()).sample, want, atol=1e-3))  # nearly all blocks are left out
        self.assertTrue(torch.equal(transformer()(**asked()).sample, want))
        model.reset_attention_backend()
        self.assertTrue(torch.equal(model(**asked()).sample, want))

    def test_steps_are_counted_by_their_timesteps_and_begin_anew(self):
        model, adapter = self.used(threshold=0.5, warm_up_steps=2)
        steps = []
        for timestep in (900, 900, 700, 300, 900, 100):  # the second 900: the other half of a guided step
            model(**asked(timestep))
            steps.append(adapter.step)
        self.assertEqual(steps, [0, 0, 1, 2, 0, 1])
        self.assertEqual(dict(adapter.calls), {"dense: a warm-up step": 10, "sparse": 2})

    def test_text_is_seen_by_all_and_sees_all_and_padding_by_none(self):
        adapter = self.used(threshold=0.3, stride=8, warm_up_steps=0)[1]
        adapter._video, adapter.step = VIDEO, 0
        made = torch.Generator().manual_seed(2)
        q, k, v = (torch.randn(2, VIDEO + TEXT, 2, 16, generator=made) for _ in "qkv")
        held = torch.tensor([VIDEO + 9, VIDEO + 12])
        mask = (torch.arange(VIDEO + TEXT) < held[:, None])[:, None, None]
        got = adapter(q, k, v, mask)
        for b in range(2):
            row = [x[b:b + 1].transpose(1, 2) for x in (q, k[:, :held[b]], v[:, :held[b]])]
            keep = rx.select(*row[:2], causal=False, threshold=0.3, stride=8).mask()
            self.assertLess(keep.float().mean(), 0.9)
            keep[..., VIDEO // 128:] = True
            keep[:, :, VIDEO // 128:] = True
            want = exact(*row, causal=False, keep=keep)
            self.assertLess(distance(got[b:b + 1].transpose(1, 2), want), 1e-6)
        self.assertLess(max(adapter.density()), 0.9)

    def test_lists_that_keep_the_last_blocks(self):
        made = torch.Generator().manual_seed(3)
        mask = torch.rand(1, 3, 5, 7, generator=made) < 0.4
        blocks = rx.Blocks.from_mask(mask, 5 * 128, 7 * 128, causal=False)
        for column in (0, 4, 7):
            want = mask.clone()
            want[..., column:] = True
            self.assertTrue(torch.equal(blocks.keeping_from(column).mask(), want))
        with self.assertRaises(rx.InvalidInput):
            blocks.keeping_from(8)

    def test_refusals(self):
        adapter = rx.register_diffusers()
        with self.assertRaisesRegex(rx.Unsupported, "Linear"):
            adapter.use_in(torch.nn.Linear(1, 1))
        x = torch.ones(1, 20, 2, 16)
        with self.assertRaisesRegex(rx.InvalidInput, "use_in"):
            adapter(x, x, x)
        adapter._video = 10
        holes = torch.ones(1, 1, 1, 20, dtype=torch.bool)
        holes[..., 3] = False
        for mask in (holes, torch.ones(1, 1, 20, 20, dtype=torch.bool), torch.zeros(1, 1, 1, 20)):
            with self.assertRaises(rx.UnsupportedMask):
                adapter(x, x, x, mask)
        with self.assertRaises(rx.Unsupported):
            adapter(x, x, x, is_causal=True)


if __name__ == "__main__":
    unittest.main()
