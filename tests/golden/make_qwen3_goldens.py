#!/usr/bin/env python3
"""Writes the Qwen3-VL part of the golden set, below DIR (default: qwen3/ in this folder).

As make_goldens.py, whose tokenizer and helpers it shares: values from Hugging Face transformers in
float32 on the CPU, random weights, nothing is downloaded. Written with transformers 5.24.0 and
torch 2.15.0; needs 4.57 or later.

    tokenizer/                 the tokenizer with twelve added tokens that a text keeps; text, chat
                               and prompt cases
    mrope_golden.json          positions; a video's frame pairs are runs of their own ("grids")
    preprocess_golden.json     sizes in units of 32 pixels, sampling, budgets, time texts
    tiny-qwen3-vl/             tied head, one weight file; tower with heads of 64
    tiny-qwen3-vl-untied/      own head, two weight files; tower with heads of 72
    MODEL/golden*.safetensors  a video with every stage; a picture, and both mixed with words
    bf16_error.json            how far the reference's own bf16 logits are from its float32 ones

Prompts follow transformers 4.57, which the models came out with: a time text before each frame
pair's own pair of vision marks, no marks around a whole video (5.10 and later put some there).
"""
import argparse
import json
import math
import pathlib
import zlib

import make_goldens as base
import torch
import transformers as hf
from make_goldens import write_json
from safetensors.torch import load_file, save_file
from tokenizers import AddedToken

KEPT_TOKENS = ["<tool_call>", "</tool_call>", "<|fim_prefix|>", "<|fim_middle|>", "<|fim_suffix|>", "<|fim_pad|>", "<|repo_name|>",
               "<|file_sep|>", "<tool_response>", "</tool_response>", "<think>", "</think>"]
TEXTS = ["<0.5 seconds>", "user\n<0.2 seconds>", "Look:<12.3 seconds>", "Video 1: <3599.5 seconds>", "<think>\nhm\n</think>\n\nA boat.",
         "say <tool_call>{}</tool_call> <|fim_pad|>", "</think", "<think >"]
SIDE = 32  # pixels of a token
VOCABULARY = 512
MODELS = {"tiny-qwen3-vl": True, "tiny-qwen3-vl-untied": False}
QUESTION = base.QUESTION


def time_text(seconds):
    return f"<{seconds:.1f} seconds>"


def pair_times(indices, rate):
    """Of each frame pair the mean of its frames' times; an odd last frame is its own partner."""
    times = [n / rate for n in indices]
    times += times[-1:] * (len(times) % 2)
    return [(first + last) / 2 for first, last in zip(times[::2], times[1::2])]


# --- tokenizer -----------------------------------------------------------------------------------

def make_tokenizer():
    tokenizer, vocab, merges = base.make_tokenizer()
    tokenizer.add_tokens([AddedToken(text, special=False, normalized=False) for text in KEPT_TOKENS])
    files = base.tokenizer_files(tokenizer, vocab, merges)
    config = json.loads(files["tokenizer_config.json"])
    for text in KEPT_TOKENS:
        config["added_tokens_decoder"][str(tokenizer.token_to_id(text))] = {
            "content": text, "lstrip": False, "normalized": False, "rstrip": False, "single_word": False, "special": False}
    files["tokenizer_config.json"] = json.dumps(config, indent=1)
    return tokenizer, files


def write_token_cases(tokenizer, folder):
    base.TEXT_CASES[:] = base.TEXT_CASES[::2] + TEXTS
    base.write_text_cases(tokenizer, folder)
    # The layout has no system turn of its own.
    template = base.CHAT_TEMPLATE
    begin, end = template.index("{%- if messages[0].role"), template.index("{%- for m in messages")
    base.CHAT_TEMPLATE = template[:begin] + template[end:]
    base.write_chat_cases(tokenizer, folder)


# --- frames ----------------------------------------------------------------------------------------

def write_frame_cases(path):
    from transformers.models.qwen2_vl.image_processing_qwen2_vl import smart_resize
    unit = SIDE * SIDE
    limits = [(128 * unit, 768 * unit), (65536, 16777216), (16 * unit, 64 * unit), (4 * unit, 30 * unit)]
    sizes = base.PICTURE_SIZES + [(48, 80), (80, 48), (32, 32), (33, 31)]
    resize = [{"h": h, "w": w, "factor": SIDE, "min_pixels": low, "max_pixels": high, "out": list(smart_resize(h, w, SIDE, low, high))}
              for h, w in sizes for low, high in limits]
    budgets = []
    for h, w in sizes[:3]:
        for total in (8192, 32768, 131072):
            for least in (128, 16, 4):
                for count in (64, 256, 768):
                    limit = max(min(768 * unit, total * unit / count * 2), int(least * unit * 1.05))
                    height, width = smart_resize(h, w, SIDE, least * unit, limit)
                    budgets.append({"h": h, "w": w, "factor": SIDE, "total_tokens": total, "min_tokens": least, "nframes": count,
                                    "limit": limit, "out": [height, width], "tokens": count // 2 * (height // SIDE) * (width // SIDE)})
    sampling = [base.sampling_case(*clip) for clip in base.CLIPS]
    clips = [(case["indices"], case["video_fps"]) for case in sampling if case["nframes"] < 100]
    clips += [([0, 15, 30, 45], 30.0), ([0, 1, 2], 2.0), ([0], 25.0), ([3, 8, 13, 18, 23], 20.0), ([11, 22, 33], 40.0)]
    stamps = []
    for indices, rate in clips:
        seconds = pair_times(indices, rate)
        stamps.append({"video_fps": rate, "indices": indices, "seconds": seconds, "text": [time_text(s) for s in seconds]})
        theirs = hf.Qwen3VLProcessor._calculate_timestamps(None, list(indices), rate, 2)
        assert theirs == seconds, (theirs, seconds)
    write_json(path, {"smart_resize": resize, "sampling": sampling, "budget": budgets, "time_stamps": stamps})


# --- positions -----------------------------------------------------------------------------------

def steps_of(kind, t, h, w):
    """A video's frame pairs stand apart, with their time texts between."""
    return [(kind, 1, h, w)] * (t if kind == "video" else 1)


def library_positions(model, ids, media, special):
    pads = torch.tensor([ids])
    named = {"input_ids": pads}
    for kind in ("image", "video"):
        grids = [grid[1:] for grid in media if grid[0] == kind]
        named[f"{kind}_grid_thw"] = torch.tensor(grids) if grids else None
    if int(hf.__version__.split(".")[0]) >= 5:
        named["mm_token_type_ids"] = (pads == special["<|image_pad|>"]).int() + 2 * (pads == special["<|video_pad|>"]).int()
    positions, delta = model.model.get_rope_index(**named)
    return positions[:, 0].long(), int(delta)


def write_position_cases(path, special, model):
    cases = []
    for name, layout in base.LAYOUTS.items():
        pieces, ids, grids, media = [0], [], [], []
        for piece in layout:
            if isinstance(piece, int):
                pieces[-1] += piece
                ids += list(range(10, 10 + piece))
                continue
            media.append(piece)
            for step in steps_of(*piece):
                clock = [30, 31, 32] if step[0] == "video" else []
                pads = step[2] * step[3] // 4
                ids += clock + [special["<|vision_start|>"]] + [special[f"<|{step[0]}_pad|>"]] * pads + [special["<|vision_end|>"]]
                pieces[-1] += len(clock) + 1
                pieces += [step, 1]
                grids.append(step[1:])
        positions, delta = base.positions_of(pieces)
        if media:
            theirs, their_delta = library_positions(model, ids, media, special)
            assert torch.equal(theirs, positions) and their_delta == delta, name
        cases.append({"layout": name, "ids": ids, "grids": grids, "positions": positions.tolist(), "delta": delta})
    for height, width in [(2 * n, 2 * m) for n in range(1, 5) for m in range(1, 4)]:
        cases.append(one_more := {"layout": f"video of {height} x {width}"})
        ids, pieces = [9], [1]
        for _ in range(3):
            ids += [30, special["<|vision_start|>"], *[special["<|video_pad|>"]] * (height * width // 4), special["<|vision_end|>"]]
            pieces[-1] += 2
            pieces += [("video", 1, height, width), 1]
        positions, delta = base.positions_of(pieces)
        theirs, their_delta = library_positions(model, ids, [("video", 3, height, width)], special)
        assert torch.equal(theirs, positions) and their_delta == delta
        one_more |= {"ids": ids, "grids": [[1, height, width]] * 3, "positions": positions.tolist(), "delta": delta}
    write_json(path, cases)


# --- models --------------------------------------------------------------------------------------

def config_of(is_tied, special):
    text = {"attention_bias": False, "bos_token_id": special["<|endoftext|>"], "dtype": "bfloat16", "eos_token_id": special["<|im_end|>"],
            "hidden_act": "silu", "max_position_embeddings": 262144, "model_type": "qwen3_vl_text", "rms_norm_eps": 1e-6,
            "rope_theta": 5000000, "vocab_size": VOCABULARY}
    tower = {"hidden_act": "gelu_pytorch_tanh", "in_channels": 3, "model_type": "qwen3_vl", "patch_size": 16, "spatial_merge_size": 2,
             "temporal_patch_size": 2}
    if is_tied:  # as 2B and 4B: heads * head_dim is not the hidden size
        text |= {"hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 3, "num_attention_heads": 4, "num_key_value_heads": 2,
                 "head_dim": 64, "tie_word_embeddings": True,
                 "rope_scaling": {"mrope_interleaved": True, "mrope_section": [12, 10, 10], "rope_type": "default"}}
        tower |= {"depth": 3, "hidden_size": 64, "num_heads": 1, "intermediate_size": 160, "out_hidden_size": 64,
                  "num_position_embeddings": 36, "deepstack_visual_indexes": [0, 1]}
    else:  # as 8B
        text |= {"hidden_size": 80, "intermediate_size": 112, "num_hidden_layers": 4, "num_attention_heads": 2, "num_key_value_heads": 1,
                 "head_dim": 128, "rope_scaling": {"mrope_interleaved": True, "mrope_section": [24, 20, 20], "rope_type": "default"}}
        tower |= {"depth": 4, "hidden_size": 72, "num_heads": 1, "intermediate_size": 100, "out_hidden_size": 80,
                  "num_position_embeddings": 49, "deepstack_visual_indexes": [0, 1, 2]}
    return {"architectures": ["Qwen3VLForConditionalGeneration"], "model_type": "qwen3_vl", "image_token_id": special["<|image_pad|>"],
            "video_token_id": special["<|video_pad|>"], "vision_start_token_id": special["<|vision_start|>"],
            "vision_end_token_id": special["<|vision_end|>"], "tie_word_embeddings": is_tied, "text_config": text, "vision_config": tower}


def fill_weights(model, is_tied, special, seed):
    """As make_goldens.fill_weights; pads get no logit, or a random model would answer with them."""
    for name, parameter in model.named_parameters():
        noise = torch.randn(parameter.shape, generator=torch.Generator().manual_seed(zlib.crc32(base.stored_name(name).encode()) ^ seed))
        if "norm" in name and name.endswith("weight"):
            value = 1 + 0.15 * noise
            if is_tied and base.stored_name(name) == "model.norm.weight":
                value = 4 * value  # small embeddings, lest the last token answers itself
        elif parameter.dim() == 1:
            value = 0.1 * noise
        elif "pos_embed" in name:
            value = 0.4 * noise
        elif "embed_tokens" in name or "lm_head" in name:
            value = (0.08 if is_tied else 0.6) * noise
            value[[special["<|image_pad|>"], special["<|video_pad|>"]]] = 0
        else:
            gain = 1.5 if any(part in name for part in ("q_proj", "k_proj", "qkv")) else 1.0
            value = gain * noise / math.sqrt(parameter[0].numel())
        parameter.data.copy_(value.bfloat16().float())


def write_weights(model, folder, shards):
    """Under the long names of the published files."""
    tensors = {name: value.detach().bfloat16().contiguous().clone() for name, value in model.named_parameters()}
    if shards == 1:
        save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
        return
    where = {}
    for shard in range(shards):
        file = f"model-{shard + 1:05d}-of-{shards:05d}.safetensors"
        part = sorted(tensors)[shard::shards]
        save_file({name: tensors[name] for name in part}, folder / file, metadata={"format": "pt"})
        where |= dict.fromkeys(part, file)
    total = sum(value.numel() * 2 for value in tensors.values())
    write_json(folder / "model.safetensors.index.json", {"metadata": {"total_size": total}, "weight_map": where})


def make_model(folder, is_tied, special, files, seed):
    folder.mkdir(parents=True, exist_ok=True)
    config = config_of(is_tied, special)
    write_json(folder / "config.json", config)
    write_json(folder / "generation_config.json", {
        "bos_token_id": special["<|endoftext|>"], "pad_token_id": special["<|endoftext|>"], "do_sample": True,
        "eos_token_id": [special["<|im_end|>"], special["<|endoftext|>"]], "temperature": 0.7, "top_p": 0.8, "top_k": 20,
        "repetition_penalty": 1.0})
    common = {"patch_size": 16, "temporal_patch_size": 2, "merge_size": 2, "image_mean": [0.5] * 3, "image_std": [0.5] * 3}
    write_json(folder / "preprocessor_config.json", common | {
        "size": {"shortest_edge": 65536, "longest_edge": 16777216}, "image_processor_type": "Qwen2VLImageProcessorFast"})
    write_json(folder / "video_preprocessor_config.json", common | {
        "size": {"shortest_edge": 4096, "longest_edge": 25165824}, "video_processor_type": "Qwen3VLVideoProcessor"})
    for name, contents in files.items():
        (folder / name).write_text(contents, encoding="utf-8")
    library_config = hf.Qwen3VLConfig(**json.loads(json.dumps(config)))
    library_config._attn_implementation = "eager"
    model = hf.Qwen3VLForConditionalGeneration(library_config).float().eval()
    if is_tied:
        model.tie_weights()
    fill_weights(model, is_tied, special, seed)
    write_weights(model, folder, 1 if is_tied else 2)
    return model


# --- prompts -------------------------------------------------------------------------------------

def frames_of(count, height, width, seed):
    """As they are in the file, a little larger than whole tokens, and as the model takes them."""
    source = base.source_frames(count, height + 9, width + 14, seed)
    resized = torch.nn.functional.interpolate(source.float(), size=(height, width), mode="bicubic", antialias=True)
    return {"source": source, "frames": resized.clamp(0, 255).round().to(torch.uint8)}


def video(count, height, width, seed, indices, rate):
    return {"kind": "video", "indices": indices, "rate": rate} | frames_of(count, height, width, seed)


def picture(height, width, seed):
    return {"kind": "image"} | frames_of(1, height, width, seed)


def prompts(seed):
    """File -> parts in order, words and media."""
    return {
        "golden": ("video", [video(4, 64, 96, seed, [0, 17, 34, 51], 29.97), QUESTION]),
        "golden_image": ("image", [picture(64, 96, seed + 1), "What is it?"]),
        "golden_mixed": ("mixed", ["Compare this", picture(64, 64, seed + 2), " with", video(3, 32, 64, seed + 3, [0, 12, 25], 12.5),
                                   "and then", picture(96, 32, seed + 4), "Which one moves?"]),
    }


def patch_rows(medium):
    """By the library's own processors, without resizing."""
    if medium["kind"] == "video":
        processor = hf.Qwen3VLVideoProcessor(size={"shortest_edge": 4096, "longest_edge": 25165824})
        batch = processor(videos=[medium["frames"]], do_resize=False, do_sample_frames=False, return_tensors="pt")
        return batch["pixel_values_videos"].float(), batch["video_grid_thw"][0].tolist()
    kind = getattr(hf, "Qwen2VLImageProcessorFast", None) or hf.Qwen2VLImageProcessor
    processor = kind(patch_size=16, image_mean=[0.5] * 3, image_std=[0.5] * 3, size={"shortest_edge": 65536, "longest_edge": 16777216})
    batch = processor(images=[medium["frames"][0]], do_resize=False, return_tensors="pt")
    return batch["pixel_values"].float(), batch["image_grid_thw"][0].tolist()


def resampled_positions(table, t, h, w):
    """The learned table's corners on the grid's, bilinear, in 2 x 2 blocks."""
    side = math.isqrt(table.shape[0])
    image = table.view(side, side, -1).permute(2, 0, 1)[None]
    spread = torch.nn.functional.interpolate(image, size=(h, w), mode="bilinear", align_corners=True)[0].permute(1, 2, 0)
    return spread.reshape(h // 2, 2, w // 2, 2, -1).permute(0, 2, 1, 3, 4).reshape(h * w, -1).repeat(t, 1)


def record_stages(model, recorder, is_single):
    tower, text = model.model.visual, model.model.language_model
    if is_single:
        recorder.watch(tower.patch_embed, "vision.patch_embed")
        for n, block in enumerate(tower.blocks):
            recorder.watch(block, f"vision.block_{n}")
        for part in ("norm1", "attn", "norm2", "mlp"):
            recorder.watch(getattr(tower.blocks[0], part), f"vision.block_0.{part}")
    first = text.layers[0]
    for module, key in ((first.input_layernorm, "input_layernorm"), (first.self_attn.q_norm, "q_norm"),
                        (first.self_attn.k_norm, "k_norm"), (first.self_attn, "attn"), (first.mlp, "mlp")):
        recorder.watch(module, f"lm.layer_0.{key}")
    for n, layer in enumerate(text.layers):
        recorder.watch(layer, f"lm.layer_{n}")
    recorder.watch(text.norm, "lm.final_norm")

    def keep_input(module, key):
        def keep(_module, inputs, named):
            recorder.values.setdefault(key, (inputs[0] if inputs else named["hidden_states"]).detach().clone())
        recorder.handles.append(module.register_forward_pre_hook(keep, with_kwargs=True))
    keep_input(first, "lm.inputs_embeds")
    if is_single:
        keep_input(tower.blocks[0], "vision.input")
    deep = len(model.config.vision_config.deepstack_visual_indexes)
    for n in range(deep):  # what the next one sees
        keep_input((list(text.layers) + [text.norm])[n + 1], f"lm.layer_{n}.deepstack")

    def keep_tables(_module, _inputs, output):
        for key, table in zip(("lm.rope_cos", "lm.rope_sin"), output):
            recorder.values.setdefault(key, table[0].clone())
    recorder.handles.append(text.rotary_emb.register_forward_hook(keep_tables))


def features_of(model, rows, grid):
    out = model.model.visual(rows, grid_thw=torch.tensor([grid]))
    return (out.pooler_output, out.deepstack_features) if hasattr(out, "pooler_output") else out


def record_golden(model, folder, file, parts, special, tokenizer):
    media = [part for part in parts if not isinstance(part, str)]
    text = f"<|im_start|>system\n{base.SYSTEM}<|im_end|>\n<|im_start|>user\n"
    values, rows, pieces, named = {}, {"image": [], "video": []}, [], []
    for part in parts:
        if isinstance(part, str):
            text += part
            continue
        patches, grid = patch_rows(part)
        part |= {"patches": patches, "grid": grid}
        rows[part["kind"]].append(part)
        pads = "<|vision_start|>" + f"<|{part['kind']}_pad|>" * (grid[1] * grid[2] // 4) + "<|vision_end|>"
        times = pair_times(part["indices"], part["rate"]) if part["kind"] == "video" else None
        text += "".join(time_text(seconds) + pads for seconds in times) if times else pads
        tag = "" if len(media) == 1 else f".{len(named)}"
        named.append(part["kind"])
        values[f"in.frames_resized_u8{tag}"] = part["frames"]
        if len(media) == 1:
            values["in.frames_src_u8"] = part["source"]
        if times:
            values[f"in.frame_indices{tag}"] = torch.tensor(part["indices"])
            values[f"in.video_fps{tag}"] = torch.tensor([part["rate"]], dtype=torch.float64)
            values[f"in.pair_times{tag}"] = torch.tensor(times, dtype=torch.float64)
    text += "<|im_end|>\n<|im_start|>assistant\n"
    ids = tokenizer.encode(text, add_special_tokens=False).ids
    layout = [(part["kind"], *part["grid"]) for part in media]
    positions, delta = library_positions(model, ids, layout, special)

    inputs = {"input_ids": torch.tensor([ids])}
    for kind, key in (("image", "pixel_values"), ("video", "pixel_values_videos")):
        if rows[kind]:
            inputs[key] = torch.cat([part["patches"] for part in rows[kind]])
            inputs[f"{kind}_grid_thw"] = torch.tensor([part["grid"] for part in rows[kind]])
    values |= {f"in.{key}": value for key, value in inputs.items()}
    values |= {"in.position_ids": positions[:, None], "in.rope_deltas": torch.tensor([[delta]]),
               "in.media_is_image": torch.tensor([int(kind == "image") for kind in named]),
               "in.media_grid_thw": torch.tensor([part["grid"] for part in media])}

    recorder = base.Recorder()
    record_stages(model, recorder, len(media) == 1)
    result = model(**inputs, position_ids=positions[:, None], use_cache=True)
    recorder.stop()
    values |= recorder.values
    if len(media) == 1:
        values["vision.pos_embed"] = resampled_positions(model.model.visual.pos_embed.weight.detach(), *media[0]["grid"])
        assert (values["vision.patch_embed"] + values["vision.pos_embed"] - values["vision.input"]).abs().max() < 1e-5
    found = [features_of(model, part["patches"], part["grid"]) for part in media]
    values["vision.output"] = torch.cat([rows_ for rows_, _ in found])
    for j in range(len(found[0][1])):
        values[f"vision.deepstack_{j}"] = torch.cat([deep[j] for _, deep in found])
    cache, logits = result.past_key_values, result.logits[0]
    values["lm.k_cache_0"], values["lm.v_cache_0"] = cache.layers[0].keys.clone(), cache.layers[0].values.clone()
    values["out.logits_last8"] = logits[-8:].clone()

    row, picked, seen = logits[-1], [], []
    for step in range(base.GREEDY_STEPS):
        seen.append(row.clone())
        picked.append(int(row.argmax()))
        place = torch.full((3, 1, 1), len(ids) + step + delta)
        row = model(input_ids=torch.tensor([picked[-1:]]), position_ids=place, past_key_values=cache, use_cache=True).logits[0, -1]
    values["out.greedy_ids"], values["out.greedy_logits"] = torch.tensor(picked), torch.stack(seen)
    best = torch.stack(seen).topk(2).values
    margin = float((best[:, 0] - best[:, 1]).min())
    assert margin > 0.01, f"two tokens are too close to tell apart ({margin}): take another --seed"
    if file != "golden":  # every stage once is enough for what is committed
        values = {key: value for key, value in values.items() if key.endswith("deepstack") or not key.startswith(("lm.l", "vision.block"))}
    if len(media) > 1:
        values = {key: value for key, value in values.items() if not key.startswith("in.pixel_values")}
    save_file({key: value.contiguous() for key, value in values.items()}, folder / f"{file}.safetensors")
    print(f"{folder.name}/{file}: {len(ids)} tokens, {layout}, least greedy margin {margin:.3f}, answer {picked}")
    content = [{"type": "text", "text": part} if isinstance(part, str) else {"type": part["kind"]} for part in parts]
    messages = [{"role": "system", "content": base.SYSTEM}, {"role": "user", "content": content}]
    return {"messages": messages, "text": text, "ids": ids}


def bf16_error(folder):
    """|bf16 - float32| / |float32| of the reference's logits of the last eight tokens, torch SDPA on the CPU."""
    golden = load_file(folder / "golden.safetensors")
    model = hf.Qwen3VLForConditionalGeneration.from_pretrained(folder, dtype=torch.bfloat16, attn_implementation="sdpa").eval()
    logits = model(input_ids=golden["in.input_ids"], pixel_values_videos=golden["in.pixel_values_videos"].bfloat16(),
                   video_grid_thw=golden["in.video_grid_thw"], position_ids=golden["in.position_ids"],
                   attention_mask=torch.ones_like(golden["in.input_ids"])).logits[0, -8:]
    want = golden["out.logits_last8"].double()
    return float((logits.double() - want).norm() / want.norm())


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--out", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent / "qwen3")
    arguments.add_argument("--seed", type=int, default=3)
    options = arguments.parse_args()
    torch.set_grad_enabled(False)
    torch.set_num_threads(1)

    tokenizer, files = make_tokenizer()
    special = {text: tokenizer.token_to_id(text) for text in base.SPECIAL_TOKENS + KEPT_TOKENS}
    folder = options.out / "tokenizer"
    folder.mkdir(parents=True, exist_ok=True)
    for name, contents in files.items():
        (folder / name).write_text(contents, encoding="utf-8")
    write_token_cases(tokenizer, folder)
    write_frame_cases(options.out / "preprocess_golden.json")
    for name, is_tied in MODELS.items():
        model = make_model(options.out / name, is_tied, special, files, options.seed)
        cases = [{"name": kind} | record_golden(model, options.out / name, file, parts, special, tokenizer)
                 for file, (kind, parts) in prompts(options.seed).items()]
    write_json(folder / "prompt_golden.json", cases)
    write_position_cases(options.out / "mrope_golden.json", special, model)
    write_json(options.out / "bf16_error.json", {name: bf16_error(options.out / name) for name in MODELS})


if __name__ == "__main__":
    main()
