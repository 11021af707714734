"""A server's step over a paged cache, made by hand, and what stands for vLLM's own half of an adapter."""

import dataclasses
import types

import torch

from reelquery_xattention import for_vllm, paged
from support import exact, inputs


def shuffled_pages(k, v, page, spare=3, seed=0):
    """A cache [pages, Hkv, page, 2 * D] that holds k and v [Hkv, L, D] on pages in no order, NaN elsewhere; the table."""
    heads, keys, dim = k.shape
    count = -(-keys // page)
    table = torch.randperm(count + spare, generator=torch.Generator().manual_seed(seed))[:count].to(k.device, torch.int32)
    cache = torch.full((count + spare, heads, page, 2 * dim), torch.nan, dtype=k.dtype, device=k.device)
    both = torch.nn.functional.pad(torch.cat([k, v], -1), (0, 0, 0, count * page - keys), value=torch.nan)
    cache[table.long()] = both.view(heads, count, page, 2 * dim).transpose(0, 1)
    return cache, table


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
    def impls(self, *_):
        return [Impl(1, 1)]


class Impl(for_vllm.PromptsImpl, OwnImpl):
    def __init__(self, heads, dim, why=None, **options):
        self.reelquery, self._why_dense = for_vllm.Options(**options), why
        self.num_heads, self.head_size, self.scale = heads, dim, dim**-0.5

    def keys_and_values(self, layer, kv_cache, table, keys):
        return paged.gather(kv_cache, table, keys)


class Step:
    """Answers, a whole prompt, a chunk behind earlier ones and a prompt whose beginning was cached, in one batch.

    rows: q [1, Hq, Lq, D], k and v [1, Hkv, Lk, D] of each; query: [tokens, Hq, D] of all.
    """

    QUERIES, KEYS = [1, 300, 1, 1, 129, 40], [77, 300, 1, 513, 700, 552]

    def __init__(self, heads=4, kv_heads=2, dim=64, page=32, dtype=torch.float32, device="cpu"):
        self.rows = [inputs(heads, kv_heads, q, k, dim, dtype, seed=i, device=device)
                     for i, (q, k) in enumerate(zip(self.QUERIES, self.KEYS))]
        caches, tables, pages = [], [], 0
        for i, (_, k, v) in enumerate(self.rows):
            cache, table = shuffled_pages(k[0], v[0], page, seed=i)
            caches.append(cache)
            tables.append(torch.nn.functional.pad(table + pages, (0, 60 - len(table))))
            pages += len(cache)
        self.cache = torch.cat(caches)
        self.query = torch.cat([q[0].transpose(0, 1) for q, _, _ in self.rows])
        starts = torch.tensor([0, *self.QUERIES]).cumsum(0).to(torch.int32)
        self.starts, lengths = starts.tolist(), torch.tensor(self.KEYS, dtype=torch.int32)
        self.common = Common(
            starts.to(device), starts, lengths.to(device), len(self.rows), self.starts[-1], max(self.QUERIES), max(self.KEYS),
            torch.stack(tables), torch.arange(self.starts[-1], device=device),
            positions=torch.zeros(3, self.starts[-1], device=device), is_prefilling=torch.tensor(self.QUERIES) > 1,
            seq_lens_cpu_upper_bound=lengths)
        self.builder = Builder(None, [], None, None)
        self.layer = types.SimpleNamespace(layer_name="model.layers.5.self_attn.attn")

    def run(self, impl, common=None):
        """[Hq, Lq, D] of each row. A graph pads the tokens of a batch; so does this."""
        metadata = self.builder.build(0, common or self.common)
        padded = torch.nn.functional.pad(self.query, (0, 0, 0, 0, 0, 3), value=torch.nan)
        output = torch.full_like(padded, torch.nan)
        impl.forward(self.layer, padded, padded, padded, self.cache, metadata, output)
        return [output[a:b].transpose(0, 1) for a, b in zip(self.starts, self.starts[1:])]
