#!/usr/bin/env python3
"""beside_openai.py REELQUERY MODEL [SCRATCH] [FILM...]: words that `reelquery transcribe` gets wrong, beside those of the
package openai-whisper (20250625) with the same weights on the same sounds: the films of spoken_films.py, all or those
named. MODEL is tiny.en as unpack_tiny_en.py writes it. Also how many of the right words begin or end more than 0.3 s
from where espeak-ng said them.

The package is told by clip_timestamps to leave the 40 s without speech out, as the program does by itself: else it loses
a sentence's beginning where one of its steps of 30 s through the silence ends within it (11 of 69 words wrong), which
says little about how well words are understood. One word more or less in a film is chance: the borders of what is heard
lie elsewhere by a few hundredths of a second. So it is the sum over the films that counts.

Needs espeak-ng, ffmpeg, openai-whisper, torch and safetensors. Exits with 1 where the program gets more words wrong in
all, or invents one. Not part of ctest: it takes minutes and a package that is large.
"""
import difflib
import json
import os
import pathlib
import subprocess
import sys

os.environ.setdefault("REELQUERY", sys.argv[1])
os.environ.setdefault("REELQUERY_TEST_DIR", sys.argv[3] if len(sys.argv) > 3 else "/tmp/beside_openai")
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cli"))

import spoken_films
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


LATE_S = 0.3


def misplaced(wanted, got):
    """Of the words that are right, (how many begin elsewhere, how many end elsewhere, all)."""
    same = difflib.SequenceMatcher(None, [word.text for word in wanted], [word.text for word in got], autojunk=False)
    pairs = [(wanted[a + i], got[b + i]) for a, b, count in same.get_matching_blocks() for i in range(count)]
    return (sum(abs(x.from_s - y.from_s) > LATE_S for x, y in pairs), sum(abs(x.to_s - y.to_s) > LATE_S for x, y in pairs),
            len(pairs))


def words_in(lines):
    return [word for line in lines for word in spoken_films.words_of(line["text"])]


def heard(film, folder):
    """What the program hears: its lines, with words."""
    out = support.WORK / f"{film.name}.json"
    subprocess.run([str(support.PROGRAM), "transcribe", str(film.path), "--model", str(folder), "--out", str(out), "--again",
                    "--quiet"], check=True, env=support.environment())
    return json.loads(out.read_text())["lines"]


def main():
    folder, mine, theirs, invented = pathlib.Path(sys.argv[2]), 0, 0, []
    model = reference(folder)
    print("film         words  reelquery  openai-whisper  begin/end > 0.3 s of right words: reelquery, openai-whisper")
    for film in spoken_films.make(support.WORK, sys.argv[4:]):
        lines, said = heard(film, folder), [word.text for word in film.words]
        clips = [0, film.silence[0] + 1, film.silence[1] - 1, film.words[-1].to_s + 0.9]  # behind the end it would loop
        told = whisper.transcribe(model, str(film.path), clip_timestamps=clips, language="en", fp16=False,
                                  condition_on_previous_text=False, word_timestamps=True)["segments"]
        wrong = spoken.distance(said, words_in(lines)), spoken.distance(said, words_in(told))
        mine, theirs = mine + wrong[0], theirs + wrong[1]
        places = []
        for found, names in ((lines, ("text", "from_s", "to_s")), (told, ("word", "start", "end"))):
            words = [spoken_films.Word(one, word[names[1]], word[names[2]])
                     for line in found for word in line["words"] for one in spoken_films.words_of(word[names[0]])]
            places.append("%d/%d of %d" % misplaced(film.words, words))
        print(f"{film.name:12s} {len(said):5d}  {wrong[0]:9d}  {wrong[1]:14d}  {', '.join(places)}", flush=True)
        invented += [line["text"] for line in lines
                     if line["from_s"] < film.silence[1] - 1 and line["to_s"] > film.silence[0] + 1]
    print(f"in all: reelquery {mine} wrong, openai-whisper {theirs}; where nobody speaks: {invented or 'nothing'}")
    sys.exit(1 if mine > theirs or invented else 0)


if __name__ == "__main__":
    main()
