"""xattention, select and block_sparse on the CPU against float64 by the definition."""

import ctypes
import os
import subprocess
import sys
import threading
import unittest

import torch

import reelquery_xattention as rx
from reelquery_xattention import _library, _structs
from support import EPSILON, distance, exact, inputs, plain_error

# heads, kv_heads, queries, keys, D, causal: odd lengths, chunks inside a block, groups, not causal
FORMS = [
    (2, 2, 1, 1, 64, True),
    (4, 1, 129, 129, 64, True),
    (6, 2, 131, 517, 80, True),
    (2, 1, 300, 1111, 128, True),
    (3, 3, 200, 97, 33, False),
    (4, 2, 300, 700, 64, False),
]


def pooled_masses(q, k, stride, causal):
    """Block masses by the paper's formulas in float64, lengths multiples of 128 and Lq = Lk. [H, NB, NB]"""
    heads, n, dim = q.shape
    groups = heads // k.shape[0]
    k = k.double().repeat_interleave(groups, 0)
    rows = q.double().reshape(heads, n // stride, stride, dim).flip(2).flatten(2)
    columns = k.reshape(heads, n // stride, stride * dim)
    logits = rows @ columns.transpose(1, 2) / (dim**0.5 * stride)
    if causal:
        logits = logits.masked_fill(~torch.ones(n // stride, n // stride, dtype=torch.bool).tril(), -torch.inf)
    b = 128 // stride
    return logits.softmax(-1).reshape(heads, n // 128, b, n // 128, b).sum((2, 4))


class Attention(unittest.TestCase):
    def test_threshold_one_is_dense_attention(self):
        for form in FORMS:
            for dtype in (torch.float32, torch.bfloat16):
                with self.subTest(form=form, dtype=dtype):
                    *sizes, causal = form
                    q, k, v = inputs(*sizes, dtype)
                    allowed = 2 * plain_error(q, k, v, causal) + EPSILON[dtype]
                    want = exact(q, k, v, causal)
                    self.assertLessEqual(distance(rx.xattention(q, k, v, causal=causal, threshold=1), want), allowed)
                    self.assertLessEqual(distance(rx.dense(q, k, v, causal=causal), want), allowed)

    def test_what_is_kept_is_attended_to_and_nothing_else(self):
        for form in FORMS:
            *sizes, causal = form
            q, k, v = inputs(*sizes, seed=3)
            got, blocks = rx.xattention(q, k, v, causal=causal, threshold=0.5, stride=8, return_blocks=True)
            keep = blocks.mask()
            want = exact(q, k, v, causal, keep)
            self.assertLess(distance(got, want), 1e-6, form)
            self.assertTrue(torch.equal(rx.block_sparse(q, k, v, blocks, causal=causal), got))
            self.assertTrue(torch.equal(rx.block_sparse(q, k, v, keep, causal=causal), got))
            visible = blocks.grid.visible()
            self.assertEqual(blocks.grid.seen, visible.sum())
            self.assertTrue((keep <= visible).all())
            self.assertTrue(torch.allclose(blocks.density(), keep.sum((2, 3)).double() / visible.sum()))

    def test_masses_follow_the_papers_formulas_and_the_kept_share_adds_them_up(self):
        for causal in (True, False):
            for stride in (4, 8, 16):
                q, k, _ = inputs(4, 2, 512, 512, 64, seed=stride)
                blocks = rx.select(q, k, causal=causal, stride=stride, threshold=0.6, with_mass=True)
                want = pooled_masses(q[0], k[0], stride, causal)
                # 2e-6 of a row: what float32 arithmetic may move a mass by.
                self.assertLess((blocks.mass[0] - want).abs().max().item(), 2e-6 * 128 / stride)
                share = (want * blocks.mask()[0]).sum(-1) / want.sum(-1)
                self.assertTrue(torch.allclose(blocks.kept_share[0].double(), share, atol=1e-5))
                self.assertTrue((share >= 0.6 - 1e-5).all())

    def test_a_threshold_for_each_head(self):
        q, k, _ = inputs(3, 1, 640, 640, 64)
        for taus in ([0.0, 0.5, 1.0], torch.tensor([0.0, 0.5, 1.0])):
            density = rx.select(q, k, threshold=taus).density()[0].tolist()
            # tau 0: the sink and the diagonal, 1 + 4 * 2 of 15 visible blocks; tau 1: all
            self.assertAlmostEqual(density[0], 9 / 15)
            self.assertEqual(density[2], 1)
            self.assertTrue(9 / 15 < density[1] < 1)

    def test_a_prompt_in_chunks_of_whole_blocks_chooses_what_the_whole_prompt_does(self):
        q, k, v = inputs(4, 2, 700, 700, 64, seed=5)
        whole, blocks = rx.xattention(q, k, v, threshold=0.6, return_blocks=True)
        parts, masks = [], []
        for begin, end in ((0, 256), (256, 384), (384, 700)):
            out, chosen = rx.xattention(q[:, :, begin:end], k[:, :, :end], v[:, :, :end], threshold=0.6, return_blocks=True)
            parts.append(out)
            masks.append(torch.nn.functional.pad(chosen.mask(), (0, blocks.grid.columns - chosen.grid.columns)))
        self.assertTrue(torch.equal(torch.cat(masks, 2), blocks.mask()))
        self.assertLess(distance(torch.cat(parts, 2), whole), 1e-6)

    def test_rows_of_a_batch_stand_for_themselves_and_out_is_written_in_place(self):
        q, k, v = inputs(2, 1, 200, 300, 64, batch=3)
        out = torch.full_like(q, torch.nan)
        self.assertIs(rx.xattention(q, k, v, threshold=0.7, out=out), out)
        for b in range(3):
            self.assertTrue(torch.equal(out[b], rx.xattention(q[b], k[b], v[b], threshold=0.7)))

    def test_a_mask_of_ones_own_in_every_corner(self):
        q, k, v = inputs(2, 2, 200, 500, 64)
        grid = rx.Grid(200, 500, True)
        self.assertEqual((grid.first, grid.rows, grid.columns), (2, 2, 4))
        keep = torch.zeros(1, 1, 2, 4, dtype=torch.bool)
        keep[0, 0, 1, [0, 3]] = True
        got = rx.block_sparse(q, k, v, keep)
        self.assertLess(distance(got, exact(q, k, v, True, keep.expand(1, 2, 2, 4))), 1e-6)
        self.assertEqual(got[:, :, :84].abs().max().item(), 0)  # positions 300 to 383: a row that keeps nothing

    def test_indices_past_fifteen_bits_survive(self):
        grid_keys = 40000 * 128
        mask = torch.zeros(1, 1, 1, 40000, dtype=torch.bool)
        mask[0, 0, 0, [3, 32767, 32768, 39999]] = True
        blocks = rx.Blocks.from_mask(mask, 1, grid_keys)
        self.assertEqual([int(c) & 0xFFFF for c in blocks.columns[0, 0, 0, :4]], [3, 32767, 32768, 39999])
        self.assertTrue(torch.equal(blocks.mask(), mask))

    def test_calls_of_several_threads_do_not_disturb_each_other(self):
        q, k, v = inputs(4, 2, 300, 300, 64)
        want, got = rx.xattention(q, k, v), [None] * 4

        def call(i):
            got[i] = rx.xattention(q, k, v)

        threads = [threading.Thread(target=call, args=(i,)) for i in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertTrue(all(torch.equal(g, want) for g in got))


class Refusals(unittest.TestCase):
    def refused(self, error, words, **change):
        call = dict(zip("qkv", inputs(4, 2, 130, 130, 64)))
        call.update({name: to(call[name]) if name in "qkv" else to for name, to in change.items()})
        with self.assertRaises(error) as raised:
            rx.xattention(call.pop("q"), call.pop("k"), call.pop("v"), **call)
        self.assertIn(words, str(raised.exception))
        self.assertIsInstance(raised.exception, rx.XAttentionError)

    def test_each_kind_has_its_type_and_names_what_was_given(self):
        half = {n: (lambda x: x.half()) for n in "qkv"}
        self.refused(rx.Unsupported, "float16", **half)
        self.refused(rx.Unsupported, "float64", **{n: (lambda x: x.double()) for n in "qkv"})
        self.refused(rx.Unsupported, "meta", **{n: (lambda x: x.to("meta")) for n in "qkv"})
        self.refused(rx.Unsupported, "513", **{n: (lambda x: x.repeat(1, 1, 1, 9)[..., :513]) for n in "qkv"})
        self.refused(rx.Unsupported, "backward", q=lambda x: x.clone().requires_grad_())
        self.refused(rx.Unsupported, "64", block=64)
        self.refused(rx.Unsupported, "5", stride=5)
        self.refused(rx.Unsupported, "one shape", v=lambda x: x[..., :32])
        self.refused(rx.InvalidInput, "bfloat16", k=lambda x: x.bfloat16())
        self.refused(rx.InvalidInput, "4 and 3", k=lambda x: x[:, :1].repeat(1, 3, 1, 1), v=lambda x: x[:, :1].repeat(1, 3, 1, 1))
        self.refused(rx.InvalidInput, "131 queries", q=lambda x: torch.cat([x, x[:, :, :1]], 2))
        self.refused(rx.InvalidInput, "contiguous", q=lambda x: x.transpose(2, 3).contiguous().transpose(2, 3))
        self.refused(rx.InvalidInput, "[130, 64]", q=lambda x: x[0, 0])
        self.refused(rx.InvalidInput, "threshold", threshold=1.5)
        self.refused(rx.InvalidInput, "4 heads", threshold=[0.5, 0.6])
        self.refused(rx.InvalidInput, "scale", scale=0.0)
        self.refused(rx.InvalidInput, "pattern", pattern="zigzag")
        self.refused(rx.InvalidInput, "out", out=torch.empty(1, 4, 129, 64))

    def test_blocks_of_another_call_are_refused(self):
        q, k, v = inputs(4, 2, 130, 130, 64)
        blocks = rx.select(q, k)
        with self.assertRaises(rx.InvalidInput):
            rx.block_sparse(q[:, :, 1:], k, v, blocks)
        with self.assertRaises(rx.InvalidInput):
            rx.block_sparse(q, k, v, torch.ones(1, 1, 2, 3, dtype=torch.bool))
        wild = rx.Blocks(blocks.grid, blocks.columns, blocks.counts + 7)
        with self.assertRaises(rx.InvalidInput):
            rx.block_sparse(q, k, v, wild)

    def test_a_missing_or_foreign_library_says_so(self):
        code = "import reelquery_xattention as rx, torch; x = torch.ones(1, 1, 2, 64)\n" \
               "try: rx.xattention(x, x, x)\nexcept rx.LibraryError as e: print(e)"
        env = {**os.environ, "REELQUERY_XATTENTION_LIBRARIES": os.path.dirname(os.path.abspath(__file__))}
        said = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True).stdout
        self.assertIn("libreelquery_cpu.so is not in", said)

    def test_the_structs_are_those_of_the_library(self):
        told = _structs.Layout()
        _library.cpu().reelqueryCpuLayout(ctypes.byref(told))
        self.assertEqual({n: getattr(told, n) for n, _ in told._fields_}, _structs.expected_layout(128))


if __name__ == "__main__":
    unittest.main()
