#!/usr/bin/env python3
"""The embedded model as two GGUF files for llama.cpp's server: text and vision, float32, in a second.

usage: demo_model_gguf.py MODEL_DIR OUT.gguf OUT_MMPROJ.gguf      needs numpy, gguf and sentencepiece
Only for a folder like resources/demo_model: a Qwen2-VL with tied embeddings and a SentencePiece tokenizer.
"""
import json
import struct
import sys
from pathlib import Path

import gguf
import numpy as np
import sentencepiece as spm

TEMPLATE = (
    "{%- for m in messages -%}{%- if loop.first and m.role != 'system' -%}"
    "{{ '<|im_start|>system\\nYou are a helpful assistant.<|im_end|>\\n' }}{%- endif -%}"
    "{{ '<|im_start|>' + m.role + '\\n' }}"
    "{%- if m.content is string -%}{{ m.content }}{%- else -%}{%- for part in m.content -%}"
    "{%- if part.type == 'image' -%}{{ '<|vision_start|><|image_pad|><|vision_end|>' }}"
    "{%- else -%}{{ part.text }}{%- endif -%}{%- endfor -%}{%- endif -%}"
    "{{ '<|im_end|>\\n' }}{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{ '<|im_start|>assistant\\n' }}{%- endif -%}")
TEXT = {"input_layernorm": "attn_norm", "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k",
        "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output", "mlp.gate_proj": "ffn_gate",
        "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down", "post_attention_layernorm": "ffn_norm"}
VISION = {"norm1": "ln1", "norm2": "ln2", "attn.proj": "attn_out", "mlp.fc1": "ffn_up", "mlp.fc2": "ffn_down"}
MERGER = {"visual.merger.ln_q": "v.post_ln", "visual.merger.mlp.0": "mm.0", "visual.merger.mlp.2": "mm.2"}


def weights(folder):
    for file in sorted(folder.glob("*.safetensors")):
        data = file.read_bytes()
        size = struct.unpack("<Q", data[:8])[0]
        for name, entry in json.loads(data[8:8 + size]).items():
            if name == "__metadata__":
                continue
            start, end = entry["data_offsets"]
            raw = np.frombuffer(data, np.uint16, (end - start) // 2, 8 + size + start)   # bfloat16
            yield name, (raw.astype(np.uint32) << 16).view(np.float32).reshape(entry["shape"])


def main():
    folder = Path(sys.argv[1])
    config = json.loads((folder / "config.json").read_text())
    look, eyes = json.loads((folder / "preprocessor_config.json").read_text()), config["vision_config"]
    text = gguf.GGUFWriter(sys.argv[2], "qwen2vl")
    text.add_block_count(config["num_hidden_layers"])
    text.add_context_length(config["max_position_embeddings"])
    text.add_embedding_length(config["hidden_size"])
    text.add_feed_forward_length(config["intermediate_size"])
    text.add_head_count(config["num_attention_heads"])
    text.add_head_count_kv(config["num_key_value_heads"])
    text.add_rope_dimension_sections(config["rope_scaling"]["mrope_section"] + [0])
    text.add_rope_freq_base(config["rope_theta"])
    text.add_layer_norm_rms_eps(config["rms_norm_eps"])
    text.add_file_type(0)
    sp = spm.SentencePieceProcessor(model_file=str(folder / "tokenizer.model"))
    count = sp.vocab_size()
    kind = [2 if sp.is_unknown(i) else 3 if sp.is_control(i) else 6 if sp.is_byte(i) else 1 for i in range(count)]
    text.add_tokenizer_model("llama")
    text.add_tokenizer_pre("default")
    text.add_token_list([sp.id_to_piece(i) for i in range(count)])
    text.add_token_scores([-1000.0 if k == 3 else sp.get_score(i) for i, k in enumerate(kind)])
    text.add_token_types(kind)
    text.add_bos_token_id(config["bos_token_id"])
    text.add_eos_token_id(config["eos_token_id"])
    text.add_pad_token_id(config["pad_token_id"])
    text.add_add_bos_token(False)
    text.add_add_space_prefix(False)       # else llama.cpp puts a space before every run of text
    text.add_chat_template(TEMPLATE)
    see = gguf.GGUFWriter(sys.argv[3], "clip")
    see.add_type("mmproj")
    see.add_bool("clip.has_vision_encoder", True)
    see.add_string("clip.projector_type", "qwen2vl_merger")
    for name, value in (("projection_dim", config["hidden_size"]), ("image_size", 560), ("patch_size", eyes["patch_size"]),
                        ("embedding_length", eyes["embed_dim"]), ("feed_forward_length", eyes["hidden_size"]),
                        ("block_count", eyes["depth"]), ("attention.head_count", eyes["num_heads"]),
                        ("image_min_pixels", look["min_pixels"]), ("image_max_pixels", look["max_pixels"])):
        see.add_uint32("clip.vision." + name, value)
    see.add_array("clip.vision.image_mean", look["image_mean"])
    see.add_array("clip.vision.image_std", look["image_std"])
    see.add_float32("clip.vision.attention.layer_norm_epsilon", config["rms_norm_eps"])
    see.add_file_type(0)
    for name, value in weights(folder):
        stem, _, end = name.rpartition(".")
        if name == "model.embed_tokens.weight":
            text.add_tensor("token_embd.weight", value)
        elif name == "model.norm.weight":
            text.add_tensor("output_norm.weight", value)
        elif name.startswith("model.layers."):
            _, _, layer, what = stem.split(".", 3)
            text.add_tensor(f"blk.{layer}.{TEXT[what]}.{end}", value)
        elif name == "visual.patch_embed.proj.weight":       # one 2-D convolution a frame of the pair
            see.add_tensor("v.patch_embd.weight", value[:, :, 0].copy())
            see.add_tensor("v.patch_embd.weight.1", value[:, :, 1].copy())
        elif stem in MERGER:
            see.add_tensor(f"{MERGER[stem]}.{end}", value)
        elif name.startswith("visual.blocks."):
            _, _, block, what = stem.split(".", 3)
            if what == "attn.qkv":
                for part, third in zip("qkv", np.split(value, 3)):
                    see.add_tensor(f"v.blk.{block}.attn_{part}.{end}", third.copy())
            else:
                see.add_tensor(f"v.blk.{block}.{VISION[what]}.{end}", value)
        else:
            raise SystemExit(f"unknown tensor {name}")
    for writer in (text, see):
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()


if __name__ == "__main__":
    main()
