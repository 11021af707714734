"""XAttention for vLLM on processors: over the cache of vLLM's own CPU backend, which packs keys for its kernels."""

import contextlib
import os
import re

from vllm.v1.attention.backends.cpu_attn import CPUAttentionBackend, CPUAttentionBackendImpl, CPUAttentionMetadataBuilder

from . import paged
from .for_vllm import PromptsBuilder, PromptsImpl

_orders = {}


def bound_cpus(environment):
    """The processors that vLLM has OpenMP bind a worker's threads to, one each; empty where it leaves them free."""
    listed = re.search(r"proclist=\[([\d,]+)\]", environment.get("KMP_AFFINITY", ""))
    words = listed.group(1).split(",") if listed else environment.get("GOMP_CPU_AFFINITY", "").split()
    return {int(word) for word in words} if all(word.isdigit() for word in words) else set()


@contextlib.contextmanager
def unbound(cpus):
    """Threads that are started inside run on any of `cpus`, where the caller is bound to one of them."""
    before = os.sched_getaffinity(0)
    if not cpus - before:
        yield
        return
    os.sched_setaffinity(0, cpus)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


class Builder(PromptsBuilder, CPUAttentionMetadataBuilder):
    pass


class Impl(PromptsImpl, CPUAttentionBackendImpl):
    def unserved_here(self, dtype, head_size):
        return None if dtype in ("float32", "bfloat16") else f"{dtype} on a processor (--dtype bfloat16 or float32)"

    def threads(self):
        # vLLM binds a worker's OpenMP threads, the calling one among them; ours would inherit its one processor.
        return unbound(bound_cpus(os.environ))

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
