"""XAttention for vLLM on NVIDIA cards: over the cache of its FlashAttention backend, which does the rest."""

import torch
from vllm.config import get_current_vllm_config
from vllm.v1.attention.backend import AttentionCGSupport
from vllm.v1.attention.backends.flash_attn import FlashAttentionBackend, FlashAttentionImpl, FlashAttentionMetadataBuilder

from . import paged
from ._call import scratch_bytes
from .for_vllm import PromptsBuilder, PromptsImpl


class Builder(PromptsBuilder, FlashAttentionMetadataBuilder):
    # Whole graphs of steps that only answer; a prompt's attention is called between the pieces of a graph.
    _cudagraph_support = AttentionCGSupport.UNIFORM_BATCH


class Impl(PromptsImpl, FlashAttentionImpl):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        config = get_current_vllm_config()
        self._most_keys = config.model_config.max_model_len
        self._most_queries = config.scheduler_config.max_num_batched_tokens

    def unserved_here(self, dtype, head_size):
        if dtype != "bfloat16":
            return f"{dtype} on a card (--dtype bfloat16)"
        return None if head_size in (64, 128) else f"a head dimension of {head_size} on a card"

    def reserve(self, query):
        """Takes and leaves the memory of the longest prompt's last chunk, so that vLLM does not fill it with its cache."""
        if query.is_cuda:
            pages = 4 * (self._most_keys + 1024) * self.num_kv_heads * self.head_size  # bf16, gathered, with a page to spare
            call = scratch_bytes(self.num_heads, self.num_kv_heads, self.head_size,
                                 min(self._most_queries, self._most_keys), self._most_keys, self.reelquery.stride)
            torch.empty(pages + call, dtype=torch.uint8, device=query.device)

    def keys_and_values(self, layer, kv_cache, table, keys):
        return paged.gather(kv_cache, table, keys)


class Backend(FlashAttentionBackend):
    @staticmethod
    def get_name():
        return "CUSTOM"

    @staticmethod
    def get_impl_cls():
        return Impl

    @staticmethod
    def get_builder_cls():
        return Builder

    @classmethod
    def supports_batch_invariance(cls):
        return False

    @classmethod
    def supports_device_cpu_query_lens_mismatch(cls):
        return False  # batches are cut by the lengths that the processor knows
