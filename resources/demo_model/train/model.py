"""The Qwen2-VL architecture at the size of the embedded model, written for fast training.

The modules carry the tensor names of the published checkpoints (`visual.*`, `model.*`), so a state
dict goes into `Qwen2VLForConditionalGeneration` unchanged. What differs from a general
implementation: all clips of a batch have one picture size; the token sequence is split in a video
prefix (shared) and the questions (many per clip, each sees the prefix and itself), and the last
layer computes nothing but keys and values for the prefix.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as F
from torch import nn


@dataclass(frozen=True)
class ModelSize:
    vocab: int = 4096
    hidden: int = 384
    layers: int = 8
    heads: int = 6
    kv_heads: int = 2
    head_dim: int = 64
    intermediate: int = 512
    rope_theta: float = 1e6
    mrope_section: tuple[int, int, int] = (8, 12, 12)
    vit_dim: int = 256
    vit_depth: int = 5
    vit_heads: int = 4
    vit_mlp_ratio: int = 4
    patch: int = 14
    merge: int = 2
    temporal: int = 2

    def hf_config(self) -> dict:
        """config.json in the flat shape of the published checkpoints."""
        return {
            "architectures": ["Qwen2VLForConditionalGeneration"], "model_type": "qwen2_vl",
            "attention_dropout": 0.0, "bos_token_id": 1, "eos_token_id": 3, "pad_token_id": 1,
            "vision_start_token_id": 4, "vision_end_token_id": 5, "vision_token_id": 6,
            "image_token_id": 7, "video_token_id": 8, "hidden_act": "silu",
            "hidden_size": self.hidden, "initializer_range": 0.02,
            "intermediate_size": self.intermediate, "max_position_embeddings": 32768,
            "max_window_layers": self.layers, "num_attention_heads": self.heads,
            "num_hidden_layers": self.layers, "num_key_value_heads": self.kv_heads,
            "rms_norm_eps": 1e-6, "rope_theta": self.rope_theta, "sliding_window": 32768,
            "tie_word_embeddings": True, "torch_dtype": "bfloat16", "use_cache": True,
            "use_sliding_window": False, "vocab_size": self.vocab,
            "rope_scaling": {"type": "mrope", "mrope_section": list(self.mrope_section)},
            "vision_config": {
                "depth": self.vit_depth, "embed_dim": self.vit_dim, "mlp_ratio": self.vit_mlp_ratio,
                "num_heads": self.vit_heads, "in_chans": 3, "in_channels": 3,
                "hidden_size": self.hidden, "patch_size": self.patch,
                "spatial_merge_size": self.merge, "spatial_patch_size": self.patch,
                "temporal_patch_size": self.temporal, "model_type": "qwen2_vl"},
        }


def rotate_half(x):
    a, b = x.chunk(2, dim=-1)
    return torch.cat((-b, a), dim=-1)


def rotate(x, cos, sin):
    return x * cos + rotate_half(x) * sin


class VisionBlock(nn.Module):
    def __init__(self, size: ModelSize):
        super().__init__()
        dim = size.vit_dim
        self.heads = size.vit_heads
        self.norm1 = nn.LayerNorm(dim, eps=1e-6)
        self.norm2 = nn.LayerNorm(dim, eps=1e-6)
        self.attn = nn.Module()
        self.attn.qkv = nn.Linear(dim, 3 * dim)
        self.attn.proj = nn.Linear(dim, dim)
        self.mlp = nn.Module()
        self.mlp.fc1 = nn.Linear(dim, dim * size.vit_mlp_ratio)
        self.mlp.fc2 = nn.Linear(dim * size.vit_mlp_ratio, dim)

    def forward(self, x, cos, sin):
        """x [pairs, patches, dim]; cos, sin [patches, head_dim]."""
        n, p, d = x.shape
        q, k, v = self.attn.qkv(self.norm1(x)).view(n, p, 3, self.heads, -1).unbind(2)
        q, k = rotate(q, cos[:, None], sin[:, None]), rotate(k, cos[:, None], sin[:, None])
        q, k, v = (t.transpose(1, 2).to(v.dtype) for t in (q, k, v))
        y = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(n, p, d)
        x = x + self.attn.proj(y)
        h = self.mlp.fc1(self.norm2(x))
        return x + self.mlp.fc2(h * torch.sigmoid(1.702 * h))


class VisionTower(nn.Module):
    def __init__(self, size: ModelSize):
        super().__init__()
        self.size = size
        dim = size.vit_dim
        self.patch_embed = nn.Module()
        self.patch_embed.proj = nn.Conv3d(
            3, dim, (size.temporal, size.patch, size.patch),
            stride=(size.temporal, size.patch, size.patch), bias=False)
        self.blocks = nn.ModuleList(VisionBlock(size) for _ in range(size.vit_depth))
        wide = dim * size.merge**2
        self.merger = nn.Module()
        self.merger.ln_q = nn.LayerNorm(dim, eps=1e-6)
        self.merger.mlp = nn.Sequential(nn.Linear(wide, wide), nn.GELU(),
                                        nn.Linear(wide, size.hidden))

    def angles(self, rows: int, cols: int, device):
        """cos and sin [rows*cols, head_dim] in merge-block order; rows, cols in patches."""
        half = self.size.vit_dim // self.size.vit_heads // 2
        freq = 10000.0 ** (-torch.arange(0, half, 2, device=device, dtype=torch.float32) / half)
        y, x = torch.meshgrid(torch.arange(rows, device=device), torch.arange(cols, device=device),
                              indexing="ij")
        order = lambda t: t.view(rows // 2, 2, cols // 2, 2).permute(0, 2, 1, 3).reshape(-1, 1)
        angle = torch.cat((order(y) * freq, order(x) * freq), dim=-1)
        angle = torch.cat((angle, angle), dim=-1)
        return angle.cos(), angle.sin()

    def forward(self, pixels):
        """pixels [pairs, 2, 3, height, width], normalised -> [pairs, height*width/784, hidden]."""
        n, _, _, height, width = pixels.shape
        rows, cols = height // 14, width // 14
        x = pixels.view(n, 2, 3, rows // 2, 2, 14, cols // 2, 2, 14)
        x = x.permute(0, 3, 6, 4, 7, 2, 1, 5, 8).reshape(n, rows * cols, -1)
        x = F.linear(x, self.patch_embed.proj.weight.flatten(1))
        cos, sin = (t.to(x.dtype) for t in self.angles(rows, cols, x.device))
        for block in self.blocks:
            x = block(x, cos, sin)
        x = self.merger.ln_q(x).reshape(n, rows * cols // 4, -1)
        return self.merger.mlp(x)


class RmsNorm(nn.Module):
    def __init__(self, dim: int):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim))

    def forward(self, x):
        return F.rms_norm(x, (x.shape[-1],), self.weight.to(x.dtype), 1e-6)


class DecoderLayer(nn.Module):
    def __init__(self, size: ModelSize):
        super().__init__()
        self.size = size
        h, d = size.hidden, size.head_dim
        self.self_attn = nn.Module()
        self.self_attn.q_proj = nn.Linear(h, size.heads * d)
        self.self_attn.k_proj = nn.Linear(h, size.kv_heads * d)
        self.self_attn.v_proj = nn.Linear(h, size.kv_heads * d)
        self.self_attn.o_proj = nn.Linear(size.heads * d, h, bias=False)
        self.mlp = nn.Module()
        self.mlp.gate_proj = nn.Linear(h, size.intermediate, bias=False)
        self.mlp.up_proj = nn.Linear(h, size.intermediate, bias=False)
        self.mlp.down_proj = nn.Linear(size.intermediate, h, bias=False)
        self.input_layernorm = RmsNorm(h)
        self.post_attention_layernorm = RmsNorm(h)

    def heads_of(self, linear, x, count):
        return linear(x).view(x.shape[0], x.shape[1], count, -1).transpose(1, 2)

    def feed_forward(self, x):
        h = self.post_attention_layernorm(x)
        return x + self.mlp.down_proj(F.silu(self.mlp.gate_proj(h)) * self.mlp.up_proj(h))

    def join(self, x, y):
        y = y.transpose(1, 2).reshape(x.shape[0], x.shape[1], -1)
        return self.feed_forward(x + self.self_attn.o_proj(y))

    def forward(self, prefix, text, rope_prefix, rope_text, mask, last: bool):
        """prefix [clips, P, hidden], text [clips, Q, hidden], rope_* (cos, sin) [clips, 1, ., d].

        mask [clips, 1, Q, P+Q], True where a text token may look. Returns (prefix, text).
        """
        size, attn = self.size, self.self_attn
        hp, ht = self.input_layernorm(prefix), self.input_layernorm(text)
        kp = rotate(self.heads_of(attn.k_proj, hp, size.kv_heads), *rope_prefix)
        vp = self.heads_of(attn.v_proj, hp, size.kv_heads)
        qt = rotate(self.heads_of(attn.q_proj, ht, size.heads), *rope_text)
        kt = rotate(self.heads_of(attn.k_proj, ht, size.kv_heads), *rope_text)
        vt = self.heads_of(attn.v_proj, ht, size.kv_heads)
        groups = size.heads // size.kv_heads
        k = torch.cat((kp, kt), dim=2).to(vp.dtype).repeat_interleave(groups, dim=1)
        v = torch.cat((vp, vt), dim=2).repeat_interleave(groups, dim=1)
        text = self.join(text, F.scaled_dot_product_attention(qt.to(v.dtype), k, v, attn_mask=mask))
        if not last:
            qp = rotate(self.heads_of(attn.q_proj, hp, size.heads), *rope_prefix)
            length = prefix.shape[1]
            # Repeated heads: the grouped backward of some attention back ends is not trustworthy.
            y = F.scaled_dot_product_attention(
                qp.to(v.dtype), k[:, :, :length], v[:, :, :length], is_causal=True)
            prefix = self.join(prefix, y)
        return prefix, text


class DemoModel(nn.Module):
    def __init__(self, size: ModelSize = ModelSize()):
        super().__init__()
        self.size = size
        self.visual = VisionTower(size)
        self.model = nn.Module()
        self.model.embed_tokens = nn.Embedding(size.vocab, size.hidden)
        self.model.layers = nn.ModuleList(DecoderLayer(size) for _ in range(size.layers))
        self.model.norm = RmsNorm(size.hidden)
        self.reset()

    def reset(self) -> None:
        """Small residual outputs, so that the deep stack starts near the identity."""
        nn.init.normal_(self.model.embed_tokens.weight, std=0.04)
        for layer in self.model.layers:
            for name in ("self_attn.o_proj", "mlp.down_proj"):
                weight = layer.get_submodule(name).weight
                nn.init.normal_(weight, std=0.5 / math.sqrt(weight.shape[1] * 2 * self.size.layers))
        for block in self.visual.blocks:
            for linear in (block.attn.proj, block.mlp.fc2):
                nn.init.normal_(linear.weight,
                                std=0.5 / math.sqrt(linear.in_features * 2 * self.size.vit_depth))

    def rope(self, positions, dtype):
        """positions [3, clips, tokens] -> cos, sin [clips, 1, tokens, head_dim]."""
        d = self.size.head_dim
        j = torch.arange(d // 2, device=positions.device)
        freq = self.size.rope_theta ** (-2.0 * j.float() / d)
        a, b, _ = self.size.mrope_section
        axis = (j >= a).long() + (j >= a + b).long()
        angle = positions[axis].permute(1, 2, 0).float() * freq
        angle = torch.cat((angle, angle), dim=-1)[:, None]
        return angle.cos().to(dtype), angle.sin().to(dtype)

    def embed(self, ids, vision, vision_at):
        """Token embeddings with the vision features put at flat positions `vision_at`."""
        x = self.model.embed_tokens(ids)
        if vision is None:
            return x
        flat = x.reshape(-1, x.shape[-1]).to(vision.dtype)
        return flat.index_copy(0, vision_at, vision.reshape(-1, x.shape[-1])).view(x.shape)

    def forward(self, vision, batch):
        """Hidden states [answer tokens, hidden] (normed) at the batch's label positions.

        batch: prefix_ids [clips, P], prefix_positions [3, clips, P], vision_at [vision tokens],
        text_ids [clips, Q], text_positions [3, clips, Q], mask [clips, 1, Q, P+Q],
        label_at: flat indices into the text tokens.
        """
        prefix = self.embed(batch["prefix_ids"], vision, batch["vision_at"])
        text = self.embed(batch["text_ids"], None, None).to(prefix.dtype)
        rope_prefix = self.rope(batch["prefix_positions"], prefix.dtype)
        rope_text = self.rope(batch["text_positions"], prefix.dtype)
        for i, layer in enumerate(self.model.layers):
            prefix, text = layer(prefix, text, rope_prefix, rope_text, batch["mask"],
                                 i + 1 == len(self.model.layers))
        return self.model.norm(text.reshape(-1, text.shape[-1])[batch["label_at"]])

    def logits(self, hidden):
        return F.linear(hidden, self.model.embed_tokens.weight.to(hidden.dtype))

    def describe(self) -> dict:
        return asdict(self.size)
