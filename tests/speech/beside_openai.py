#!/usr/bin/env python3
"""beside_openai.py REELQUERY MODEL [SCRATCH]: word errors of `reelquery transcribe` beside those of the package
openai-whisper (20250625) with the same weights on the same sounds: espeak-ng's sentences with pauses, and the same with
noise, with music and with 40 s of silence among them. MODEL is tiny.en as unpack_tiny_en.py writes it.

The package hears twice: the whole sound, and told by clip_timestamps to leave the 40 s out, as the program does by
itself. The first loses a sentence's beginning where one of its steps of 30 s through the silence ends within it (11 of
69 words wrong), which says little about how well words are understood; the second is the fair figure.

Needs espeak-ng, ffmpeg, openai-whisper, torch and safetensors. Exits with 1 where the program makes more errors or
invents a word, beside the whole sound. Not part of ctest: it takes minutes and a package that is large.
"""
import json
import os
import pathlib
import subprocess
import sys

os.environ.setdefault("REELQUERY", sys.argv[1])
os.environ.setdefault("REELQUERY_TEST_DIR", sys.argv[3] if len(sys.argv) > 3 else "/tmp/beside_openai")
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cli"))

import spoken_words_test as spoken
import support
import torch
import whisper
from safetensors.torch import load_file
from whisper.model import ModelDimensions, Whisper

# The hub's name of a part -> the package's.
PARTS = (("encoder.layers.", "encoder.blocks."), ("decoder.layers.", "decoder.blocks."),
         ("encoder_attn_layer_norm", "cross_attn_ln"), ("self_attn_layer_norm", "attn_ln"),
         ("final_layer_norm", "mlp_ln"), ("encoder_attn", "cross_attn"), ("self_attn", "attn"),
         ("q_proj", "query"), ("k_proj", "key"), ("v_proj", "value"), ("out_proj", "out"),
         ("fc1", "mlp.0"), ("fc2", "mlp.2"), ("encoder.layer_norm", "encoder.ln_post"),
         ("decoder.layer_norm", "decoder.ln"), ("embed_tokens", "token_embedding"),
         ("encoder.embed_positions.weight", "encoder.positional_embedding"),
         ("decoder.embed_positions.weight", "decoder.positional_embedding"))


def reference(folder):
    config = json.loads((folder / "config.json").read_text())
    weights = {}
    for name, value in load_file(folder / "model.safetensors").items():
        name = name.removeprefix("model.")
        if name == "proj_out.weight":
            continue
        for ours, theirs in PARTS:
            name = name.replace(ours, theirs)
        weights[name] = value.float()
    size = ModelDimensions(config["num_mel_bins"], 1500, config["d_model"], config["encoder_attention_heads"],
                           config["encoder_layers"], config["vocab_size"], 448, config["d_model"],
                           config["decoder_attention_heads"], config["decoder_layers"])
    model = Whisper(size)
    model.load_state_dict(weights)
    heads = json.loads((folder / "generation_config.json").read_text())["alignment_heads"]
    mask = torch.zeros(size.n_text_layer, size.n_text_head, dtype=torch.bool)
    for layer, head in heads:
        mask[layer, head] = True
    model.register_buffer("alignment_heads", mask.to_sparse(), persistent=False)
    return model


def sounds():
    """(name, file, the words that are said)."""
    path, said = spoken.make_film()
    words = [word for _, _, text in said for word in text]
    for name, other in (("plain", None), ("noise", "anoisesrc=r=16000:a=0.01:color=pink"),
                        ("music", "aevalsrc=0.03*(sin(2*PI*262*t)+sin(2*PI*330*t)+sin(2*PI*392*t)):s=16000")):
        out = support.WORK / f"{name}.wav"
        mix = ["-i", path] if not other else ["-i", path, "-f", "lavfi", "-i", other, "-filter_complex",
                                              "amix=duration=first:normalize=0"]
        support.ffmpeg(*mix, "-ar", "16000", "-ac", "1", out)
        yield name, out, words, said


def main():
    support.WORK.mkdir(parents=True, exist_ok=True)
    folder, worse = pathlib.Path(sys.argv[2]), False
    model = reference(folder)
    for name, path, wanted, said in sounds():
        out = support.WORK / f"{name}.json"
        subprocess.run([str(support.PROGRAM), "transcribe", str(path), "--model", str(folder), "--out", str(out), "--again",
                        "--quiet"], check=True, env=support.environment())
        mine = json.loads(out.read_text())["lines"]
        silence = (said[3][1] + 1, said[4][0] - 1)
        settings = {"language": "en", "fp16": False, "condition_on_previous_text": False}
        whole = whisper.transcribe(model, str(path), word_timestamps=True, **settings)["segments"]
        told = whisper.transcribe(model, str(path), clip_timestamps=[0, silence[0], silence[1], said[-1][1] + 1],
                                  **settings)["segments"]
        errors = [spoken.distance(wanted, [w for line in lines for w in spoken.words_of(line["text"])])
                  for lines in (mine, whole, told)]
        inside = [line["text"] for line in mine if line["from_s"] < silence[1] and line["to_s"] > silence[0]]
        print(f"{name:6s} {len(wanted)} words: reelquery {errors[0]} wrong, openai-whisper {errors[1]} wrong, "
              f"told of the silence {errors[2]}; in 40 s without speech: {inside or 'nothing'}")
        worse = worse or errors[0] > errors[1] or bool(inside)
    sys.exit(1 if worse else 0)


if __name__ == "__main__":
    main()
