"""XAttention for diffusers: the attention backend "reelquery" of HunyuanVideo's transformer.

Its tokens are the video's in order and behind them the text's, padded at the end. Rows of the video choose among all
keys; the text's keys are kept by every row and its queries keep all; the first steps are dense.
"""

import collections

import torch
import torch.nn.functional as F
from diffusers.models import attention_dispatch as dispatch

from .attention import block_sparse, dense, select
from .errors import InvalidInput, LibraryError, Unsupported, UnsupportedMask

MODELS = ("HunyuanVideoTransformer3DModel",)


class Adapter:
    """One registered backend. Made by register().

    calls: collections.Counter of what its calls were: "sparse", "dense: a warm-up step", "dense: not the video", ...
    """

    def __init__(self, name, threshold=0.9, stride=8, warm_up_steps=5, **select_options):
        if warm_up_steps < 0:
            raise InvalidInput(f"warm_up_steps is not negative, not {warm_up_steps}")
        self.name, self.warm_up_steps = name, warm_up_steps
        self.options = {"threshold": threshold, "stride": stride, **select_options}
        self.reset()

    def reset(self):
        """Forgets the calls so far, and that a generation has begun."""
        self.calls = collections.Counter()
        self.step, self._timestep = -1, None
        self._video, self._lengths, self._mask = None, None, None
        self._density = None

    def density(self):
        """Kept blocks of the last sparse call over all of them, [Hq] list; None before. Waits for a card."""
        return None if self._density is None else self._density.mean(0).tolist()

    def use_in(self, transformer):
        """Switches a HunyuanVideo transformer to this backend, and counts its steps: one for each new timestep, a rising
        one begins anew. transformer.reset_attention_backend() ends it. Errors: Unsupported."""
        if type(transformer).__name__ not in MODELS:
            raise Unsupported(f"served is {', '.join(MODELS)}, not {type(transformer).__name__}: where its text tokens lie "
                              "is not known here")
        # diffusers would make it the backend of every other model of the process, too.
        registry = dispatch._AttentionBackendRegistry
        others = registry.get_active_backend()[0]
        transformer.set_attention_backend(self.name)
        registry.set_active_backend(others)
        transformer.register_forward_pre_hook(self._begin_forward, with_kwargs=True)
        transformer.register_forward_hook(self._end_forward, always_call=True)

    def _end_forward(self, *_):
        self._video, self._lengths, self._mask = None, None, None

    def _begin_forward(self, transformer, args, kwargs):
        named = dict(zip(("hidden_states", "timestep"), args))
        named.update(kwargs)
        frames, height, width = named["hidden_states"].shape[2:]
        patch, patch_t = transformer.config.patch_size, transformer.config.patch_size_t
        self._video = (frames // patch_t) * (height // patch) * (width // patch)
        self._lengths, self._mask = None, None
        now = float(torch.as_tensor(named["timestep"]).flatten()[0])
        if self._timestep is None or now > self._timestep:
            self.step = 0
        elif now < self._timestep:
            self.step += 1
        self._timestep = now

    def _keys_of(self, mask, query):
        """Keys that each row of the batch holds; read once a forward."""
        if self._lengths is None or self._mask is not mask:
            batch, tokens = query.shape[:2]
            if mask is None:
                lengths = [tokens] * batch
            elif mask.dtype != torch.bool or mask.shape[1:] != (1, 1, tokens) or mask.shape[0] not in (1, batch):
                raise UnsupportedMask(f"a mask of keys is bool [B, 1, 1, {tokens}], not {mask.dtype} {list(mask.shape)}")
            else:
                held = mask[:, 0, 0].sum(-1)
                if not (mask[:, 0, 0] == (torch.arange(tokens, device=mask.device) < held[:, None])).all():
                    raise UnsupportedMask("the padding of HunyuanVideo's text lies at its end; this mask leaves out other keys")
                lengths = held.expand(batch).tolist()
            self._lengths, self._mask = lengths, mask
        return self._lengths

    def __call__(self, query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None, parallel=None):
        """query, key, value: [B, L, H, D]; returns the same. attn_mask: [B, 1, 1, L] bool of keys, or None."""
        if is_causal or dropout_p or parallel is not None:
            raise Unsupported("the backend 'reelquery' serves neither causal attention, dropout nor context parallelism")
        if self._video is None:
            raise InvalidInput("which tokens are the video's is not known: call use_in(transformer) first")
        tokens = query.shape[1]
        if key.shape[1] != tokens or tokens <= self._video:
            self.calls["dense: not the video"] += 1
            q, k, v = (x.transpose(1, 2) for x in (query, key, value))
            return F.scaled_dot_product_attention(q, k, v, attn_mask, scale=scale).transpose(1, 2)
        is_dense = self.step < self.warm_up_steps
        self.calls["dense: a warm-up step" if is_dense else "sparse"] += 1
        out = torch.empty(query.shape, dtype=query.dtype, device=query.device)
        for b, keys in enumerate(self._keys_of(attn_mask, query)):
            row = slice(b, b + 1)
            q, k, v = query[row].transpose(1, 2), key[row, :keys].transpose(1, 2), value[row, :keys].transpose(1, 2)
            target = out[row].transpose(1, 2)
            if is_dense:
                dense(q, k, v, causal=False, scale=scale, out=target)
                continue
            blocks = select(q, k, causal=False, scale=scale, dense_from=self._video, **self.options)
            blocks = blocks.keeping_from(min(self._video // 128, blocks.grid.columns))
            block_sparse(q, k, v, blocks, causal=False, scale=scale, out=target)
            self._density = blocks.density()
        return out


def register(name="reelquery", **options):
    """Makes the attention backend `name` of diffusers; returns the Adapter, whose use_in(transformer) switches a model.

    threshold, stride: as xattention(). warm_up_steps: leading steps that stay dense. Further options go to select().
    Errors: InvalidInput, LibraryError where this diffusers is built otherwise; Unsupported, UnsupportedMask and
    InvalidInput from the model's forward.
    """
    adapter = Adapter(name, **options)

    def attention(query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None, _parallel_config=None):
        return adapter(query, key, value, attn_mask, dropout_p, is_causal, scale, _parallel_config)

    # The registry is diffusers' own and its names are an Enum: a member is added by hand.
    try:
        names = dispatch.AttentionBackendName
        member = names._value2member_map_.get(name)
        if member is None:
            member = str.__new__(names, name)
            member._name_, member._value_ = name.upper(), name
            names._member_map_[member._name_] = names._value2member_map_[name] = member
        dispatch._AttentionBackendRegistry.register(member)(attention)
    except AttributeError as error:
        raise LibraryError(f"this diffusers keeps its attention backends in another way: {error}") from None
    return adapter
