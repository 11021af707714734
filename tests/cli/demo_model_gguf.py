#!/usr/bin/env python3
"""The embedded model as two GGUF files for llama.cpp's server: text and vision, float32, in seconds.

usage: demo_model_gguf.py MODEL_DIR OUT.gguf OUT_MMPROJ.gguf      Python's own library only
Only for a folder like resources/demo_model: a Qwen2-VL with tied embeddings and a SentencePiece tokenizer.
"""
import json
import struct
import sys
from pathlib import Path

from gguf_files import (ARRAY, BOOL, F32, FLOAT, I32, STRING, U32, read_safetensors, text_tensors, vision_tensors,
                        vision_values, widened, write_gguf)

TEMPLATE = (
    "{%- for m in messages -%}{%- if loop.first and m.role != 'system' -%}"
    "{{ '<|im_start|>system\\nYou are a helpful assistant.<|im_end|>\\n' }}{%- endif -%}"
    "{{ '<|im_start|>' + m.role + '\\n' }}"
    "{%- if m.content is string -%}{{ m.content }}{%- else -%}{%- for part in m.content -%}"
    "{%- if part.type == 'image' -%}{{ '<|vision_start|><|image_pad|><|vision_end|>' }}"
    "{%- else -%}{{ part.text }}{%- endif -%}{%- endfor -%}{%- endif -%}"
    "{{ '<|im_end|>\\n' }}{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{ '<|im_start|>assistant\\n' }}{%- endif -%}")
CONTROL = 3  # a kind of piece; SentencePiece and GGUF number them alike


def pieces(model):
    """What tokenizer.model holds, in its order: (text, score, kind). The file is a protobuf: field 1 a piece, and in
    that field 1 the text, 2 the score (a float), 3 the kind (1 where it is left out)."""
    for number, piece in fields(model):
        if number == 1:
            told = dict(fields(piece))
            yield told[1].decode(), struct.unpack("<f", told[2])[0], told.get(3, 1)


def fields(message):
    at = 0

    def number():
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at, value, shift = at + 1, value | (byte & 127) << shift, shift + 7
            if byte < 128:
                return value

    while at < len(message):
        tag = number()
        kind = tag & 7
        if kind == 0:
            yield tag >> 3, number()
            continue
        size = number() if kind == 2 else {1: 8, 5: 4}[kind]
        yield tag >> 3, message[at:at + size]
        at += size


def as_float32(tensors):
    """llama.cpp has no convolution in bfloat16, and float32 all through answers as this program does."""
    return [(name, shape, F32, raw if kind == F32 else widened(raw)) for name, shape, kind, raw in tensors]


def text_facts(config, tokenizer):
    told = list(pieces(tokenizer))
    return [
        ("general.architecture", STRING, "qwen2vl"), ("general.file_type", U32, 0),
        ("qwen2vl.block_count", U32, config["num_hidden_layers"]),
        ("qwen2vl.context_length", U32, config["max_position_embeddings"]),
        ("qwen2vl.embedding_length", U32, config["hidden_size"]),
        ("qwen2vl.feed_forward_length", U32, config["intermediate_size"]),
        ("qwen2vl.attention.head_count", U32, config["num_attention_heads"]),
        ("qwen2vl.attention.head_count_kv", U32, config["num_key_value_heads"]),
        ("qwen2vl.rope.dimension_sections", (ARRAY, I32), [*config["rope_scaling"]["mrope_section"], 0]),
        ("qwen2vl.rope.freq_base", FLOAT, config["rope_theta"]),
        ("qwen2vl.attention.layer_norm_rms_epsilon", FLOAT, config["rms_norm_eps"]),
        ("tokenizer.ggml.model", STRING, "llama"), ("tokenizer.ggml.pre", STRING, "default"),
        ("tokenizer.ggml.tokens", (ARRAY, STRING), [text for text, _, _ in told]),
        ("tokenizer.ggml.scores", (ARRAY, FLOAT), [-1000.0 if kind == CONTROL else score for _, score, kind in told]),
        ("tokenizer.ggml.token_type", (ARRAY, I32), [1 if kind == 4 else kind for _, _, kind in told]),
        ("tokenizer.ggml.bos_token_id", U32, config["bos_token_id"]),
        ("tokenizer.ggml.eos_token_id", U32, config["eos_token_id"]),
        ("tokenizer.ggml.padding_token_id", U32, config["pad_token_id"]),
        ("tokenizer.ggml.add_bos_token", BOOL, False),
        ("tokenizer.ggml.add_space_prefix", BOOL, False),  # else llama.cpp puts a space before every run of text
        ("tokenizer.chat_template", STRING, TEMPLATE),
    ]


def vision_facts(config, look):
    own = {"general.file_type": (U32, 0),
           "clip.vision.feed_forward_length": (U32, config["vision_config"]["hidden_size"]),
           "clip.vision.attention.layer_norm_epsilon": (FLOAT, config["rms_norm_eps"]),
           "clip.vision.image_min_pixels": (U32, look["min_pixels"]),
           "clip.vision.image_max_pixels": (U32, look["max_pixels"]),
           "clip.vision.image_mean": ((ARRAY, FLOAT), look["image_mean"]),
           "clip.vision.image_std": ((ARRAY, FLOAT), look["image_std"])}
    return [value for value in vision_values(config) if value[0] not in own] + [(k, *v) for k, v in own.items()]


def main():
    folder = Path(sys.argv[1])
    config = json.loads((folder / "config.json").read_text())
    look = json.loads((folder / "preprocessor_config.json").read_text())
    weights = {}
    for file in sorted(folder.glob("*.safetensors")):
        weights |= read_safetensors(file)
    write_gguf(sys.argv[2], text_facts(config, (folder / "tokenizer.model").read_bytes()),
               as_float32(text_tensors(weights)))
    write_gguf(sys.argv[3], vision_facts(config, look), as_float32(vision_tensors(weights, False)))


if __name__ == "__main__":
    main()
