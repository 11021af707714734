#!/usr/bin/env python3
"""Writes the golden set that the tests compare the engine with.

The values come from Hugging Face transformers and tokenizers, run in float32 on the CPU on two
small checkpoints with random weights, one of each family; nothing is downloaded. Needs torch,
torchvision, transformers and safetensors (written with transformers 4.57.6, torch 2.11.0).

    make_goldens.py [--out DIR] [--seed N]

writes below DIR (default: this folder)
    tokenizer/            a byte-level BPE tokenizer in both file layouts, with text and chat cases
    mrope_golden.json     positions of prompt layouts
    tiny-qwen2-vl/        one weight file, tied head; golden.safetensors holds inputs and stages
    tiny-qwen2_5-vl/      two weight files with an index, own head; windows in the vision tower
    bf16_error.json       how far the reference's own bf16 logits are from its float32 ones
    preprocess_golden.json  frame counts, indices, sizes and budgets; an existing file is kept
"""
import argparse
import json
import math
import os
import pathlib
import zlib

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"

import torch
import transformers as hf
from safetensors.torch import load_file, save_file
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers
from tokenizers import pre_tokenizers, processors, trainers

SPECIAL_TOKENS = [f"<|{name}|>" for name in (
    "endoftext im_start im_end object_ref_start object_ref_end box_start box_end quad_start "
    "quad_end vision_start vision_end vision_pad image_pad video_pad").split()]
SPLIT_PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+")
BASE_TOKENS = 420
VOCABULARY = 512  # padded beyond the last token, as published checkpoints are
SYSTEM = "You are a helpful assistant."
QUESTION = "What happens in this video?"
GREEDY_STEPS = 16


def write_json(path, value):
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


# --- tokenizer -----------------------------------------------------------------------------------

TRAINING_TEXT = [
    "You are a helpful assistant. system user assistant",
    "What happens in this video? What is shown, and when does it appear?",
    "A boat crosses the lake from left to right while two birds circle above the tower.",
    "Ein Boot überquert den See, während zwei Vögel über dem Turm kreisen.",
    "Лодка плывёт через озеро, над башней кружат две птицы.",
    "一艘船从左向右穿过湖面，两只鸟在塔的上空盘旋。",
    "船が湖を左から右へ渡り、二羽の鳥が塔の上を回っています。",
    "It's late; they've gone, we'll follow, I'd say you're right and I'm not.",
    "12:30 0:45 3.5 % of 1,024 frames (640x360) [1:05] {x} <y> a_b c-d e/f #7 @8",
    "🚤 🐦 🗼 café naïve Ångström",
]

TEXT_CASES = [
    # nothing, blanks, line ends
    "", " ", "   ", "\t", "\t \t", "\n", "\n\n\n", "\r\n", "\r\n\r\n", " \n ", "\n \n", "x\n", "\nx",
    "x \n y", "x\n\n\n   y", "x\r\ny", "one  two", "one   two ", "  lead", "tail  ", "\u00a0x", "x\u3000y",
    "a\u2028b", "a\u2029b", "a\u0085b", "\u000b\u000c", "\u1680x", "\u180ex", " " * 20, "\n" * 9, "q" + " " * 11 + "w",
    # words, contractions, numbers, punctuation
    "word", " word", "Words and more words.", "it's IT'S it'S", "we've they're I'll he'd I'm can't",
    "'s't're've'm'll'd", "rock 'n' roll", "don\u2019t", "it'\u017f", "'\u212a", "0", "42", "1234567", "3.14", "1,000,000", "12:34:56",
    "v2.0-rc1", "²³¹", "½ ¾", "Ⅳ", "٠١٢", "१२३", "５６７", "100%", "€9.99", "!", "?!", "...", "....\n\n", "--\r\n", "(a)", "[b]{c}",
    "a_b__c", "a+b=c", "x->y", "#tag @name", "mail@host.org", "http://host.org/p?q=1&r=%20#f", "C:\\dir\\file.mp4", "\\n", "\"quoted\"",
    # scripts and composition
    "Vögel", "Vo\u0308gel", "A\u030angstrom \u212bngstrom", "e\u0301\u0300", "\u1100\u1161\u11a8 각", "\u0915\u093c \u0958", "ﬁﬂ", "Straße STRASSE",
    "Лодка плывёт", "ΑΩ αω ς", "船が湖を渡る。", "一艘船穿过湖面", "조용한 호수", "قارب في البحيرة", "סירה באגם", "नाव झील में है", "เรือในทะเลสาบ", "Åse Øre",
    "ǅ ǆ", "𝒜𝔅", "𠀋字", "漢\ufe00", "\u202eabc\u202c",
    # emoji and oddities
    "🚤", "🚤🐦", "👩🏽‍🚀", "🇳🇴🇫🇮", "1️⃣", "x🗼y", "\u200b", "\ufeffx", "\u00ad", "\ufffd", "\ufffe", "\U0010fffd", "\u0000", "\u0007\u001b", "\u007f",
    # control tokens and what only looks like them
    "<|im_end|>", "a<|im_end|>b", " <|im_start|>user\nhi<|im_end|>\n", "<|im_end|><|im_end|>", "<|im_end", "<|im_end |>", "<|IM_END|>",
    "<<|im_end|>>", "|im_end|>", "<|vision_start|><|image_pad|><|vision_end|>", "<|video_pad|>" * 3, "e<|im_end|>\u0301", "<|nothing|>",
    # long ones
    "The boat crosses the lake. " * 6, "abcdefghijklmnopqrstuvwxyz" * 4, "zz" * 50, "船" * 30,
]

CONVERSATIONS = {
    "text": ([{"role": "user", "content": "Who are you?"}], {}),
    "video": ([{"role": "user", "content": [{"type": "video"}, {"type": "text", "text": QUESTION}]}], {}),
    "own_system": ([{"role": "system", "content": "Be brief."},
                    {"role": "user", "content": [{"type": "video"}, {"type": "text", "text": "Which bird?"}]}], {}),
    "question_first": ([{"role": "user", "content": [{"type": "text", "text": "Look:"}, {"type": "video"},
                                                     {"type": "text", "text": " and then?"}]}], {}),
    "turns": ([{"role": "user", "content": [{"type": "video"}, {"type": "text", "text": "What is it?"}]},
               {"role": "assistant", "content": "A boat."}, {"role": "user", "content": "Which way?"},
               {"role": "assistant", "content": "To the right."}, {"role": "user", "content": "\nSure?"}], {}),
    "numbered": ([{"role": "user", "content": [{"type": "image"}, {"type": "video"}, {"type": "video"},
                                               {"type": "text", "text": "Which one?"}]}], {"add_vision_id": True}),
}

# The layout of Qwen2-VL's chat template in few words: a list of parts is joined without separator.
CHAT_TEMPLATE = """
{%- macro part(p, seen) -%}
  {%- if p.type == 'text' -%}{{ p.text }}
  {%- else -%}
    {%- set label = 'Picture' if p.type == 'image' else 'Video' -%}
    {%- if add_vision_id -%}{{ label ~ ' ' ~ seen ~ ': ' }}{%- endif -%}
    {{- '<|vision_start|><|' ~ p.type ~ '_pad|><|vision_end|>' -}}
  {%- endif -%}
{%- endmacro -%}
{%- set count = namespace(image=0, video=0) -%}
{%- if messages[0].role != 'system' -%}{{ '<|im_start|>system\n' ~ system ~ '<|im_end|>\n' }}{%- endif -%}
{%- for m in messages -%}
  {{- '<|im_start|>' ~ m.role ~ '\n' -}}
  {%- if m.content is string -%}{{ m.content }}
  {%- else -%}{%- for p in m.content -%}
    {%- if p.type == 'image' -%}{%- set count.image = count.image + 1 -%}{{ part(p, count.image) }}
    {%- else -%}{%- if p.type == 'video' -%}{%- set count.video = count.video + 1 -%}{%- endif -%}{{ part(p, count.video) }}
    {%- endif -%}
  {%- endfor -%}{%- endif -%}
  {{- '<|im_end|>\n' -}}
{%- endfor -%}
{%- if add_generation_prompt -%}{{ '<|im_start|>assistant\n' }}{%- endif -%}
"""


def make_tokenizer():
    def dressed(tokenizer):
        options = dict(add_prefix_space=False, trim_offsets=False, use_regex=False)
        tokenizer.normalizer = normalizers.NFC()
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
            pre_tokenizers.Split(Regex(SPLIT_PATTERN), "isolated"), pre_tokenizers.ByteLevel(**options)])
        tokenizer.decoder = decoders.ByteLevel(**options)
        tokenizer.post_processor = processors.ByteLevel(**options)
        return tokenizer

    learner = dressed(Tokenizer(models.BPE()))
    learner.train_from_iterator(TRAINING_TEXT * 3, trainers.BpeTrainer(
        vocab_size=BASE_TOKENS, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    learned = json.loads(learner.to_str())["model"]
    merges = [tuple(merge) for merge in learned["merges"]]
    tokenizer = dressed(Tokenizer(models.BPE(
        vocab=learned["vocab"], merges=merges, continuing_subword_prefix="", end_of_word_suffix="")))
    tokenizer.add_special_tokens([AddedToken(text, special=True, normalized=False) for text in SPECIAL_TOKENS])
    assert tokenizer.token_to_id(SPECIAL_TOKENS[0]) == BASE_TOKENS
    return tokenizer, learned["vocab"], merges


def tokenizer_files(tokenizer, vocab, merges):
    """Name -> contents of the files a model folder holds."""
    decoder = {str(tokenizer.token_to_id(text)): {"content": text, "lstrip": False, "normalized": False, "rstrip": False,
                                                  "single_word": False, "special": True} for text in SPECIAL_TOKENS}
    config = {"added_tokens_decoder": decoder, "eos_token": "<|im_end|>", "pad_token": "<|endoftext|>",
              "tokenizer_class": "Qwen2Tokenizer"}
    return {
        "tokenizer.json": tokenizer.to_str(),
        "vocab.json": json.dumps(dict(sorted(vocab.items(), key=lambda item: item[1])), ensure_ascii=False),
        "merges.txt": "#version: 0.2\n" + "".join(f"{left} {right}\n" for left, right in merges),
        "tokenizer_config.json": json.dumps(config, indent=1),
    }


def write_text_cases(tokenizer, folder):
    def case(text):
        tokenizer.encode_special_tokens = True
        plain = tokenizer.encode(text, add_special_tokens=False).ids
        tokenizer.encode_special_tokens = False
        ids = tokenizer.encode(text, add_special_tokens=False).ids
        normal = tokenizer.normalizer.normalize_str(text)
        return {"text": text, "utf8_hex": text.encode().hex(), "nfc_hex": normal.encode().hex(),
                "pieces_no_special": [piece for piece, _ in tokenizer.pre_tokenizer.pre_tokenize_str(normal)],
                "ids": ids, "ids_no_special": plain,
                "decoded_keep_special": tokenizer.decode(ids, skip_special_tokens=False),
                "decoded_skip_special": tokenizer.decode(ids, skip_special_tokens=True)}

    ids = tokenizer.encode("a🚤船👩🏽‍🚀ß", add_special_tokens=False).ids
    stream = [{"ids": ids[:n], "decoded": tokenizer.decode(ids[:n])} for n in range(len(ids) + 1)]
    write_json(folder / "tokenizer_golden.json", {"cases": [case(text) for text in TEXT_CASES], "stream": stream})


def write_chat_cases(tokenizer, folder):
    fast = hf.PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<|im_end|>")
    cases = []
    for name, (messages, options) in CONVERSATIONS.items():
        for opens in (True, False):
            text = fast.apply_chat_template(messages, chat_template=CHAT_TEMPLATE, tokenize=False,
                                            add_generation_prompt=opens, system=SYSTEM, **options)
            cases.append({"name": name, "messages": messages, "add_generation_prompt": opens, **options, "text": text,
                          "ids": tokenizer.encode(text, add_special_tokens=False).ids})
    write_json(folder / "chat_golden.json", cases)


# --- frames ----------------------------------------------------------------------------------------

TOKEN_PIXELS = 28 * 28
PICTURE_SIZES = [(1080, 1920), (1920, 1080), (720, 1280), (2160, 4096), (576, 720), (270, 480), (70, 98), (42, 42), (300, 9000),
                 (29, 31), (640, 641), (224, 1000)]  # (42, 42) and (70, 98) fall between two multiples of 28
PIXEL_LIMITS = [(100352, 602112), (3136, 12845056), (16 * TOKEN_PIXELS, 64 * TOKEN_PIXELS), (4 * TOKEN_PIXELS, 30 * TOKEN_PIXELS)]
CLIPS = [  # frames, native rate, wanted rate, least and most frames
    (90000, 25.0, 2.0, 4, 768), (215784, 59.94, 2.0, 4, 512), (2700, 30.0, 2.0, 4, 768), (431, 23.976, 1.0, 4, 768),
    (7, 30.0, 2.0, 4, 768), (3, 10.0, 2.0, 4, 768), (2, 1.0, 2.0, 4, 768), (4500, 25.0, 0.5, 4, 64)]


def sampling_case(frames, native, wanted, least, most):
    """The rule of qwen-vl-utils 0.0.14 for whole clips."""
    low, high = 2 * math.ceil(least / 2), 2 * math.floor(min(most, frames) / 2)
    count = 2 * math.floor(min(min(max(frames / native * wanted, low), high), frames) / 2)
    rate = count / frames * native
    return {"total_frames": frames, "video_fps": native, "fps": wanted, "min_frames": least, "max_frames": most,
            "nframes": count, "indices": torch.linspace(0, frames - 1, count).round().long().tolist(),
            "sample_fps": rate, "second_per_grid": 2.0 / rate}


def write_frame_cases(path):
    from transformers.models.qwen2_vl.image_processing_qwen2_vl import smart_resize
    resize = [{"h": h, "w": w, "min_pixels": low, "max_pixels": high, "out": list(smart_resize(h, w, 28, low, high))}
              for h, w in PICTURE_SIZES for low, high in PIXEL_LIMITS]
    budgets = []
    for h, w in PICTURE_SIZES[:3]:
        for total in (8192, 24576, 115200, 262144):
            for least in (128, 16, 4):
                for count in (32, 256, 768):
                    limit = max(min(768 * TOKEN_PIXELS, total * TOKEN_PIXELS / count * 2), int(least * TOKEN_PIXELS * 1.05))
                    height, width = smart_resize(h, w, 28, least * TOKEN_PIXELS, limit)
                    budgets.append({"h": h, "w": w, "total_tokens": total, "min_tokens": least, "nframes": count,
                                    "limit": limit, "out": [height, width],
                                    "tokens": count // 2 * (height // 28) * (width // 28)})
    write_json(path, {"smart_resize": resize, "sampling": [sampling_case(*clip) for clip in CLIPS], "budget": budgets})


# --- positions -----------------------------------------------------------------------------------

LAYOUTS = {  # numbers are text tokens, tuples (kind, t, h, w) are patch grids
    "text": [7],
    "picture": [2, ("image", 1, 6, 4), 3],
    "video": [4, ("video", 3, 4, 6), 5],
    "video_first": [("video", 2, 2, 4), 2],
    "video_last": [3, ("video", 5, 4, 2)],
    "long_video": [3, ("video", 14, 2, 4), 6],
    "segments": [2, ("video", 2, 4, 4), 3, ("video", 2, 4, 4), 3, ("video", 1, 4, 4), 4],
    "mixed": [1, ("video", 4, 4, 8), 2, ("image", 1, 8, 2), 1, ("video", 3, 2, 2), 2],
}
SECONDS_PER_PAIR = [1.0, 2.0, 0.5, 1.25, 7.5, 9.375]


def positions_of(pieces, tokens_per_second=None, seconds=1.0):
    """The paper's rule: text counts on from one more than the largest position so far.
    pieces: token counts and (kind, t, h, w). Returns [3, L] and the delta of generated tokens."""
    columns = []
    for piece in pieces:
        start = 1 + max((max(column) for column in columns), default=-1)
        if isinstance(piece, int):
            columns += [(start + n,) * 3 for n in range(piece)]
            continue
        kind, t, h, w = piece
        for pair in range(t):
            time = pair
            if tokens_per_second is not None:
                step = 0.0 if kind == "image" else seconds
                time = int(torch.tensor(float(pair)) * torch.tensor(step) * tokens_per_second)
            columns += [(start + time, start + y, start + x) for y in range(h // 2) for x in range(w // 2)]
    positions = torch.tensor(columns).T.contiguous()
    return positions, int(positions.max()) + 1 - len(columns)


def write_position_cases(path, special, oracles):
    cases, agreeing = [], 0
    for name, layout in LAYOUTS.items():
        pieces, ids, grids, kinds = [], [], [], []
        for piece in layout:
            if isinstance(piece, int):
                pieces.append(piece)
                ids += list(range(10, 10 + piece))
                continue
            kind, t, h, w = piece
            pieces += [1, piece, 1]
            ids += [special["<|vision_start|>"], *[special[f"<|{kind}_pad|>"]] * (t * h * w // 4), special["<|vision_end|>"]]
            grids.append([t, h, w])
            kinds.append(kind)
        merged = []
        for piece in pieces:  # neighbouring text is one run
            if isinstance(piece, int) and merged and isinstance(merged[-1], int):
                merged[-1] += piece
            else:
                merged.append(piece)
        for family, seconds in [("qwen2_vl", None)] + [("qwen2_5_vl", s) for s in SECONDS_PER_PAIR]:
            rate = None if seconds is None else 2
            positions, delta = positions_of(merged, rate, seconds or 1.0)
            per_grid = None if seconds is None else [seconds] * kinds.count("video")
            agreeing += agrees_with_library(oracles[family], ids, grids, kinds, per_grid, positions, delta)
            cases.append({"layout": name, "family": family, "seconds_per_grid": per_grid, "tokens_per_second": rate, "ids": ids,
                          "grids": grids, "kinds": kinds, "positions": positions.tolist(), "delta": delta})
    write_json(path, cases)
    print(f"{agreeing} of {len(cases)} position cases equal those of transformers {hf.__version__}"
          " (4.52 to 4.57 cut fractional seconds to whole ones first)")


def agrees_with_library(model, ids, grids, kinds, seconds, positions, delta):
    def of(kind):
        chosen = [grid for grid, k in zip(grids, kinds) if k == kind]
        return torch.tensor(chosen) if chosen else None
    extra = {} if seconds is None else {"second_per_grid_ts": torch.tensor(seconds) if seconds else None}
    theirs, their_delta = model.model.get_rope_index(
        torch.tensor([ids]), image_grid_thw=of("image"), video_grid_thw=of("video"), **extra)
    same = torch.equal(theirs[:, 0].long(), positions) and int(their_delta) == delta
    whole = seconds is None or all(s == int(s) for s in seconds)
    assert same or not whole, "the rule disagrees with the library where both are defined"
    return same


# --- models --------------------------------------------------------------------------------------

def config_of(family, special):
    common = {
        "model_type": family, "hidden_act": "silu", "rms_norm_eps": 1e-6, "rope_theta": 1e6, "vocab_size": VOCABULARY,
        "max_position_embeddings": 32768, "use_sliding_window": False, "sliding_window": 32768, "torch_dtype": "bfloat16",
        "bos_token_id": special["<|endoftext|>"], "eos_token_id": special["<|im_end|>"],
        "vision_start_token_id": special["<|vision_start|>"], "vision_end_token_id": special["<|vision_end|>"],
        "image_token_id": special["<|image_pad|>"], "video_token_id": special["<|video_pad|>"]}
    tower = {"depth": 2, "num_heads": 2, "in_chans": 3, "patch_size": 14, "spatial_merge_size": 2, "spatial_patch_size": 14,
             "temporal_patch_size": 2}
    if family == "qwen2_vl":
        return common | {
            "architectures": ["Qwen2VLForConditionalGeneration"], "tie_word_embeddings": True, "hidden_size": 192,
            "intermediate_size": 224, "num_hidden_layers": 2, "num_attention_heads": 3, "num_key_value_heads": 1,
            "max_window_layers": 2, "rope_scaling": {"type": "mrope", "mrope_section": [8, 12, 12]},
            "vision_config": tower | {"embed_dim": 80, "hidden_size": 192, "mlp_ratio": 4}}
    return common | {
        "architectures": ["Qwen2_5_VLForConditionalGeneration"], "tie_word_embeddings": False, "hidden_size": 256,
        "intermediate_size": 192, "num_hidden_layers": 2, "num_attention_heads": 2, "num_key_value_heads": 1,
        "max_window_layers": 2, "rope_scaling": {"type": "mrope", "mrope_section": [16, 24, 24]},
        "vision_config": tower | {"depth": 3, "hidden_size": 80, "out_hidden_size": 256, "intermediate_size": 212,
                                  "hidden_act": "silu", "window_size": 112, "fullatt_block_indexes": [1],
                                  "tokens_per_second": 2}}


def stored_name(name):
    """A parameter's name in published checkpoints."""
    return name.replace("model.visual.", "visual.").replace("model.language_model.", "model.")


def fill_weights(model, seed):
    """Random bf16-exact weights that keep activations near one and logits apart; seeded per tensor."""
    for name, parameter in model.named_parameters():
        noise = torch.randn(parameter.shape, generator=torch.Generator().manual_seed(
            zlib.crc32(stored_name(name).encode()) ^ seed))
        if parameter.dim() == 1:
            is_norm = name.endswith("weight")
            value = 1 + 0.15 * noise if is_norm else 0.1 * noise
        elif "embed_tokens" in name or "lm_head" in name:
            value = (0.1 if model.config.tie_word_embeddings else 0.2) * noise
        else:
            gain = 1.5 if any(part in name for part in ("q_proj", "k_proj", "qkv")) else 1.0
            value = gain * noise / math.sqrt(parameter[0].numel())
        parameter.data.copy_(value.bfloat16().float())


def write_weights(model, folder, shards):
    tensors = {stored_name(name): value.detach().bfloat16().contiguous() for name, value in model.named_parameters()}
    if shards == 1:
        save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
        return
    names, where = sorted(tensors), {}
    for shard in range(shards):
        file = f"model-{shard + 1:05d}-of-{shards:05d}.safetensors"
        part = names[shard::shards]
        save_file({name: tensors[name] for name in part}, folder / file, metadata={"format": "pt"})
        where |= dict.fromkeys(part, file)
    total = sum(value.numel() * 2 for value in tensors.values())
    write_json(folder / "model.safetensors.index.json", {"metadata": {"total_size": total}, "weight_map": where})


def source_frames(count, height, width, seed):
    """A disc that moves over a gradient, with grain."""
    grain = torch.Generator().manual_seed(seed)
    y, x = torch.meshgrid(torch.linspace(-1, 1, height), torch.linspace(-1, 1, width), indexing="ij")
    frames = []
    for n in range(count):
        disc = ((x + 0.6 - 0.25 * n) ** 2 + (y - 0.1 * n) ** 2 < 0.12).float()
        colour = torch.stack([0.5 + 0.4 * x, 0.5 - 0.4 * y, 0.3 + 0.2 * x * y])
        colour = colour + disc * torch.tensor([0.4, -0.2, 0.5])[:, None, None]
        frames.append(colour + 0.06 * torch.randn(3, height, width, generator=grain))
    return (torch.stack(frames).clamp(0, 1) * 255).round().to(torch.uint8)


def window_tables(t, h, w):
    """Merged tokens in window order (4 x 4 of them a window) and segment bounds in patches."""
    rows, columns, order, bounds = h // 2, w // 2, [], [0]
    tokens = torch.arange(t * rows * columns).view(t, rows, columns)
    for step in tokens:
        for band in step.split(4, 0):
            for window in band.split(4, 1):
                order += window.flatten().tolist()
                bounds.append(bounds[-1] + 4 * window.numel())
    return {"vision.window_index": torch.tensor(order), "vision.cu_window_seqlens": torch.tensor(bounds, dtype=torch.int32),
            "vision.cu_seqlens": torch.arange(0, t * h * w + 1, h * w, dtype=torch.int32)}


class Recorder:
    """Keeps what modules return."""

    def __init__(self):
        self.values, self.handles = {}, []

    def watch(self, module, key, pick=lambda out: out):
        def keep(_module, _inputs, output):
            output = output[0] if isinstance(output, tuple) and pick.__name__ == "<lambda>" else pick(output)
            self.values.setdefault(key, output.detach().float().clone())
        self.handles.append(module.register_forward_hook(keep))

    def stop(self):
        for handle in self.handles:
            handle.remove()


def record_stages(model, recorder):
    tower, text = model.model.visual, model.model.language_model
    recorder.watch(tower.patch_embed, "vision.patch_embed")
    recorder.watch(tower.merger, "vision.merger")
    for n, block in enumerate(tower.blocks):
        recorder.watch(block, f"vision.block_{n}")
    recorder.watch(tower.blocks[0].norm1, "vision.block_0.norm1")
    recorder.watch(tower.blocks[0].attn, "vision.block_0.attn")
    for n, layer in enumerate(text.layers):
        recorder.watch(layer, f"lm.layer_{n}")
    recorder.watch(text.layers[0].input_layernorm, "lm.layer_0.input_layernorm")
    recorder.watch(text.layers[0].self_attn, "lm.layer_0.attn")
    recorder.watch(text.layers[0].mlp, "lm.layer_0.mlp")
    recorder.watch(text.norm, "lm.final_norm")

    def keep_inputs(_module, inputs, named):
        value = inputs[0] if inputs else named["hidden_states"]
        recorder.values.setdefault("lm.inputs_embeds", value.detach().clone())
    recorder.handles.append(text.layers[0].register_forward_pre_hook(keep_inputs, with_kwargs=True))

    def keep_tables(_module, _inputs, output):
        section = model.config.text_config.rope_scaling["mrope_section"] * 2
        for key, table in zip(("lm.rope_cos", "lm.rope_sin"), output):  # [3, 1, L, D]: one axis for each section
            parts = [part[n % 3, 0] for n, part in enumerate(table.split(section, dim=-1))]
            recorder.values.setdefault(key, torch.cat(parts, dim=-1).clone())
    recorder.handles.append(text.rotary_emb.register_forward_hook(keep_tables))


def make_model(family, folder, special, tokenizer, files, seed):
    folder.mkdir(parents=True, exist_ok=True)
    config = config_of(family, special)
    write_json(folder / "config.json", config)
    write_json(folder / "generation_config.json", {
        "eos_token_id": [special["<|im_end|>"], special["<|endoftext|>"]], "do_sample": True, "temperature": 0.1,
        "repetition_penalty": 1.0 if family == "qwen2_vl" else 1.05})
    hf.Qwen2VLImageProcessor(min_pixels=3136, max_pixels=12845056).save_pretrained(folder)
    for name, contents in files.items():
        (folder / name).write_text(contents, encoding="utf-8")

    kind = "Qwen2VL" if family == "qwen2_vl" else "Qwen2_5_VL"
    library_config = getattr(hf, kind + "Config")(**json.loads(json.dumps(config)))
    library_config._attn_implementation = "eager"
    model = getattr(hf, kind + "ForConditionalGeneration")(library_config).float().eval()
    if config["tie_word_embeddings"]:
        model.tie_weights()
    fill_weights(model, seed)
    write_weights(model, folder, 1 if family == "qwen2_vl" else 2)
    return model


def record_golden(model, folder, special, tokenizer, seed):
    windowed = model.config.model_type == "qwen2_5_vl"
    source = source_frames(4, 96, 118, seed)
    height, width = 140, 168  # 5 x 6 tokens: windows of four sizes
    resized = torch.nn.functional.interpolate(source.float(), size=(height, width), mode="bicubic", antialias=True)
    resized = resized.clamp(0, 255).round().to(torch.uint8)
    processor = hf.Qwen2VLVideoProcessor()
    batch = processor(videos=[resized.float()], do_resize=False, return_tensors="pt")
    pixels, grid = batch["pixel_values_videos"].float(), batch["video_grid_thw"]
    t, h, w = grid[0].tolist()

    before = f"<|im_start|>system\n{SYSTEM}<|im_end|>\n<|im_start|>user\n<|vision_start|>"
    after = f"<|vision_end|>{QUESTION}<|im_end|>\n<|im_start|>assistant\n"
    head, tail = (tokenizer.encode(text, add_special_tokens=False).ids for text in (before, after))
    ids = torch.tensor([head + [special["<|video_pad|>"]] * (t * h * w // 4) + tail])
    rate = 2 if windowed else None
    positions, delta = positions_of([len(head), ("video", t, h, w), len(tail)], rate, 1.0)
    inputs = {"input_ids": ids, "pixel_values_videos": pixels, "video_grid_thw": grid}
    values = {"in.frames_src_u8": source, "in.frames_resized_u8": resized, "in.pixel_values_videos": pixels,
              "in.video_grid_thw": grid, "in.input_ids": ids, "in.position_ids": positions[:, None],
              "in.rope_deltas": torch.tensor([[delta]]), "in.second_per_grid_ts": torch.tensor([1.0])}

    recorder = Recorder()
    record_stages(model, recorder)
    features = torch.cat(list(model.get_video_features(pixels, grid)))
    recorder.values["vision.output"] = features.clone()
    recorder.values["vision.rope_angles"] = model.model.visual.rot_pos_emb(grid).clone()
    result = model(**inputs, position_ids=positions[:, None], use_cache=True)
    recorder.stop()
    cache, logits = result.past_key_values, result.logits[0]
    values |= recorder.values
    values["lm.k_cache_0"], values["lm.v_cache_0"] = cache.layers[0].keys.clone(), cache.layers[0].values.clone()
    values["out.logits_last8"] = logits[-8:].clone()
    if windowed:
        values |= window_tables(t, h, w)
        order, _ = model.model.visual.get_window_index(grid)
        assert torch.equal(order, values["vision.window_index"])

    processors_ = hf.LogitsProcessorList([hf.RepetitionPenaltyLogitsProcessor(1.05)])
    values["sample.logits_rep1.05"] = processors_(ids, logits[-1:].clone())[0]
    warpers = hf.LogitsProcessorList([hf.TemperatureLogitsWarper(0.7), hf.TopKLogitsWarper(20), hf.TopPLogitsWarper(0.8)])
    values["sample.probs_t0.7_k20_p0.8"] = warpers(ids, values["sample.logits_rep1.05"][None].clone())[0].softmax(-1)

    row, picked, rows = logits[-1], [], []
    for step in range(GREEDY_STEPS):
        rows.append(row.clone())
        picked.append(int(row.argmax()))
        place = torch.full((3, 1, 1), ids.shape[1] + step + delta)
        row = model(input_ids=torch.tensor([picked[-1:]]), position_ids=place, past_key_values=cache).logits[0, -1]
    values["out.greedy_ids"], values["out.greedy_logits"] = torch.tensor(picked), torch.stack(rows)
    best = torch.stack(rows).topk(2).values
    values["out.greedy_margin"] = best[:, 0] - best[:, 1]
    assert values["out.greedy_margin"].min() > 0.01, "two tokens are too close to tell apart: take another --seed"
    save_file({key: value.contiguous() for key, value in values.items()}, folder / "golden.safetensors")
    margin = float(values["out.greedy_margin"].min())
    print(f"{folder.name}: {ids.shape[1]} tokens, grid {t}x{h}x{w}, least greedy margin {margin:.3f}, answer {picked}")


def bf16_error(folder):
    """|bf16 - float32| / |float32| of the reference's logits of the last eight tokens, torch SDPA on the CPU."""
    golden = load_file(folder / "golden.safetensors")
    kind = hf.AutoConfig.from_pretrained(folder).model_type
    types = {"qwen2_vl": hf.Qwen2VLForConditionalGeneration, "qwen2_5_vl": hf.Qwen2_5_VLForConditionalGeneration}
    model = types[kind].from_pretrained(folder, dtype=torch.bfloat16, attn_implementation="sdpa").eval()
    logits = model(input_ids=golden["in.input_ids"], pixel_values_videos=golden["in.pixel_values_videos"].bfloat16(),
                   video_grid_thw=golden["in.video_grid_thw"], position_ids=golden["in.position_ids"]).logits[0, -8:]
    want = golden["out.logits_last8"].double()
    return float((logits.double() - want).norm() / want.norm())


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--out", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent)
    arguments.add_argument("--seed", type=int, default=2)
    options = arguments.parse_args()
    torch.set_grad_enabled(False)
    torch.set_num_threads(1)

    tokenizer, vocab, merges = make_tokenizer()
    special = {text: tokenizer.token_to_id(text) for text in SPECIAL_TOKENS}
    folder = options.out / "tokenizer"
    folder.mkdir(parents=True, exist_ok=True)
    files = tokenizer_files(tokenizer, vocab, merges)
    for name, contents in files.items():
        (folder / name).write_text(contents, encoding="utf-8")
    write_text_cases(tokenizer, folder)
    write_chat_cases(tokenizer, folder)

    if not (options.out / "preprocess_golden.json").exists():
        write_frame_cases(options.out / "preprocess_golden.json")

    oracles = {}
    for family, name in (("qwen2_vl", "tiny-qwen2-vl"), ("qwen2_5_vl", "tiny-qwen2_5-vl")):
        oracles[family] = make_model(family, options.out / name, special, tokenizer, files, options.seed)
        record_golden(oracles[family], options.out / name, special, tokenizer, options.seed)
    write_position_cases(options.out / "mrope_golden.json", special, oracles)
    write_json(options.out / "bf16_error.json",
               {name: bf16_error(options.out / name) for name in ("tiny-qwen2-vl", "tiny-qwen2_5-vl")})


if __name__ == "__main__":
    main()
