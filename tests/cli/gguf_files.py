"""Writes a checkpoint of the hub's format as GGUF: the language model in one or more files, the tower in another.

Values stay what they are: matrices as BF16, vectors as F32. Python's own library only."""
import json
import pathlib
import struct

F32, BF16 = 0, 30
U32, I32, FLOAT, BOOL, STRING, ARRAY = 4, 5, 6, 7, 8, 9
ALIGNMENT = 32
TEXT = {"input_layernorm": "attn_norm", "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k",
        "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output", "post_attention_layernorm": "ffn_norm",
        "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down"}
VISION = {"norm1": "ln1", "norm2": "ln2", "attn.proj": "attn_out", "mlp.fc1": "ffn_up", "mlp.fc2": "ffn_down"}
MERGER = {"ln_q": "v.post_ln", "mlp.0": "mm.0", "mlp.2": "mm.2"}


def read_safetensors(file):
    """name -> (shape, bytes of bf16)."""
    data = pathlib.Path(file).read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8:8 + length])
    return {name: (entry["shape"], data[8 + length + entry["data_offsets"][0]:8 + length + entry["data_offsets"][1]])
            for name, entry in header.items() if name != "__metadata__"}


def widened(raw):
    """bf16 to float32."""
    wide = bytearray(2 * len(raw))
    wide[2::4], wide[3::4] = raw[::2], raw[1::2]
    return bytes(wide)


def text(value):
    raw = value.encode()
    return struct.pack("<Q", len(raw)) + raw


def encoded(kind, value):
    if kind == STRING:
        return text(value)
    return struct.pack({U32: "<I", I32: "<i", FLOAT: "<f", BOOL: "<?"}[kind], value)


def write_gguf(path, values, tensors, version=3):
    """values: (key, type, value), arrays as (key, (ARRAY, type), items). tensors: (name, shape, type, bytes)."""
    out = b"GGUF" + struct.pack("<IQQ", version, len(tensors), len(values))
    for key, kind, value in values:
        out += text(key)
        if isinstance(kind, tuple):
            out += struct.pack("<IIQ", ARRAY, kind[1], len(value)) + b"".join(encoded(kind[1], item) for item in value)
        else:
            out += struct.pack("<I", kind) + encoded(kind, value)
    at = 0
    for name, shape, kind, raw in tensors:
        out += text(name) + struct.pack("<I", len(shape)) + b"".join(struct.pack("<Q", side) for side in reversed(shape))
        out += struct.pack("<IQ", kind, at)
        at += -(-len(raw) // ALIGNMENT) * ALIGNMENT
    with open(path, "wb") as file:
        file.write(out + b"\0" * (-len(out) % ALIGNMENT))
        for _, _, _, raw in tensors:
            file.write(raw + b"\0" * (-len(raw) % ALIGNMENT))


def stored(name, shape, raw):
    return (name, shape, F32, widened(raw)) if len(shape) == 1 else (name, shape, BF16, raw)


def text_tensors(weights):
    for name, (shape, raw) in weights.items():
        if name.startswith("visual."):
            continue
        module, kind = name.rsplit(".", 1)
        flat = {"model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output"}
        if module in flat:
            yield stored(f"{flat[module]}.{kind}", shape, raw)
            continue
        _, _, layer, part = module.split(".", 3)
        yield stored(f"blk.{layer}.{TEXT[part]}.{kind}", shape, raw)


def vision_tensors(weights, swapped):
    for name, (shape, raw) in weights.items():
        if not name.startswith("visual."):
            continue
        module, kind = name[len("visual."):].rsplit(".", 1)
        if module == "patch_embed.proj":
            width, channels, frames, side, _ = shape
            block = channels * side * side * 2
            pixels = side * side * 2
            for frame in range(frames):
                part = b"".join(raw[((w * channels + c) * frames + frame) * pixels:][:pixels]
                                for w in range(width) for c in range(channels))
                assert len(part) == width * block
                yield f"v.patch_embd.weight{'.1' if frame else ''}", [width, channels, side, side], BF16, part
            continue
        if module.startswith("blocks."):
            _, block, part = module.split(".", 2)
            if part == "attn.qkv":
                third = len(raw) // 3
                for i, letter in enumerate("qkv"):
                    yield stored(f"v.blk.{block}.attn_{letter}.{kind}", [shape[0] // 3, *shape[1:]],
                                 raw[i * third:(i + 1) * third])
                continue
            target = VISION[part]
            if swapped:  # as the first converters had them
                target = {"ffn_up": "ffn_down", "ffn_down": "ffn_up"}.get(target, target)
            yield stored(f"v.blk.{block}.{target}.{kind}", shape, raw)
            continue
        yield stored(f"{MERGER[module[len('merger.'):]]}.{kind}", shape, raw)


def text_values(config, tokenizer):
    by_id = {i: (token, 1) for token, i in tokenizer["model"]["vocab"].items()}
    for added in tokenizer["added_tokens"]:
        by_id[added["id"]] = (added["content"], 3 if added["content"].startswith("<|") else 4)
    rows = [by_id.get(i, (f"[PAD{i}]", 5)) for i in range(config["vocab_size"])]
    special = {token: i for i, (token, _) in by_id.items()}
    merges = [m if isinstance(m, str) else " ".join(m) for m in tokenizer["model"]["merges"]]
    scaling = config.get("rope_scaling") or config["rope_parameters"]
    return [
        ("general.architecture", STRING, "qwen2vl"), ("general.type", STRING, "model"),
        ("qwen2vl.block_count", U32, config["num_hidden_layers"]),
        ("qwen2vl.context_length", U32, config["max_position_embeddings"]),
        ("qwen2vl.embedding_length", U32, config["hidden_size"]),
        ("qwen2vl.feed_forward_length", U32, config["intermediate_size"]),
        ("qwen2vl.attention.head_count", U32, config["num_attention_heads"]),
        ("qwen2vl.attention.head_count_kv", U32, config["num_key_value_heads"]),
        ("qwen2vl.rope.freq_base", FLOAT, config.get("rope_theta", 1e6)),
        ("qwen2vl.attention.layer_norm_rms_epsilon", FLOAT, config["rms_norm_eps"]),
        ("qwen2vl.rope.dimension_sections", (ARRAY, I32), [*scaling["mrope_section"], 0]),
        ("tokenizer.ggml.model", STRING, "gpt2"), ("tokenizer.ggml.pre", STRING, "qwen2"),
        ("tokenizer.ggml.tokens", (ARRAY, STRING), [token for token, _ in rows]),
        ("tokenizer.ggml.token_type", (ARRAY, I32), [kind for _, kind in rows]),
        ("tokenizer.ggml.merges", (ARRAY, STRING), merges),
        ("tokenizer.ggml.eos_token_id", U32, special["<|im_end|>"]),
    ]


def vision_values(config):
    vision = config["vision_config"]
    return [
        ("general.architecture", STRING, "clip"), ("general.type", STRING, "mmproj"),
        ("clip.has_vision_encoder", BOOL, True), ("clip.projector_type", STRING, "qwen2vl_merger"),
        ("clip.vision.image_size", U32, 560), ("clip.vision.patch_size", U32, vision.get("patch_size", 14)),
        ("clip.vision.embedding_length", U32, vision["embed_dim"]),
        ("clip.vision.feed_forward_length", U32, 1),  # wrong in files of the usual converter, too
        ("clip.vision.block_count", U32, vision["depth"]), ("clip.vision.projection_dim", U32, vision["hidden_size"]),
        ("clip.vision.attention.head_count", U32, vision["num_heads"]),
        ("clip.vision.attention.layer_norm_epsilon", FLOAT, 1e-6),
        ("clip.vision.image_mean", (ARRAY, FLOAT), [0.48145466, 0.4578275, 0.40821073]),
        ("clip.vision.image_std", (ARRAY, FLOAT), [0.26862954, 0.26130258, 0.27577711]),
    ]


def convert(folder, model, vision, parts=1, swapped=False, change=lambda values, tensors: None):
    """Writes the checkpoint of `folder` as GGUF. model: the file, or the name's beginning where parts > 1.
    change: may alter the language model's values and tensors before they are written."""
    folder = pathlib.Path(folder)
    weights = read_safetensors(folder / "model.safetensors")
    config = json.loads((folder / "config.json").read_text())
    tokenizer = json.loads((folder / "tokenizer.json").read_text())
    tensors, values = list(text_tensors(weights)), text_values(config, tokenizer)
    change(values, tensors)
    if parts == 1:
        write_gguf(model, values, tensors)
    for part in range(parts if parts > 1 else 0):
        share = tensors[part::parts]
        split = [("split.no", U32, part), ("split.count", U32, parts)]
        write_gguf(f"{model}-{part + 1:05}-of-{parts:05}.gguf", (values if part == 0 else []) + split, share)
    write_gguf(vision, vision_values(config), list(vision_tensors(weights, swapped)))
