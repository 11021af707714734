"""Paged caches, batches and options of the vLLM adapter, without vLLM, against float64 by the definition."""

import dataclasses
import types
import unittest

import torch

import reelquery_xattention as rx
from reelquery_xattention import for_vllm, paged
from support import distance, exact, inputs


def shuffled_pages(k, v, page, dtype=torch.float32, spare=3, seed=0):
    """A cache [pages, Hkv, page, 2 * D] that holds k and v [Hkv, L, D] on pages in no order, NaN elsewhere; the table."""
    heads, keys, dim = k.shape
    count = -(-keys // page)
    table = torch.randperm(count + spare, generator=torch.Generator().manual_seed(seed))[:count].to(torch.int32)
    cache = torch.full((count + spare, heads, page, 2 * dim), torch.nan, dtype=dtype)
    both = torch.nn.functional.pad(torch.cat([k, v], -1), (0, 0, 0, count * page - keys), value=torch.nan)
    cache[table.long()] = both.view(heads, count, page, 2 * dim).transpose(0, 1).to(dtype)
    return cache, table


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
            for keys, dim, page, dtype in ((300, 64, 128, torch.float32), (131, 32, 16, torch.bfloat16), (40, 256, 32, torch.bfloat16)):
                orders = paged.orders_of(write, page, dim, dtype)
                _, k, v = inputs(2, 2, 1, keys, dim, dtype)
                count = -(-keys // page)
                table = torch.arange(count + 1).flip(0)[:count].to(torch.int32)
                cache = torch.full((count + 1, 2, page, 2 * dim), torch.nan, dtype=dtype)
                slots = torch.tensor([int(table[t // page]) * page + t % page for t in range(keys)])
                write(k[0].transpose(0, 1), v[0].transpose(0, 1), cache, slots)
                got = paged.gather_packed(cache, table, keys, *orders)
                self.assertTrue(torch.equal(got[0], k[0]) and torch.equal(got[1], v[0]), (write.__name__, keys, dim, page))

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


@dataclasses.dataclass
class Common:
    """What of vLLM's CommonAttentionMetadata is read."""

    query_start_loc: torch.Tensor
    query_start_loc_cpu: torch.Tensor
    seq_lens: torch.Tensor
    num_reqs: int
    num_actual_tokens: int
    max_query_len: int
    max_seq_len: int
    block_table_tensor: torch.Tensor
    slot_mapping: torch.Tensor
    causal: object = True
    positions: object = None
    is_prefilling: object = None
    req_idx: object = None
    seq_lens_cpu_upper_bound: object = None
    _num_computed_tokens_cache: object = None
    _token_to_req_indices_cache: object = None

    def replace(self, **changes):
        return dataclasses.replace(self, **changes)


class OwnBuilder:
    """Stands where a platform's builder does."""

    def __init__(self, *_):
        pass

    def _init_reorder_batch_threshold(self, tokens, supports_spec_as_decode=False):
        self.reorder_batch_threshold = tokens

    def build(self, common_prefix_len, common, fast_build=False):
        return types.SimpleNamespace(**{f.name: getattr(common, f.name) for f in dataclasses.fields(common)},
                                     block_table=common.block_table_tensor, fast=fast_build)


class OwnImpl:
    """Stands where a platform's implementation does: float64, row by row of the metadata that it is given."""

    def forward(self, layer, query, key, value, kv_cache, metadata, output, *_):
        starts = metadata.query_start_loc.tolist()
        self.rows = getattr(self, "rows", 0) + metadata.num_reqs
        for row in range(metadata.num_reqs):
            k, v = paged.gather(kv_cache, metadata.block_table[row], int(metadata.seq_lens[row]))
            part = slice(starts[row], starts[row + 1])
            output[part] = exact(query[part].transpose(0, 1)[None], k[None], v[None])[0].transpose(0, 1)
        return output


class Builder(for_vllm.PromptsBuilder, OwnBuilder):
    pass


class Impl(for_vllm.PromptsImpl, OwnImpl):
    def __init__(self, heads, dim, why=None, **options):
        self.reelquery, self._why_dense = for_vllm.Options(**options), why
        self.num_heads, self.head_size, self.scale = heads, dim, dim**-0.5

    def keys_and_values(self, layer, kv_cache, table, keys):
        return paged.gather(kv_cache, table, keys)


class Batches(unittest.TestCase):
    """A step of a server: answers, a whole prompt, a chunk behind earlier ones, a prompt whose beginning was cached."""

    QUERIES, KEYS = [1, 300, 1, 1, 129, 40], [77, 300, 1, 513, 700, 552]
    HEADS, KV, DIM, PAGE = 4, 2, 64, 32

    @classmethod
    def setUpClass(cls):
        rows = [inputs(cls.HEADS, cls.KV, q, k, cls.DIM, seed=i) for i, (q, k) in enumerate(zip(cls.QUERIES, cls.KEYS))]
        pages, tables, held = 0, [], []
        for i, (_, k, v) in enumerate(rows):
            cache, table = shuffled_pages(k[0], v[0], cls.PAGE, seed=i)
            held.append(cache)
            tables.append(torch.nn.functional.pad(table + pages, (0, 40 - len(table))))
            pages += len(cache)
        cls.cache, cls.rows = torch.cat(held), rows
        cls.query = torch.cat([q[0].transpose(0, 1) for q, _, _ in rows])
        starts = torch.tensor([0, *cls.QUERIES]).cumsum(0).to(torch.int32)
        lengths = torch.tensor(cls.KEYS, dtype=torch.int32)
        cls.common = Common(starts, starts.clone(), lengths, len(rows), int(starts[-1]), max(cls.QUERIES), max(cls.KEYS),
                             torch.stack(tables), torch.arange(int(starts[-1])), positions=torch.zeros(3, int(starts[-1])),
                             is_prefilling=torch.tensor(cls.QUERIES) > 1)
        cls.builder = Builder(None, [], None, None)
        cls.layer = types.SimpleNamespace(layer_name="model.layers.5.self_attn.attn")
        cls.want = torch.cat([exact(*row)[0].transpose(0, 1) for row in rows])

    def setUp(self):
        for_vllm.calls.clear()

    def run_step(self, impl, common=None):
        metadata = self.builder.build(0, common or self.common)
        output = torch.full((len(self.query) + 3, self.HEADS, self.DIM), torch.nan)  # a graph pads its tokens
        padded = torch.cat([self.query, torch.full((3, self.HEADS, self.DIM), torch.nan)])
        impl.forward(self.layer, padded, padded, padded, self.cache, metadata, output)
        return output[:len(self.query)]

    def test_each_row_is_what_it_is_alone(self):
        impl = Impl(self.HEADS, self.DIM, threshold=1.0)
        self.assertLess(distance(self.run_step(impl), self.want), 1e-6)
        self.assertEqual(dict(for_vllm.calls), {"sparse": 3, "vLLM's: answers": 2})
        self.assertEqual(impl.rows, 3)
        self.assertEqual(for_vllm.density()["model.layers.5.self_attn.attn"], [1.0] * self.HEADS)

    def test_below_one_it_is_xattention_of_each_prompt(self):
        got = self.run_step(Impl(self.HEADS, self.DIM, threshold=0.4, stride=8))
        starts, left_out = self.common.query_start_loc.tolist(), 0
        for i, row in enumerate(self.rows):
            part = got[starts[i]:starts[i + 1]].transpose(0, 1)
            if self.QUERIES[i] == 1:
                self.assertLess(distance(part, exact(*row)[0]), 1e-6)
                continue
            want, blocks = rx.xattention(*row, threshold=0.4, stride=8, return_blocks=True)
            self.assertTrue(torch.equal(part, want[0]))
            left_out += (blocks.density() < 1).sum().item()
        self.assertGreater(left_out, 0)

    def test_lengths_that_the_processor_knows_are_not_asked_of_the_card(self):
        meta = self.common.replace(seq_lens_cpu_upper_bound=self.common.seq_lens, seq_lens=self.common.seq_lens.to("meta"))
        pieces = self.builder.build(0, meta).reelquery
        self.assertEqual([p.keys for p, _ in pieces], [0, 300, 0, 700, 552])
        rest = [m for _, m in pieces if m is not None]
        self.assertEqual([(m.num_reqs, m.max_query_len, m.max_seq_len, m.fast) for m in rest], [(1, 1, 77, True), (2, 1, 513, True)])
        self.assertEqual([m.query_start_loc.tolist() for m in rest], [[0, 1], [0, 1, 2]])

    def test_what_holds_no_prompt_is_left_as_it_is(self):
        starts = torch.tensor([0, 1, 2], dtype=torch.int32)
        answers = self.common.replace(query_start_loc=starts, query_start_loc_cpu=starts, num_reqs=2, max_query_len=1)
        self.assertIsNone(self.builder.build(0, answers).reelquery)

    def test_layers_that_stay_dense_are_the_platforms(self):
        for impl, words in ((Impl(self.HEADS, self.DIM, threshold=0.1, dense_layers=6), "dense: one of the first layers"),
                            (Impl(self.HEADS, self.DIM, why="ALiBi", threshold=0.1), "dense: ALiBi")):
            for_vllm.calls.clear()
            self.assertLess(distance(self.run_step(impl), self.want), 1e-6)
            self.assertEqual((impl.rows, dict(for_vllm.calls)), (6, {words: 1}))
        few = Impl(self.HEADS, self.DIM, threshold=0.1, min_keys=10**6)
        for_vllm.calls.clear()
        self.assertLess(distance(self.run_step(few), self.want), 1e-6)
        self.assertEqual(dict(for_vllm.calls), {"dense: few keys": 3, "vLLM's: answers": 2})

    def test_a_quantised_output_is_refused(self):
        impl, metadata = Impl(self.HEADS, self.DIM), self.builder.build(0, self.common)
        with self.assertRaisesRegex(rx.Unsupported, "quantised output"):
            impl.forward(self.layer, self.query, None, None, self.cache, metadata, self.query, torch.ones(1))


class Settings(unittest.TestCase):
    def test_the_command_line_wins_over_the_environment(self):
        options = for_vllm.Options.of({"reelquery": {"threshold": 0.8}, "other": 1}, '{"threshold": 0.5, "stride": 8}')
        self.assertEqual((options.threshold, options.stride), (0.8, 8))
        self.assertEqual(for_vllm.Options.of({}, None), for_vllm.Options())
        self.assertEqual(for_vllm.Options.of(types.SimpleNamespace(), "").threshold, 0.9)

    def test_what_means_nothing_is_refused_by_name(self):
        for given, variable, words in (({"tau": 0.5}, None, "tau"), ({"threshold": 1.5}, None, "1.5"), ({"stride": 5}, None, "5"),
                                       ({"threshold": [0.5, [2]]}, None, "2"), ({"other_layers": "ignore"}, None, "ignore"),
                                       ({"dense_layers": -1}, None, "dense_layers"), ({"sink_blocks": 0}, None, "sink_blocks"),
                                       ({"threshold": True}, None, "True"), ({}, "threshold=0.5", "JSON"), ({}, "[1]", "object"), ([], None, "object")):
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
