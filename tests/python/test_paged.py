"""Paged caches, batches and options of the vLLM adapter, without vLLM, against float64 by the definition."""

import dataclasses
import types
import unittest
import unittest.mock

import torch

import reelquery_xattention as rx
from reelquery_xattention import for_vllm, paged
from paged_support import Impl, Step, shuffled_pages
from support import distance, exact, inputs


def transposed_keys(k, v, cache, slots):
    """Writes as a processor's kernels like it: keys by dimension, values by token."""
    pages, heads, page, twice = cache.shape
    dim = twice // 2
    flat = cache.view(pages, heads, 2, page * dim)
    for t, slot in enumerate(slots.tolist()):
        flat[slot // page, :, 0].view(heads, dim, page)[:, :, slot % page] = k[t]
        flat[slot // page, :, 1].view(heads, page, dim)[:, slot % page] = v[t]


def paired_keys(k, v, cache, slots):
    """Writes as matrix tiles like it: groups of 16 tokens, in them pairs of dimensions side by side."""
    pages, heads, page, twice = cache.shape
    dim = twice // 2
    flat = cache.view(pages, heads, 2, page * dim)
    for t, slot in enumerate(slots.tolist()):
        group, inside = divmod(slot % page, 16)
        flat[slot // page, :, 0].view(heads, page // 16, dim // 2, 16, 2)[:, group, :, inside] = k[t].view(heads, dim // 2, 2)
        flat[slot // page, :, 1].view(heads, page, dim)[:, slot % page] = v[t]


class Pages(unittest.TestCase):
    def test_keys_and_values_come_back_in_their_order(self):
        for heads, keys, dim, page in ((2, 1, 64, 16), (1, 16, 64, 16), (3, 517, 80, 16), (2, 300, 128, 128), (2, 129, 64, 48)):
            _, k, v = inputs(heads, heads, 1, keys, dim)
            cache, table = shuffled_pages(k[0], v[0], page)
            by_token = cache.transpose(1, 2).contiguous().transpose(1, 2)  # the other order inside a page
            for held in (cache, by_token):
                for numbers in (table, table.long(), torch.cat([table, table.new_full((5,), 10**6)])):
                    got = paged.gather(held, numbers, keys)
                    self.assertTrue(torch.equal(got[0], k[0]) and torch.equal(got[1], v[0]), (heads, keys, dim, page))
            self.assertEqual(got[0].untyped_storage().data_ptr(), got[1].untyped_storage().data_ptr())
            self.assertEqual([s % 8 for s in got[0].stride()[:2]], [0, 0])  # what the card's kernels ask of strides

    def test_packed_pages_are_found_out_and_read(self):
        for write in (transposed_keys, paired_keys):
            for keys, dim, page, dtype in ((300, 64, 128, torch.float32), (131, 32, 16, torch.bfloat16),
                                           (40, 256, 32, torch.bfloat16)):
                orders = paged.orders_of(write, page, dim, dtype)
                _, k, v = inputs(2, 2, 1, keys, dim, dtype)
                count = -(-keys // page)
                table = torch.arange(count + 1).flip(0)[:count].to(torch.int32)
                cache = torch.full((count + 1, 2, page, 2 * dim), torch.nan, dtype=dtype)
                slots = torch.tensor([int(table[t // page]) * page + t % page for t in range(keys)])
                write(k[0].transpose(0, 1), v[0].transpose(0, 1), cache, slots)
                got = paged.gather_packed(cache, table, keys, *orders)
                self.assertTrue(torch.equal(got[0], k[0]) and torch.equal(got[1], v[0]), (write.__name__, keys, dim, page))

    def test_only_the_requests_own_pages_are_touched(self):
        # More pages than there are addresses, which are all the same one: whoever copies the cache finds no room.
        cache, table = torch.ones(1, 2, 16, 128).expand(10**12, 2, 16, 128), torch.arange(5) * 10**11
        order = torch.arange(16 * 64)
        for k, v in (paged.gather(cache, table, 70), paged.gather_packed(cache, table, 70, order, order)):
            self.assertEqual((k.shape, v.shape, k.sum() + v.sum()), ((2, 70, 64), (2, 70, 64), 2 * 2 * 70 * 64))

    def test_a_packing_that_loses_numbers_is_refused(self):
        def halves(k, v, cache, slots):
            transposed_keys(k // 2, v, cache, slots)

        with self.assertRaisesRegex(rx.InvalidInput, "not a reordering"):
            paged.orders_of(halves, 16, 32, torch.float32)

    def test_a_short_table_and_another_cache_are_refused(self):
        cache = torch.zeros(4, 2, 16, 128)
        order = torch.arange(16 * 64)
        for call in (lambda: paged.gather(cache, torch.arange(2), 33), lambda: paged.gather(cache[0], torch.arange(2), 20),
                     lambda: paged.gather(cache, torch.arange(4).view(2, 2), 20),
                     lambda: paged.gather_packed(cache.transpose(1, 2), torch.arange(2), 20, order, order)):
            self.assertRaises(rx.InvalidInput, call)


class Cuts(unittest.TestCase):
    def cut(self, queries, keys, answer_tokens=1):
        starts = [0]
        for n in queries:
            starts.append(starts[-1] + n)
        return [dataclasses.astuple(p) for p in paged.cut(starts, keys, answer_tokens)]

    def test_prompts_stand_alone_and_answers_together(self):
        self.assertEqual(self.cut([1, 1, 300, 7, 1], [9, 4, 300, 1000, 5]),
                         [(0, 2, 0, 2, 0), (2, 3, 2, 302, 300), (3, 4, 302, 309, 1000), (4, 5, 309, 310, 0)])
        self.assertEqual(self.cut([], []), [])

    def test_rows_without_queries_belong_to_none(self):
        self.assertEqual(self.cut([1, 0, 1, 0, 5, 0], [3, 0, 8, 0, 5, 0]),
                         [(0, 1, 0, 1, 0), (2, 3, 1, 2, 0), (4, 5, 2, 7, 5)])

    def test_guessed_tokens_are_an_answer(self):
        self.assertEqual(self.cut([4, 3, 5], [90, 80, 70], answer_tokens=4), [(0, 2, 0, 7, 0), (2, 3, 7, 12, 70)])

    def test_more_queries_than_keys_are_refused(self):
        self.assertRaises(rx.InvalidInput, self.cut, [5], [4])


class Batches(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.step = Step()
        cls.want = [exact(*row)[0] for row in cls.step.rows]

    def setUp(self):
        for_vllm.calls.clear()

    def assertExact(self, impl):
        for got, want in zip(self.step.run(impl), self.want):
            self.assertLess(distance(got, want), 1e-6)

    def test_each_row_is_what_it_is_alone(self):
        impl = Impl(4, 64, threshold=1.0)
        self.assertExact(impl)
        self.assertEqual(dict(for_vllm.calls), {"sparse": 3, "vLLM's: answers": 2})
        self.assertEqual(impl.rows, 3)
        self.assertEqual(for_vllm.density()["model.layers.5.self_attn.attn"], [1.0] * 4)

    def test_below_one_it_is_xattention_of_each_prompt(self):
        densities = []
        ours = self.step.run(Impl(4, 64, threshold=0.4, stride=8))
        for queries, got, row, want in zip(Step.QUERIES, ours, self.step.rows, self.want):
            if queries == 1:
                self.assertLess(distance(got, want), 1e-6)
                continue
            want, blocks = rx.xattention(*row, threshold=0.4, stride=8, return_blocks=True)
            self.assertTrue(torch.equal(got, want[0]))
            densities.append(blocks.density().min().item())
        self.assertLess(min(densities), 1)

    def test_lengths_that_the_processor_knows_are_not_asked_of_the_card(self):
        common = self.step.common.replace(seq_lens=self.step.common.seq_lens.to("meta"))
        pieces = self.step.builder.build(0, common).reelquery
        self.assertEqual([p.keys for p, _ in pieces], [0, 300, 0, 700, 552])
        rest = [m for _, m in pieces if m is not None]
        self.assertEqual([(m.num_reqs, m.max_query_len, m.max_seq_len, m.fast) for m in rest],
                         [(1, 1, 77, True), (2, 1, 513, True)])
        self.assertEqual([m.query_start_loc.tolist() for m in rest], [[0, 1], [0, 1, 2]])

    def test_lengths_that_it_does_not_know_are(self):
        self.step.common.seq_lens_cpu_upper_bound, known = None, self.step.common.seq_lens_cpu_upper_bound
        self.addCleanup(setattr, self.step.common, "seq_lens_cpu_upper_bound", known)
        self.assertExact(Impl(4, 64, threshold=1.0))

    def test_what_holds_no_prompt_or_is_not_causal_is_left_as_it_is(self):
        starts = torch.tensor([0, 1, 2], dtype=torch.int32)
        answers = self.step.common.replace(query_start_loc=starts, query_start_loc_cpu=starts, num_reqs=2, max_query_len=1)
        self.assertIsNone(self.step.builder.build(0, answers).reelquery)
        with unittest.mock.patch.object(for_vllm, "_say") as said:
            for causal in (False, torch.ones(6, dtype=torch.int32)):
                self.assertIsNone(self.step.builder.build(0, self.step.common.replace(causal=causal)).reelquery)
        self.assertIn("not causal", said.call_args.args[0])

    def test_layers_that_stay_dense_are_the_platforms(self):
        for impl, words in ((Impl(4, 64, threshold=0.1, dense_layers=6), "dense: one of the first layers"),
                            (Impl(4, 64, why="ALiBi", threshold=0.1), "dense: ALiBi")):
            for_vllm.calls.clear()
            self.assertExact(impl)
            self.assertEqual((impl.rows, dict(for_vllm.calls)), (6, {words: 1}))
        for_vllm.calls.clear()
        self.step.run(Impl(4, 64, dense_layers=5))  # the step's layer is the sixth
        self.assertEqual(for_vllm.calls["sparse"], 3)
        for_vllm.calls.clear()
        self.assertExact(Impl(4, 64, threshold=0.1, min_keys=10**6))
        self.assertEqual(dict(for_vllm.calls), {"dense: few keys": 3, "vLLM's: answers": 2})

    def test_a_quantised_output_is_refused(self):
        step, impl = self.step, Impl(4, 64)
        metadata = step.builder.build(0, step.common)
        with self.assertRaisesRegex(rx.Unsupported, "quantised output"):
            impl.forward(step.layer, step.query, None, None, step.cache, metadata, step.query, torch.ones(1))


class Settings(unittest.TestCase):
    def test_the_command_line_wins_over_the_environment(self):
        options = for_vllm.Options.of({"reelquery": {"threshold": 0.8}, "other": 1}, '{"threshold": 0.5, "stride": 8}')
        self.assertEqual((options.threshold, options.stride), (0.8, 8))
        self.assertEqual(for_vllm.Options.of({}, None), for_vllm.Options())
        self.assertEqual(for_vllm.Options.of(types.SimpleNamespace(), "").threshold, 0.9)

    def test_what_means_nothing_is_refused_by_name(self):
        for given, variable, words in (
                ({"tau": 0.5}, None, "tau"), ({"threshold": 1.5}, None, "1.5"), ({"threshold": [0.5, [2]]}, None, "2"),
                ({"threshold": True}, None, "True"), ({"stride": 5}, None, "5"), ({"other_layers": "ignore"}, None, "ignore"),
                ({"dense_layers": -1}, None, "dense_layers"), ({"sink_blocks": 0}, None, "sink_blocks"),
                ({}, "threshold=0.5", "JSON"), ({}, "[1]", "object"), ([], None, "object")):
            with self.assertRaisesRegex(rx.XAttentionError, words):
                for_vllm.Options.of({"reelquery": given}, variable)

    def test_a_rank_takes_the_thresholds_of_its_heads(self):
        options = for_vllm.Options(threshold=[0.9, [0.1, 0.2, 0.3, 0.4]])
        self.assertEqual(options.threshold_of(0, 2, 1, 2), 0.9)
        self.assertEqual(options.threshold_of(1, 2, 0, 2), [0.1, 0.2])
        self.assertEqual(options.threshold_of(1, 2, 1, 2), [0.3, 0.4])
        for layer, heads, words in ((2, 2, "layer 2"), (None, 2, "layer None"), (1, 3, "6 query heads")):
            with self.assertRaisesRegex(rx.InvalidInput, words):
                options.threshold_of(layer, heads, 0, 2)

    def test_what_would_be_lost_is_named(self):
        for words, given in (("encoder_only attention", {"attn_type": "encoder_only"}), ("window of 512", {"sliding_window": 512}),
                             ("fp8", {"kv_cache_dtype": "fp8"}), ("ALiBi", {"alibi_slopes": [0.5]}),
                             ("soft cap", {"logits_soft_cap": 30.0}), ("sinks", {"sinks": torch.zeros(4)}),
                             ("chunk_lookback", {"chunk_lookback": 2})):
            self.assertIn(words, for_vllm.unserved(max_model_len=4096, dtype="bfloat16", **given))
        self.assertIsNone(for_vllm.unserved(sliding_window=4096, max_model_len=4096, dtype="bfloat16", kv_cache_dtype="bfloat16",
                                            alibi_slopes=None, logits_soft_cap=0, sinks=None))

    def test_a_layers_number(self):
        self.assertEqual([for_vllm.layer_number(n) for n in ("model.layers.12.self_attn.attn", "3.attn", "attn", "h2o.attn")],
                         [12, 3, None, None])


if __name__ == "__main__":
    unittest.main()
