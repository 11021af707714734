"""XAttention for vLLM on processors: over the cache of vLLM's own CPU backend, which packs keys for its kernels."""

from vllm.v1.attention.backends.cpu_attn import CPUAttentionBackend, CPUAttentionBackendImpl, CPUAttentionMetadataBuilder

from . import paged
from .for_vllm import PromptsBuilder, PromptsImpl

_orders = {}


class Builder(PromptsBuilder, CPUAttentionMetadataBuilder):
    pass


class Impl(PromptsImpl, CPUAttentionBackendImpl):
    def unserved_here(self, dtype, head_size):
        return None if dtype in ("float32", "bfloat16") else f"{dtype} on a processor (--dtype bfloat16 or float32)"

    def keys_and_values(self, layer, kv_cache, table, keys):
        # How pages are packed depends on the processor, the page and D; vLLM writes one for us to see.
        page, dim = kv_cache.shape[2], kv_cache.shape[3] // 2
        kind = (layer.isa, page, dim, kv_cache.dtype)
        if kind not in _orders:
            _orders[kind] = paged.orders_of(
                lambda k, v, cache, slots: self.do_kv_cache_update(layer, k, v, cache, slots), page, dim, kv_cache.dtype)
        return paged.gather_packed(kv_cache, table, keys, *_orders[kind])


class Backend(CPUAttentionBackend):
    """Keeps the name CPU_ATTN: the cache is that backend's, which is what others ask the name for."""

    @staticmethod
    def get_impl_cls():
        return Impl

    @staticmethod
    def get_builder_cls():
        return Builder
