"""The attention backend of vLLM: tiny random models, vLLM's own attention beside ours. Takes minutes: vLLM is slow to start."""

import contextlib
import gc
import importlib.util
import os
import tempfile
import threading
import types
import unittest
import unittest.mock

import torch

# One process, so that what the adapter counted can be looked at; threads stay where they are.
os.environ.update(VLLM_ENABLE_V1_MULTIPROCESSING="0", VLLM_CPU_KVCACHE_SPACE="1", VLLM_CPU_OMP_THREADS_BIND="nobind",
                  VLLM_NO_USAGE_STATS="1", VLLM_LOGGING_LEVEL=os.environ.get("VLLM_LOGGING_LEVEL", "ERROR"))
if importlib.util.find_spec("vllm") is None:
    raise unittest.SkipTest("this Python has no vllm")
import transformers
import vllm
from vllm.platforms import current_platform
from vllm.v1.attention.backends.registry import AttentionBackendEnum

import reelquery_xattention as rx
from reelquery_xattention import for_vllm
from paged_support import shuffled_pages
from support import distance, exact, inputs

# float32 through two layers: both attentions round at 2^-24 of values near 1, and logits are sums of 128.
CLOSE = {"rtol": 1e-4, "atol": 1e-5}
SIZES = {"hidden_size": 128, "intermediate_size": 192, "num_hidden_layers": 2, "num_attention_heads": 4,
         "num_key_value_heads": 2, "vocab_size": 512, "max_position_embeddings": 8192, "initializer_range": 0.2,
         "tie_word_embeddings": False, "bos_token_id": 1, "eos_token_id": 2}
LENGTHS = (700, 3, 129, 64, 511, 1, 257, 300)
folders = {}


def setUpModule():
    if not current_platform.is_cpu():
        raise unittest.SkipTest("this vLLM is not the one for processors")
    for_vllm.register()
    kept = tempfile.TemporaryDirectory()
    unittest.addModuleCleanup(kept.cleanup)
    for name, model, config, more in (
            ("llama", transformers.LlamaForCausalLM, transformers.LlamaConfig, {}),
            ("qwen2", transformers.Qwen2ForCausalLM, transformers.Qwen2Config, {}),
            ("mistral", transformers.MistralForCausalLM, transformers.MistralConfig, {"sliding_window": 100}),
            ("gemma2", transformers.Gemma2ForCausalLM, transformers.Gemma2Config,
             {"head_dim": 32, "tie_word_embeddings": True, "sliding_window": 8192}),
            ("gemma3", transformers.Gemma3ForCausalLM, transformers.Gemma3TextConfig,
             {"head_dim": 32, "tie_word_embeddings": True, "sliding_window": 100,
              "layer_types": ["sliding_attention", "full_attention"]})):
        torch.manual_seed(0)
        folders[name] = os.path.join(kept.name, name)
        made = model(config(**{**SIZES, **more}))
        for part, bias in made.named_parameters():  # Qwen2's are zero where they are made
            if part.endswith("bias"):
                torch.nn.init.normal_(bias, std=0.5)
        made.save_pretrained(folders[name])


def words(count, seed=1):
    return torch.randint(3, 500, (count,), generator=torch.Generator().manual_seed(seed)).tolist()


@contextlib.contextmanager
def engine(name, ours, dtype="float32", **more):
    """ask() of vLLM over a tiny model; ours: options of the adapter, or None for vLLM's own attention."""
    if ours is not None:
        more.update(attention_backend="CUSTOM", additional_config={"reelquery": ours})
    # Nobody else may hold it: what of it lives into the next one's time takes that one's groups down with it.
    made = [vllm.LLM(folders[name], skip_tokenizer_init=True, dtype=dtype, enforce_eager=True,
                     **{"max_model_len": 8192, "enable_prefix_caching": False, **more})]
    for_vllm.calls.clear()
    for_vllm._densities.clear()
    try:
        yield lambda *prompts, **how: answers(made[0], prompts, **how)
    finally:
        made.clear()
        gc.collect()


def answers(made, prompts, tokens=12, every=True):
    """What was answered to each prompt and how likely it was: a list of (tokens, [likelihoods], cached tokens); with `every` the
    likelihoods of the prompt's tokens come first."""
    settings = vllm.SamplingParams(temperature=0, max_tokens=tokens, min_tokens=tokens, logprobs=0, detokenize=False,
                                   prompt_logprobs=0 if every else None)
    told = []
    for reply in made.generate([{"prompt_token_ids": p} for p in prompts], settings, use_tqdm=False):
        first = [d[t].logprob for d, t in zip(reply.prompt_logprobs[1:], reply.prompt_token_ids[1:])] if every else []
        answer = reply.outputs[0]
        then = [d[t].logprob for d, t in zip(answer.logprobs, answer.token_ids)]
        told.append((list(answer.token_ids), torch.tensor(first + then), reply.num_cached_tokens))
    return told


class Models(unittest.TestCase):
    def assertSame(self, got, want):
        self.assertEqual([t for t, _, _ in got], [t for t, _, _ in want])
        for g, w in zip(got, want):
            torch.testing.assert_close(g[1], w[1], **CLOSE)

    def test_eight_at_once_and_in_chunks_are_what_vllm_says(self):
        prompts = [words(n, seed=n) for n in LENGTHS]
        for name in ("llama", "qwen2"):
            with engine(name, None) as ask:
                want = ask(*prompts)
            # Prompts come in chunks of whatever is left of 200 tokens a step, beside the answers of others.
            with engine(name, {"threshold": 1.0}, max_num_batched_tokens=200, max_num_seqs=8) as ask:
                self.assertSame(ask(*prompts), want)
                self.assertGreater(for_vllm.calls["vLLM's: answers"], 0)
                self.assertGreater(for_vllm.calls["sparse"], 2 * len(LENGTHS))
                self.assertEqual(set(for_vllm.calls), {"sparse", "vLLM's: answers"})

    def test_in_bf16_it_lies_no_further_from_float32_than_vllms_own(self):
        prompts = [words(n, seed=n) for n in LENGTHS]
        off = []
        for ours, dtype in ((None, "float32"), (None, "bfloat16"), ({"threshold": 1.0}, "bfloat16")):
            with engine("llama", ours, dtype) as ask:
                off.append(torch.cat([said for _, said, _ in ask(*prompts, tokens=1)]))
        theirs, mine = ((x - off[0]).norm().item() for x in off[1:])
        self.assertLess(mine, 1.25 * theirs)

    def test_below_one(self):
        options, long, short = {"threshold": 0.9, "stride": 8}, words(4096), words(250)
        with engine("llama", None, max_num_batched_tokens=8192) as ask:
            dense = ask(long, short)
        with engine("llama", options, max_num_batched_tokens=8192) as ask:
            whole = ask(long, short)
            # Two blocks are the first and the last: nothing can be left out of a short prompt.
            self.assertSame(whole[1:], dense[1:])
            ask(long, tokens=1)
            density = for_vllm.density()
        self.assertTrue(any(share < 0.99 for layer in density.values() for share in layer), density)
        self.assertFalse(torch.allclose(whole[0][1], dense[0][1], **CLOSE))
        # A chunk of whole blocks chooses what the whole prompt does.
        with engine("llama", options, max_num_batched_tokens=1024, max_num_seqs=1) as ask:
            self.assertSame(ask(long), whole[:1])
            self.assertEqual(for_vllm.calls["sparse"], 8)

    def test_a_beginning_that_is_kept_changes_nothing(self):
        common = words(2048)
        prompts = [common + words(n, seed=n) for n in (200, 77, 333)]
        options = {"threshold": 0.9, "stride": 8}
        with engine("llama", options, max_num_batched_tokens=8192) as ask:
            want = [ask(p, every=False)[0] for p in prompts]
        with engine("llama", options, max_num_batched_tokens=8192, enable_prefix_caching=True) as ask:
            got = [ask(p, every=False)[0] for p in prompts]
            self.assertSame(got, want)
            self.assertEqual([kept for _, _, kept in got], [0, 2048, 2048])

    def test_pages_of_other_sizes(self):
        prompts = [words(n, seed=n) for n in (300, 129)]
        with engine("llama", None) as ask:
            want = ask(*prompts)
        for page in (32, 64):
            with engine("llama", {"threshold": 1.0}, block_size=page, max_num_batched_tokens=256) as ask:
                self.assertSame(ask(*prompts), want)

    def test_what_is_not_served_is_refused_by_name_or_vllms_own(self):
        for name, words_, more in (("mistral", "sliding window of 100", {}), ("gemma2", "soft cap", {}),
                                   ("llama", "fp8", {"kv_cache_dtype": "fp8"}), ("llama", "float16", {"dtype": "float16"})):
            with self.assertRaisesRegex(rx.Unsupported, words_), engine(name, {}, **more):
                pass
        for given, words_ in (({"tau": 0.5}, "tau"), ({"threshold": 2}, "threshold")):
            with self.assertRaisesRegex(rx.InvalidInput, words_), engine("llama", given):
                pass
        with self.assertRaisesRegex(rx.Unsupported, "MLA"):
            current_platform.get_attn_backend_cls(AttentionBackendEnum.CUSTOM, types.SimpleNamespace(use_mla=True))
        prompts = [words(150)]
        with engine("mistral", None) as ask:
            want = ask(*prompts)
        with engine("mistral", {"other_layers": "dense"}) as ask:
            self.assertSame(ask(*prompts), want)
            self.assertEqual(set(for_vllm.calls), {"dense: a sliding window of 100 tokens"})

    def test_full_layers_of_a_model_that_has_windows_too(self):
        prompts = [words(n, seed=n) for n in (300, 129)]
        with engine("gemma3", None) as ask:
            want = ask(*prompts)
        per_kind = {"attention_config": {"backend_per_kind": {"full_attention": "CUSTOM"}},
                    "additional_config": {"reelquery": {"threshold": 1.0}}}
        for asked in ({**per_kind, "ours": None}, {"ours": {"other_layers": "dense", "threshold": 1.0}}):
            with engine("gemma3", max_num_batched_tokens=200, **asked) as ask:
                self.assertSame(ask(*prompts), want)
                # Three steps read the prompts: 200 tokens, 100 and 100, 29; the last is beside an answer.
                self.assertEqual(for_vllm.calls["sparse"], 4)

    def test_a_window_that_everything_fits_into_is_none(self):
        prompts = [words(60)]
        with engine("mistral", None, max_model_len=100) as ask:
            want = ask(*prompts)
        with engine("mistral", {"threshold": 1.0}, max_model_len=100) as ask:
            self.assertSame(ask(*prompts), want)
            self.assertEqual(for_vllm.calls["sparse"], 2)

    def test_who_does_not_ask_gets_vllms_own(self):
        config = types.SimpleNamespace(use_mla=False, use_sparse=False)
        for asked, path in ((None, AttentionBackendEnum.CPU_ATTN.get_path()),
                            (AttentionBackendEnum.CUSTOM, "reelquery_xattention.for_vllm_cpu.Backend")):
            self.assertEqual(current_platform.get_attn_backend_cls(asked, config), path)
        own, ours = (AttentionBackendEnum[name].get_class() for name in ("CPU_ATTN", "CUSTOM"))
        self.assertTrue(own.__module__.startswith("vllm.") and issubclass(ours, own) and ours is not own)
        with unittest.mock.patch.object(for_vllm, "_say") as said:
            AttentionBackendEnum.CUSTOM.clear_override()
            from vllm.v1.attention.backends.registry import register_backend
            register_backend(AttentionBackendEnum.CUSTOM, "elsewhere.Backend")
            for_vllm.register()
            self.assertEqual(AttentionBackendEnum.CUSTOM.get_path(), "elsewhere.Backend")
            AttentionBackendEnum.CUSTOM.clear_override()
            for_vllm.register()
        self.assertIn("elsewhere.Backend", said.call_args_list[0].args[0])


class Threads(unittest.TestCase):
    def test_ours_run_where_openmp_bound_its_own(self):
        from reelquery_xattention import for_vllm_cpu

        for environment, cpus in (({"KMP_AFFINITY": "granularity=fine,explicit,proclist=[0,1,12]"}, {0, 1, 12}),
                                  ({"GOMP_CPU_AFFINITY": "0 3"}, {0, 3}), ({"OMP_PLACES": "{0,1}", "OMP_PROC_BIND": "true"}, set()),
                                  ({"KMP_AFFINITY": "disabled"}, set()), ({}, set())):
            self.assertEqual(for_vllm_cpu.bound_cpus(environment), cpus)
        all_cpus = os.sched_getaffinity(0)
        if len(all_cpus) < 2:
            self.skipTest("one processor")
        one = {min(all_cpus)}
        self.addCleanup(os.sched_setaffinity, 0, all_cpus)
        os.sched_setaffinity(0, one)
        seen = []
        with self.assertRaises(KeyError), for_vllm_cpu.unbound(all_cpus):
            started = threading.Thread(target=lambda: seen.append(os.sched_getaffinity(0)))
            started.start()
            started.join()
            raise KeyError
        self.assertEqual((seen, os.sched_getaffinity(0)), ([all_cpus], one))
        with for_vllm_cpu.unbound(set()):
            self.assertEqual(os.sched_getaffinity(0), one)


class Card(unittest.TestCase):
    """The classes for cards, whose cache lies otherwise, on tensors of a processor."""

    def test_a_batch_over_flash_attentions_cache(self):
        from reelquery_xattention import for_vllm_cuda
        from vllm.v1.attention.backends import flash_attn

        impl = for_vllm_cuda.Impl.__new__(for_vllm_cuda.Impl)
        impl.reelquery, impl._why_dense, impl.scale = for_vllm.Options(threshold=0.5, stride=8), None, 64**-0.5
        impl.num_heads, impl.head_size, impl.num_kv_heads = 4, 64, 2
        builder = for_vllm_cuda.Builder.__new__(for_vllm_cuda.Builder)
        builder.reorder_batch_threshold, builder._serves = 1, True
        rows = [inputs(4, 2, q, k, 64, torch.bfloat16, seed=k) for q, k in ((1, 40), (300, 300), (129, 700))]
        caches, tables, pages = [], [], 0
        for _, k, v in rows:
            cache, table = shuffled_pages(k[0], v[0], 16)
            caches.append(cache)
            tables.append(torch.nn.functional.pad(table + pages, (0, 50 - len(table))))
            pages += len(cache)
        query = torch.cat([q[0].transpose(0, 1) for q, _, _ in rows])
        starts, lengths = torch.tensor([0, 1, 301, 430], dtype=torch.int32), torch.tensor([40, 300, 700], dtype=torch.int32)
        common = vllm.v1.attention.backend.CommonAttentionMetadata(
            query_start_loc=starts, query_start_loc_cpu=starts, seq_lens=lengths, num_reqs=3, num_actual_tokens=430,
            max_query_len=300, max_seq_len=700, block_table_tensor=torch.stack(tables), slot_mapping=torch.arange(430),
            seq_lens_cpu_upper_bound=lengths)

        def build(self, _, common, fast_build=False):
            return flash_attn.FlashAttentionMetadata(
                common.num_actual_tokens, common.max_query_len, common.query_start_loc, common.max_seq_len, common.seq_lens,
                common.block_table_tensor, common.slot_mapping)

        asked = []
        with unittest.mock.patch.object(flash_attn.FlashAttentionMetadataBuilder, "build", build), \
                unittest.mock.patch.object(flash_attn.FlashAttentionImpl, "forward", lambda self, *given: asked.append(given)):
            metadata = builder.build(0, common)
            out = torch.empty_like(query)
            impl.forward(types.SimpleNamespace(layer_name="layers.0"), query, query, query, torch.cat(caches), metadata, out)
        for row, part in ((1, slice(1, 301)), (2, slice(301, 430))):
            want = rx.xattention(*rows[row], threshold=0.5, stride=8)[0]
            self.assertTrue(torch.equal(out[part].transpose(0, 1), want))
            self.assertGreater(distance(want, exact(*rows[row])[0]), 0.01)  # blocks were left out
        (given,) = asked
        self.assertEqual((given[1].shape[0], given[5].num_actual_tokens, given[5].seq_lens.tolist()), (1, 1, [40]))
        self.assertTrue(torch.equal(given[1], query[:1]) and given[6].data_ptr() == out.data_ptr())

    def test_what_its_kernels_do_not_take_is_named(self):
        from reelquery_xattention import for_vllm_cuda

        served = for_vllm_cuda.Impl.unserved_here
        self.assertIsNone(served(None, "bfloat16", 128))
        self.assertIn("--dtype bfloat16", served(None, "float16", 128))
        self.assertIn("96", served(None, "bfloat16", 96))
        self.assertEqual(for_vllm_cuda.Backend.get_name(), "CUSTOM")


if __name__ == "__main__":
    unittest.main()
