"""XAttention for vLLM: an attention backend outside its tree, over its paged cache.

    vllm serve MODEL --attention-backend CUSTOM --additional-config '{"reelquery": {"threshold": 0.9}}'

The entry point `vllm.general_plugins` of this package calls register() in every process of vLLM; nothing changes for who
does not ask for CUSTOM. Prompts, whole or in chunks, run on XAttention; the tokens of the answer are vLLM's own. A layer
that cannot be served (a sliding window, a quantised cache, ...) is refused by name, or vLLM's own where the options say
so, and the log says it once. Written against the interface of vLLM 0.32.
"""

import collections
import contextlib
import dataclasses
import json
import os
import re
import typing

from . import paged
from .attention import STRIDES, dense, xattention
from .errors import InvalidInput, Unsupported

WRITTEN_FOR = "0.32"
VARIABLE = "REELQUERY_XATTENTION_VLLM"

calls: typing.Counter = collections.Counter()
"""What the attention calls of this process were, a prompt's chunk or a run of other rows each: "sparse", ..."""
_densities: typing.Dict[str, typing.Any] = {}


def density() -> dict:
    """{layer's name: [Hq] list} of the last sparse call of each layer in this process. Waits for a card."""
    return {name: kept.mean(0).tolist() for name, kept in sorted(_densities.items())}


@dataclasses.dataclass(frozen=True)
class Options:
    """threshold: tau in [0, 1], or a list with a number or a list of Hq numbers (of the whole model) for each layer.
    stride: 4, 8 or 16. dense_layers: leading layers that are vLLM's own. min_keys: prompts with fewer keys are.
    other_layers: "refuse", or "dense": layers that cannot be served are vLLM's own. The others: as xattention()."""

    threshold: typing.Any = 0.9
    stride: int = 16
    dense_layers: int = 0
    min_keys: int = 0
    other_layers: str = "refuse"
    pattern: str = "antidiagonal"
    sink_blocks: int = 1
    recent_blocks: int = 1

    def __post_init__(self):
        numbers = []
        for layer in self.threshold if isinstance(self.threshold, list) else [self.threshold]:
            numbers += layer if isinstance(layer, list) else [layer]
        if not all(isinstance(tau, (int, float)) and not isinstance(tau, bool) and 0 <= tau <= 1 for tau in numbers):
            raise InvalidInput(f"threshold is a number in [0, 1], or a list of them or of lists of them, not {self.threshold!r}")
        if self.other_layers not in ("refuse", "dense"):
            raise InvalidInput(f"other_layers is 'refuse' or 'dense', not {self.other_layers!r}")
        if self.stride not in STRIDES:
            raise Unsupported(f"strides of 4, 8 and 16 are served, not {self.stride!r}")
        for name in ("dense_layers", "min_keys", "sink_blocks", "recent_blocks"):
            if type(getattr(self, name)) is not int or getattr(self, name) < (1 if name.endswith("blocks") else 0):
                raise InvalidInput(f"{name} is a number of layers, keys or blocks, not {getattr(self, name)!r}")

    @staticmethod
    def of(additional: typing.Any, variable: typing.Optional[str]) -> "Options":
        """additional: vLLM's --additional-config. variable: what REELQUERY_XATTENTION_VLLM holds, a JSON object; the
        former wins name by name. Errors: InvalidInput, Unsupported."""
        given: dict = {}
        if variable:
            try:
                given = json.loads(variable)
            except ValueError as error:
                raise InvalidInput(f"{VARIABLE} is not a JSON object: {error}") from None
        mine = additional.get("reelquery", {}) if isinstance(additional, dict) else {}
        known = [field.name for field in dataclasses.fields(Options)]
        for place, options in ((VARIABLE, given), ("--additional-config's \"reelquery\"", mine)):
            if not isinstance(options, dict):
                raise InvalidInput(f"{place} is an object of options, not {options!r}")
            unknown = [name for name in options if name not in known]
            if unknown:
                raise InvalidInput(f"{place} names {', '.join(unknown)}; known are {', '.join(known)}")
        return Options(**{**given, **mine})

    def threshold_of(self, layer: typing.Optional[int], heads: int, rank: int, ranks: int) -> typing.Any:
        """A number, or the `heads` numbers of this rank's query heads, of `ranks` that the model's heads are shared by.
        Errors: InvalidInput."""
        if not isinstance(self.threshold, list):
            return self.threshold
        if layer is None or layer >= len(self.threshold):
            raise InvalidInput(f"there are thresholds of {len(self.threshold)} layers and none for layer {layer}")
        taus = self.threshold[layer]
        if isinstance(taus, list):
            if len(taus) != heads * ranks:
                raise InvalidInput(f"layer {layer} has {heads * ranks} query heads and {len(taus)} thresholds")
            taus = taus[rank * heads:(rank + 1) * heads]
        return taus


def layer_number(name: str) -> typing.Optional[int]:
    """3 of "model.layers.3.self_attn.attn"; None where a name holds no number."""
    found = re.search(r"(?:^|\.)(\d+)(?:\.|$)", name)
    return int(found.group(1)) if found else None


def unserved(*, attn_type="decoder", sliding_window=None, max_model_len=None, kv_cache_dtype="auto", dtype="", **others):
    """What of an attention layer these kernels do not compute, in words; None where they do all of it.

    A window that the longest prompt fits into is none. others: further arguments of vLLM's layers by their names; any
    that says something (a slope, a cap, sinks, ...) would be lost.
    """
    if str(getattr(attn_type, "value", attn_type)) != "decoder":
        return f"{getattr(attn_type, 'value', attn_type)} attention"
    if sliding_window is not None and not (max_model_len and sliding_window >= max_model_len):
        return f"a sliding window of {sliding_window} tokens"
    if kv_cache_dtype not in ("auto", dtype):
        return f"a cache of {kv_cache_dtype} under a model of {dtype} (--kv-cache-dtype auto)"
    words = {"alibi_slopes": "ALiBi", "logits_soft_cap": "a soft cap of logits", "sinks": "attention sinks"}
    for name, value in others.items():
        if value is not None and value is not False and not (isinstance(value, (int, float)) and value == 0):
            return words.get(name, name)
    return None


def _unserved_model(config):
    """The same of what the whole model's configuration says."""
    parallel, model = config.parallel_config, config.model_config
    for name in ("decode_context_parallel_size", "prefill_context_parallel_size"):
        if getattr(parallel, name, 1) > 1:
            return f"context parallelism ({name})"
    if getattr(model, "rswa_window", None) is not None:
        return "reference sliding windows"
    if getattr(model, "is_mm_prefix_lm", False):
        return "pictures whose tokens see ahead"
    return None


def _rows(common, piece):
    """vLLM's CommonAttentionMetadata of some rows of a batch, those of `piece`."""
    rows, tokens = slice(piece.first, piece.last), slice(piece.begin, piece.end)
    starts = slice(piece.first, piece.last + 1)
    cpu = common.query_start_loc_cpu[starts] - piece.begin
    bound = common.seq_lens_cpu_upper_bound
    more = {}
    for name, part in (("positions", tokens), ("is_prefilling", rows), ("req_idx", rows), ("seq_lens_cpu_upper_bound", rows)):
        value = getattr(common, name, None)
        # Positions of several dimensions (M-RoPE) are of no use to attention.
        more[name] = value[part] if value is not None and value.ndim == 1 else None
    return common.replace(
        query_start_loc=common.query_start_loc[starts] - piece.begin, query_start_loc_cpu=cpu,
        seq_lens=common.seq_lens[rows], num_reqs=piece.last - piece.first, num_actual_tokens=piece.end - piece.begin,
        max_query_len=int((cpu[1:] - cpu[:-1]).max()),
        max_seq_len=common.max_seq_len if bound is None else int(bound[rows].max()),
        block_table_tensor=common.block_table_tensor[rows], slot_mapping=common.slot_mapping[tokens],
        _num_computed_tokens_cache=None, _token_to_req_indices_cache=None, **more)


class PromptsBuilder:
    """Before a platform's AttentionMetadataBuilder: what it builds also holds `reelquery`, a list of (Piece, metadata of
    its rows, None for a prompt), or None where the batch is vLLM's own."""

    supports_update_block_table = False  # the pieces hold block tables of their own

    def __init__(self, kv_cache_spec, layer_names, vllm_config, device):
        super().__init__(kv_cache_spec, layer_names, vllm_config, device)
        # Rows of an answer come first in a batch, so that they are one piece.
        self._init_reorder_batch_threshold(1, supports_spec_as_decode=True)
        self._serves = any(getattr(impl, "_why_dense", "unknown") is None for impl in self.impls(vllm_config, layer_names))

    def impls(self, vllm_config, layer_names):
        """The implementations of the layers that this builder builds for."""
        from vllm.config import get_layers_from_vllm_config
        from vllm.model_executor.layers.attention import Attention

        return [layer.impl for layer in get_layers_from_vllm_config(vllm_config, Attention, layer_names).values()]

    def build(self, common_prefix_len, common_attn_metadata, fast_build=False):
        metadata = super().build(common_prefix_len, common_attn_metadata, fast_build)
        metadata.reelquery = self._pieces(common_attn_metadata)
        return metadata

    def _pieces(self, common):
        if not self._serves or common.max_query_len <= self.reorder_batch_threshold:
            return None
        if common.causal is not True:
            _say("attention that is not causal is vLLM's own, and dense")
            return None
        rows = common.num_reqs
        # The bound is exact where a prompt is read; on a card the lengths themselves would have to be waited for.
        lengths = common.seq_lens if common.seq_lens_cpu_upper_bound is None else common.seq_lens_cpu_upper_bound
        pieces = paged.cut(common.query_start_loc_cpu[:rows + 1].tolist(), lengths[:rows].tolist(),
                           self.reorder_batch_threshold)
        if not any(piece.keys for piece in pieces):
            return None
        # fast_build: a schedule made ahead would lie in the buffer of the whole batch's.
        return [(piece, None if piece.keys else super(PromptsBuilder, self).build(0, _rows(common, piece), True))
                for piece in pieces]


class PromptsImpl:
    """Before a platform's AttentionImpl: prompts run on XAttention, everything else on the platform's."""

    def __init__(self, num_heads, head_size, scale, num_kv_heads=None, alibi_slopes=None, sliding_window=None,
                 kv_cache_dtype="auto", logits_soft_cap=None, attn_type="decoder", kv_sharing_target_layer_name=None, **more):
        from vllm.config import get_current_vllm_config

        config = get_current_vllm_config()
        dtype = str(config.model_config.dtype).removeprefix("torch.")
        self.reelquery = Options.of(config.additional_config, os.environ.get(VARIABLE))
        why = _unserved_model(config) or self.unserved_here(dtype, head_size) or unserved(
            attn_type=attn_type, sliding_window=sliding_window, max_model_len=config.model_config.max_model_len,
            kv_cache_dtype=kv_cache_dtype, dtype=dtype, alibi_slopes=alibi_slopes, logits_soft_cap=logits_soft_cap, **more)
        if why and self.reelquery.other_layers == "refuse":
            raise Unsupported(f"this model has attention layers that XAttention does not serve: {why}. "
                              "--additional-config '{\"reelquery\": {\"other_layers\": \"dense\"}}' leaves such layers to vLLM")
        if why:
            _say(f"layers with {why} are vLLM's own, and dense")
        else:
            _say(f"prompts are read with {self.reelquery}", "info_once")
        super().__init__(num_heads, head_size, scale, num_kv_heads, alibi_slopes, sliding_window, kv_cache_dtype,
                         logits_soft_cap, attn_type, kv_sharing_target_layer_name, **more)
        self._why_dense = why

    def forward(self, layer, query, key, value, kv_cache, attn_metadata, output, output_scale=None, output_block_scale=None):
        """As AttentionImpl.forward. query [tokens, Hq, D], output written in place. Errors: those of xattention()."""
        if attn_metadata is None and not self._why_dense:
            self.reserve(query)
        pieces = getattr(attn_metadata, "reelquery", None)
        number = layer_number(layer.layer_name)
        if pieces is None or self._why_dense or (number is not None and number < self.reelquery.dense_layers):
            if self._why_dense or pieces is not None:
                calls["dense: " + (self._why_dense or "one of the first layers")] += 1
            return super().forward(layer, query, key, value, kv_cache, attn_metadata, output, output_scale, output_block_scale)
        if output_scale is not None or output_block_scale is not None:
            raise Unsupported("a quantised output of attention is not served")
        for piece, rest in pieces:
            part = slice(piece.begin, piece.end)
            if rest is not None:
                calls["vLLM's: answers"] += 1
                super().forward(layer, query[part], key[part], value[part], kv_cache, rest, output[part])
                continue
            k, v = self.keys_and_values(layer, kv_cache, attn_metadata.block_table[piece.first], piece.keys)
            with self.threads():
                self._prompt(layer, number, query[part].transpose(0, 1), k, v, output[part].transpose(0, 1))
        return output

    def _prompt(self, layer, number, q, k, v, out):
        """One prompt or a chunk of it, [heads, tokens, D] each."""
        options = self.reelquery
        if k.shape[1] < options.min_keys:
            calls["dense: few keys"] += 1
            dense(q, k, v, scale=self.scale, out=out)
            return
        _, blocks = xattention(q, k, v, threshold=self._threshold(number), stride=options.stride, scale=self.scale,
                               pattern=options.pattern, sink_blocks=options.sink_blocks,
                               recent_blocks=options.recent_blocks, out=out, return_blocks=True)
        calls["sparse"] += 1
        _densities[layer.layer_name] = blocks.density()

    def _threshold(self, number):
        if not isinstance(self.reelquery.threshold, list):
            return self.reelquery.threshold
        from vllm.distributed import get_tensor_model_parallel_rank, get_tensor_model_parallel_world_size

        return self.reelquery.threshold_of(number, self.num_heads, get_tensor_model_parallel_rank(),
                                           get_tensor_model_parallel_world_size())

    def unserved_here(self, dtype, head_size):
        """What of a model's number type and head dimension this platform's kernels do not compute; None where they do."""
        return None

    def threads(self):
        """A context in which the kernels' threads may be started."""
        return contextlib.nullcontext()

    def reserve(self, query):
        """Called where vLLM measures the memory that a forward of `query` [tokens, Hq, D] takes."""

    def keys_and_values(self, layer, kv_cache, table, keys):
        """k and v [Hkv, keys, D] of one request out of this platform's cache. table: its pages."""
        raise NotImplementedError


def _say(words, how="warning_once"):
    """Says something once in the log of this process."""
    from vllm.logger import init_logger

    getattr(init_logger("vllm.reelquery_xattention"), how)("XAttention: %s", words)


def _choose_on_cpu(platform, custom, path):
    """vLLM's CPU platform takes its own backend whatever was chosen: from here on CUSTOM is CUSTOM there, too."""
    own = platform.get_attn_backend_cls
    if getattr(own, "reelquery", False):
        return

    def get_attn_backend_cls(cls, selected_backend, attn_selector_config, *args, **kwargs):
        if selected_backend is not custom:
            return own(selected_backend, attn_selector_config, *args, **kwargs)
        for name, words in (("use_mla", "multi-head latent attention (MLA)"), ("use_sparse", "sparse MLA")):
            if getattr(attn_selector_config, name, False):
                raise Unsupported(f"--attention-backend CUSTOM is XAttention here, which does not serve {words}")
        return path

    get_attn_backend_cls.reelquery = True
    platform.get_attn_backend_cls = classmethod(get_attn_backend_cls)


def register():
    """vLLM's entry point: makes CUSTOM this package's backend. Called in each of its processes, maybe twice.

    Where another package has taken CUSTOM, it keeps it, and the log says so."""
    from vllm import __version__
    from vllm.platforms import current_platform
    from vllm.v1.attention.backends.registry import AttentionBackendEnum, register_backend

    if not (current_platform.is_cpu() or current_platform.is_cuda()):
        return
    path = f"reelquery_xattention.for_vllm_{'cpu' if current_platform.is_cpu() else 'cuda'}.Backend"
    custom = AttentionBackendEnum.CUSTOM
    if custom.is_overridden() and custom.get_path() != path:
        _say(f"CUSTOM is {custom.get_path()} here; VLLM_PLUGINS=reelquery leaves other packages out")
        return
    if not __version__.startswith(f"{WRITTEN_FOR}."):
        _say(f"written for vLLM {WRITTEN_FOR}, this is {__version__}, whose interface may differ")
    register_backend(custom, path)
    if current_platform.is_cpu():
        _choose_on_cpu(type(current_platform), custom, path)
