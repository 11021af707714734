"""attn_implementation="reelquery" against "sdpa" on tiny random models of transformers."""

import types
import unittest

import torch

try:
    import transformers
    from transformers.masking_utils import sdpa_mask
except ImportError:
    raise unittest.SkipTest("this Python has no transformers") from None

import reelquery_xattention as rx
from reelquery_xattention import for_transformers

# float32 through two layers: both attentions round at 2^-24 of values near 1, and logits are sums of 64.
CLOSE = {"rtol": 1e-4, "atol": 1e-5}
SIZES = {"hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 2, "num_attention_heads": 4,
         "num_key_value_heads": 2, "vocab_size": 128, "max_position_embeddings": 2048, "use_cache": True,
         "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2}


def llama(kind, dtype=torch.float32, **more):
    torch.manual_seed(0)
    config = transformers.LlamaConfig(**{**SIZES, **more}, initializer_range=0.2, attn_implementation=kind)
    return transformers.LlamaForCausalLM(config).to(dtype).eval()


def qwen2_vl(kind):
    torch.manual_seed(0)
    text = {**SIZES, "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0, "mrope_section": [2, 3, 3]}}
    config = transformers.Qwen2VLConfig(
        text_config=text, image_token_id=120, video_token_id=121, vision_start_token_id=118, vision_end_token_id=119,
        vision_config={"depth": 2, "embed_dim": 32, "hidden_size": 64, "num_heads": 2, "patch_size": 4,
                       "mlp_ratio": 2}, attn_implementation=kind)
    return transformers.Qwen2VLForConditionalGeneration(config).eval()


def words(count, batch=1, seed=1):
    return torch.randint(3, 117, (batch, count), generator=torch.Generator().manual_seed(seed))


class Registered(unittest.TestCase):
    def setUp(self):
        self.addCleanup(torch.set_grad_enabled, torch.is_grad_enabled())
        torch.set_grad_enabled(False)
        self.adapter = rx.register_transformers(threshold=1.0)

    def assertClose(self, got, want):
        torch.testing.assert_close(got, want, **CLOSE)


class Llama(Registered):
    def test_a_prompt_gives_what_sdpa_gives(self):
        ids = words(300)
        self.assertClose(llama("reelquery")(ids).logits, llama("sdpa")(ids).logits)
        self.assertEqual(dict(self.adapter.calls), {"sparse": 2})
        self.assertEqual(self.adapter.density(), {0: [1.0] * 4, 1: [1.0] * 4})

    def test_in_bf16_it_lies_no_further_from_the_exact_answer_than_sdpa_does(self):
        ids = words(300)
        exact = llama("sdpa")(ids).logits
        ours, theirs = (llama(kind, torch.bfloat16)(ids).logits.float() for kind in ("reelquery", "sdpa"))
        self.assertLess((ours - exact).norm(), 1.25 * (theirs - exact).norm())

    def test_a_prompt_in_chunks_over_any_cache(self):
        ids = words(413)
        want = llama("sdpa")(ids).logits
        model = llama("reelquery")
        for cache in (transformers.DynamicCache(config=model.config),
                      transformers.StaticCache(config=model.config, max_cache_len=600)):
            parts = [model(ids[:, a:b], past_key_values=cache).logits for a, b in ((0, 150), (150, 151), (151, 413))]
            self.assertClose(torch.cat(parts, 1), want)
        self.assertEqual(dict(self.adapter.calls), {"sparse": 8, "dense: one query": 4})

    def test_generation_word_by_word(self):
        ids = words(200)
        for more in ({}, {"cache_implementation": "static"}, {"prefill_chunk_size": 64}):
            told = [llama(kind).generate(ids, do_sample=False, min_new_tokens=12, max_new_tokens=12, **more)
                    for kind in ("reelquery", "sdpa")]
            self.assertTrue(torch.equal(*told), more)

    def test_padding_on_either_side(self):
        ids = words(180, batch=3)
        for side in ("left", "right"):
            mask = torch.ones_like(ids)
            for row, pads in enumerate((0, 37, 170)):
                mask[row, slice(0, pads) if side == "left" else slice(180 - pads, None)] = 0
            for cut in ((0, 180), (0, 100, 180)):
                logits = []
                for kind in ("reelquery", "sdpa"):
                    model = llama(kind)
                    cache = transformers.DynamicCache(config=model.config)
                    logits.append(torch.cat([model(ids[:, a:b], attention_mask=mask[:, :b], past_key_values=cache).logits
                                             for a, b in zip(cut, cut[1:])], 1)[mask.bool()])
                self.assertClose(*logits)
            told = [llama(kind).generate(ids, attention_mask=mask, do_sample=False, min_new_tokens=6, max_new_tokens=6)
                    for kind in ("reelquery", "sdpa")]
            rows = slice(None) if side == "left" else slice(0, 1)  # nobody generates behind padding
            self.assertTrue(torch.equal(told[0][rows], told[1][rows]), side)

    def test_below_one_blocks_are_left_out_and_layers_that_should_not_are_dense(self):
        adapter = rx.register_transformers(name="sparse", threshold=[1.0, [0.0, 0.0, 0.5, 1.0]], stride=8)
        ids = words(640)
        llama("sparse")(ids)
        density = adapter.density()
        self.assertEqual(density[0], [1.0] * 4)
        self.assertAlmostEqual(density[1][0], 9 / 15)  # the sink and the diagonal of 5 rows
        self.assertEqual(density[1][3], 1.0)
        adapter = rx.register_transformers(name="tail", threshold=0.0, dense_layers=1, min_keys=500)
        llama("tail")(ids)
        llama("tail")(ids[:, :400])
        self.assertEqual(dict(adapter.calls), {"dense: one of the first layers": 2, "sparse": 1, "dense: few keys": 1})


class OtherMasks(Registered):
    def refused(self, run, words="other_masks"):
        with self.assertRaises(rx.UnsupportedMask) as raised:
            run()
        self.assertIn(words, str(raised.exception))

    def test_padding_inside_a_row_and_masks_of_ones_own(self):
        ids, mask = words(50), torch.ones(1, 50, dtype=torch.long)
        mask[0, 20:25] = 0
        model = llama("reelquery")
        self.refused(lambda: model(ids, attention_mask=mask))
        own = torch.ones(1, 1, 50, 50, dtype=torch.bool).tril(3)
        self.refused(lambda: model(ids, attention_mask=own))
        rx.register_transformers(threshold=1.0, other_masks="dense")
        plain = llama("sdpa")
        self.assertClose(model(ids, attention_mask=own).logits, plain(ids, attention_mask=own).logits)
        self.assertClose(model(ids, attention_mask=mask).logits[mask.bool()], plain(ids, attention_mask=mask).logits[mask.bool()])

    def test_packed_sequences(self):
        places = torch.cat([torch.arange(30), torch.arange(20)])[None]
        self.refused(lambda: llama("reelquery")(words(50), position_ids=places, use_cache=False))

    def test_a_sliding_window_that_is_none_and_one_that_is(self):
        def mistral(kind):
            torch.manual_seed(0)
            config = transformers.MistralConfig(**SIZES, sliding_window=100, attn_implementation=kind)
            return transformers.MistralForCausalLM(config).eval()

        short, long = words(100), words(150)
        self.assertClose(mistral("reelquery")(short).logits, mistral("sdpa")(short).logits)
        self.refused(lambda: mistral("reelquery")(long))
        rx.register_transformers(threshold=1.0, other_masks="dense")
        self.assertClose(mistral("reelquery")(long).logits, mistral("sdpa")(long).logits)
        told = [mistral(kind).generate(short, do_sample=False, min_new_tokens=8, max_new_tokens=8)
                for kind in ("reelquery", "sdpa")]
        self.assertTrue(torch.equal(*told))

    def test_nobody_computes_with_the_mask_that_is_none(self):
        mask = for_transformers.causal_or_explicit_mask(1, 4, 9)
        self.assertEqual(tuple(mask.shape), (1, 1, 4, 9))
        self.assertEqual((mask.ndim, mask.dtype, mask.device.type), (4, torch.bool, "cpu"))
        for use in (lambda: mask + 1, lambda: mask[..., :2], lambda: mask.to(torch.float32), lambda: torch.where(mask, 1, 0)):
            self.refused(use, "computes with its attention mask")

    def test_each_causal_mask_says_what_the_explicit_one_does(self):
        for queries, keys, offset, rows in ((4, 4, 0, "1111"), (3, 9, 2, "011110000"), (2, 6, 3, "111110"), (5, 5, 0, "11000"),
                                            (5, 5, 0, "00000")):
            held = torch.tensor([[c == "1" for c in rows]])
            ours = for_transformers.causal_or_explicit_mask(1, queries, keys, q_offset=offset, attention_mask=held)
            theirs = sdpa_mask(1, queries, keys, q_offset=offset, attention_mask=held, allow_is_causal_skip=False)
            begin, stop, end = (ours.begins[0], ours.stops[0], ours.end) if ours is not None else (0, keys, keys)
            built = torch.tensor([[begin <= j < stop and j <= end - queries + i for j in range(keys)] for i in range(queries)])
            real = held[0, offset:offset + queries]  # what padded queries see is nobody's business
            self.assertTrue(torch.equal(built[real], theirs[0, 0][real]), rows)


class Refusals(Registered):
    def call(self, **more):
        x = torch.ones(1, 4, 5, 64)
        return self.adapter(types.SimpleNamespace(is_causal=True, layer_idx=0), x, x, x, None, scaling=0.1, **more)

    def test_what_would_be_lost_is_refused_by_name(self):
        for name in ("softcap", "s_aux", "position_bias"):
            with self.assertRaisesRegex(rx.Unsupported, name):
                self.call(**{name: torch.ones(1)})
        with self.assertRaisesRegex(rx.Unsupported, "dropout"):
            self.call(dropout=0.1)
        with self.assertRaisesRegex(rx.Unsupported, "eager"):
            self.call(output_attentions=True)
        with self.assertRaisesRegex(rx.Unsupported, "float16"):
            llama("reelquery", torch.float16)(words(20))
        with torch.enable_grad(), self.assertRaisesRegex(rx.Unsupported, "backward"):
            llama("reelquery")(words(20))
        with self.assertRaisesRegex(rx.InvalidInput, "other_masks"):
            rx.register_transformers(other_masks="ignore")


class Qwen2VL(Registered):
    def asked(self, frames=16):
        grid = torch.tensor([[frames, 8, 6]])
        pixels = torch.randn(int(grid.prod()), 3 * 2 * 16, generator=torch.Generator().manual_seed(2))
        video = [118] + [121] * (frames * 12) + [119]
        ids = torch.tensor([[5, 6, *video, 7, 8, 9]])
        return {"input_ids": ids, "attention_mask": torch.ones_like(ids), "pixel_values_videos": pixels,
                "video_grid_thw": grid, "mm_token_type_ids": 2 * (ids == 121).int()}

    def test_a_video_prompt_and_its_answer(self):
        asked = self.asked()
        logits = [qwen2_vl(kind)(**asked).logits for kind in ("reelquery", "sdpa")]
        self.assertClose(*logits)
        # the tower: two layers, a call a frame pair; the language model: two layers
        self.assertEqual(dict(self.adapter.calls), {"dense: not causal": 32, "sparse": 2})
        told = [qwen2_vl(kind).generate(**asked, do_sample=False, min_new_tokens=10, max_new_tokens=10)
                for kind in ("reelquery", "sdpa")]
        self.assertTrue(torch.equal(*told))

    def test_only_the_language_model(self):
        model = qwen2_vl("sdpa")
        model.set_attn_implementation({"text_config": "reelquery", "vision_config": "sdpa"})
        model(**self.asked())
        self.assertEqual(dict(self.adapter.calls), {"sparse": 2})


if __name__ == "__main__":
    unittest.main()
