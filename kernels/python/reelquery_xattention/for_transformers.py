"""XAttention for Hugging Face transformers: attn_implementation="reelquery".

Prompts are read by XAttention, also in chunks over a cache; the tokens of the answer, encoders (a vision tower) and
what register()'s options name are dense. Nothing else is: a call that cannot be served raises, and what was dense
and why stands in Adapter.calls.
"""

import collections

import torch
import torch.nn.functional as F
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.masking_utils import causal_mask_function, prepare_padding_mask, sdpa_mask

from .attention import dense, xattention
from .errors import InvalidInput, Unsupported, UnsupportedMask

# Arguments of other attention functions whose meaning would be lost.
_REFUSED = ("softcap", "position_bias", "s_aux", "head_mask", "block_table")


class CausalMask(torch.Tensor):
    """Stands where a [B, 1, Lq, Lk] mask would: causal, with padding on either side of each row, in no memory.

    begins[b], stops[b]: the keys that row b holds. end: keys that are filled; the queries are the last Lq of them.
    A shape and nothing more to everyone else: whatever would compute with it raises UnsupportedMask.
    """

    @staticmethod
    def of(batch, queries, keys, begins, stops, end, device):
        none = torch.zeros(1, 1, 1, 1, dtype=torch.bool, device=device).expand(batch, 1, queries, keys)
        mask = torch.Tensor._make_subclass(CausalMask, none)
        mask.begins, mask.stops, mask.end = begins, stops, end
        return mask

    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        if getattr(function, "__name__", "") in ("__get__", "dim", "size", "__len__", "is_floating_point", "stride"):
            with torch._C.DisableTorchFunctionSubclass():
                return function(*args, **(kwargs or {}))
        if getattr(function, "__name__", "") == "contiguous":  # generate() asks for it and looks no further
            return args[0]
        raise UnsupportedMask(f"this model computes with its attention mask ({getattr(function, '__name__', function)}); "
                              f"attn_implementation='reelquery' gives it none to compute with")

    def __repr__(self):
        return f"CausalMask(rows={list(zip(self.begins, self.stops))}, end={self.end})"

    @property
    def is_padded(self):
        return any(begin != 0 or stop != self.end for begin, stop in zip(self.begins, self.stops))


def _padding_of(attention_mask, end):
    """(begins, stops) of a 2-dimensional mask's first `end` keys; None where a row has holes."""
    held = attention_mask[:, :end].to(torch.bool)
    count = held.sum(-1)
    places = torch.arange(end, device=held.device)
    begins = torch.where(held, places, end).amin(-1)
    stops = torch.where(held, places + 1, 0).amax(-1)
    rows = torch.stack([count, begins, stops]).tolist()
    if any(n and n != stop - begin for n, begin, stop in zip(*rows)):
        return None
    empty = [n == 0 for n in rows[0]]
    return ([0 if e else begin for e, begin in zip(empty, rows[1])], [0 if e else stop for e, stop in zip(empty, rows[2])])


def causal_or_explicit_mask(batch_size, q_length, kv_length, q_offset=0, kv_offset=0, mask_function=causal_mask_function,
                            attention_mask=None, local_size=None, allow_is_causal_skip=True, device="cpu", **kwargs):
    """transformers' mask interface. Returns None for plain causality over all keys, a CausalMask where rows are padded
    or a static cache is not full, and whatever sdpa would get for every other mask."""
    end = int(q_offset) + q_length - kv_offset
    # A window that everything fits into is no window; overlays of other kinds forbid the skip.
    fits = local_size is not None and allow_is_causal_skip and int(q_offset) + q_length <= local_size
    is_causal = (mask_function is causal_mask_function or fits) and kv_offset == 0 and q_length <= end <= kv_length
    padding = prepare_padding_mask(attention_mask, kv_length, kv_offset) if is_causal else None
    rows = ([0] * batch_size, [end] * batch_size) if padding is None else _padding_of(padding, end)
    if not is_causal or rows is None:
        return sdpa_mask(batch_size, q_length, kv_length, q_offset=q_offset, kv_offset=kv_offset, mask_function=mask_function,
                         attention_mask=attention_mask, local_size=local_size, allow_is_causal_skip=False, device=device,
                         **kwargs)
    mask = CausalMask.of(batch_size, q_length, kv_length, *rows, end, device)
    return mask if mask.is_padded or end != kv_length else None


def _sdpa(query, key, value, mask, scaling):
    """torch's attention over what the mask shows, or everything; returns [B, Lq, Hq, D]."""
    batch, heads, queries, dim = query.shape
    groups = heads // key.shape[1]
    if groups > 1 and queries == 1 and (mask is None or mask.shape[1] == 1):
        # A token of an answer: the heads of a group become the queries, so that the cache is not copied.
        query = query.reshape(batch, heads // groups, groups, dim)
    elif groups > 1:
        key, value = key.repeat_interleave(groups, 1), value.repeat_interleave(groups, 1)
    out = F.scaled_dot_product_attention(query, key, value, attn_mask=mask, scale=scaling)
    return out.reshape(batch, heads, queries, dim).transpose(1, 2).contiguous()


class Adapter:
    """One registered attention function. Made by register().

    calls: collections.Counter of what its calls were: "sparse", "dense: one query", "dense: not causal", ...
    """

    def __init__(self, threshold=0.9, stride=16, dense_layers=0, min_keys=0, other_masks="refuse", **select_options):
        if other_masks not in ("refuse", "dense"):
            raise InvalidInput(f"other_masks is 'refuse' or 'dense', not {other_masks!r}")
        self.threshold, self.dense_layers, self.min_keys = threshold, dense_layers, min_keys
        self.other_masks = other_masks
        self.options = {"stride": stride, **select_options}
        self.reset()

    def reset(self):
        """Forgets the calls and densities so far."""
        self.calls = collections.Counter()
        self._densities = {}

    def density(self):
        """{layer: [Hq] list} of the last sparse call of each layer: kept blocks over visible ones. Waits for a card."""
        return {layer: density.mean(0).tolist() for layer, density in sorted(self._densities.items())}

    def _threshold_of(self, layer):
        if isinstance(self.threshold, (int, float)):
            return self.threshold
        if layer is None or layer >= len(self.threshold):
            raise InvalidInput(f"there are thresholds of {len(self.threshold)} layers and none for layer {layer}")
        return self.threshold[layer]

    def _prompt(self, layer, query, key, value, scaling, out):
        """A prompt or a chunk of it, bottom-right causal, into out [B, Lq, Hq, D]."""
        why = None
        if layer is not None and layer < self.dense_layers:
            why = "dense: one of the first layers"
        elif key.shape[2] < self.min_keys:
            why = "dense: few keys"
        self.calls[why or "sparse"] += 1
        if why:
            dense(query, key, value, scale=scaling, out=out.transpose(1, 2))
            return
        _, blocks = xattention(query, key, value, threshold=self._threshold_of(layer), scale=scaling,
                               out=out.transpose(1, 2), return_blocks=True, **self.options)
        self._densities[layer] = blocks.density()  # not the lists, which are large

    def __call__(self, module, query, key, value, attention_mask, scaling=None, dropout=0.0, is_causal=None, **kwargs):
        """query [B, Hq, Lq, D], key and value [B, Hkv, Lk, D]; returns ([B, Lq, Hq, D], None)."""
        for name in _REFUSED:
            if kwargs.get(name) is not None:
                raise Unsupported(f"attn_implementation='reelquery' does not serve {name}; use 'eager' for this model")
        if dropout:
            raise Unsupported("attn_implementation='reelquery' is for inference: dropout is not served; call model.eval()")
        if kwargs.get("output_attentions"):
            raise Unsupported("attention weights are never formed here; use attn_implementation='eager' to see them")
        if attention_mask is not None and not isinstance(attention_mask, torch.Tensor):
            raise UnsupportedMask(f"a mask of type {type(attention_mask).__name__} is not served")
        layer, queries = getattr(module, "layer_idx", None), query.shape[2]
        known = isinstance(attention_mask, CausalMask)
        if attention_mask is not None and not known:
            return self._other_mask(query, key, value, attention_mask, scaling), None
        if not known and not (getattr(module, "is_causal", True) if is_causal is None else is_causal):
            self.calls["dense: not causal"] += 1
            return _sdpa(query, key, value, None, scaling), None
        end = attention_mask.end if known else key.shape[2]
        key, value = key[:, :, :end], value[:, :, :end]
        if queries == 1:
            self.calls["dense: one query"] += 1
            return _sdpa(query, key, value, self._held(attention_mask, key) if known else None, scaling), None
        out = torch.zeros if known and attention_mask.is_padded else torch.empty
        out = out(query.shape[0], queries, query.shape[1], query.shape[3], dtype=query.dtype, device=query.device)
        if not (known and attention_mask.is_padded):
            self._prompt(layer, query, key, value, scaling, out)
            return out, None
        before = end - queries  # keys of earlier chunks
        for b, (begin, stop) in enumerate(zip(attention_mask.begins, attention_mask.stops)):
            first, last = max(begin - before, 0), stop - before
            if last <= first:
                continue  # nothing but padding in this chunk
            row = slice(b, b + 1)
            self._prompt(layer, query[row, :, first:last], key[row, :, begin:stop], value[row, :, begin:stop], scaling,
                         out[row, first:last])
        return out, None

    def _other_mask(self, query, key, value, mask, scaling):
        if query.shape[2] > 1 and self.other_masks == "refuse":
            raise UnsupportedMask(
                f"a mask {list(mask.shape)} that is neither causal nor causal with padding at the ends (a sliding window, "
                "tokens that see ahead, packed sequences, padding inside a row); register_transformers(other_masks='dense') "
                "computes such layers densely")
        self.calls["dense: one query" if query.shape[2] == 1 else "dense: another mask"] += 1
        return _sdpa(query, key, value, mask, scaling)

    @staticmethod
    def _held(mask, key):
        """[B, 1, 1, Lk] of the keys that each row holds; None where all hold all."""
        if not mask.is_padded:
            return None
        places = torch.arange(key.shape[2], device=key.device)
        begins, stops = (torch.tensor(x, device=key.device)[:, None] for x in (mask.begins, mask.stops))
        return ((places >= begins) & (places < stops))[:, None, None]


def register(name="reelquery", **options):
    """Makes attn_implementation=`name`; returns the Adapter, whose calls and density() say what was done.

    threshold: tau in [0, 1], or a list with a number or a list of Hq numbers for each layer. stride: 4, 8 or 16.
    dense_layers: leading layers that stay dense. min_keys: calls over fewer keys stay dense. other_masks: "refuse" or
    "dense". Further options go to xattention(). Register under several names for several settings.
    Errors: InvalidInput here; InvalidInput, Unsupported and UnsupportedMask from the model's forward.
    """
    adapter = Adapter(**options)

    def attention(module, query, key, value, attention_mask, **kwargs):
        return adapter(module, query, key, value, attention_mask, **kwargs)

    AttentionInterface.register(name, attention)
    AttentionMaskInterface.register(name, causal_or_explicit_mask)
    return adapter
