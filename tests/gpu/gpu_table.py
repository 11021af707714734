#!/usr/bin/env python3
"""gpu_table.py LOGS: the figures of a session of run_on_gpu.sh beside what is asked for. Standard library only."""
import json
import pathlib
import sys

# What the project asks for on one H100 (7B: 28/4 heads; 2B: 12/2), by (model, what, video tokens).
ASKED = {
    ("qwen2-vl-7b", "prefill dense", 128): "<= 8600 ms", ("qwen2-vl-7b", "prefill random 0.3", 128): "<= 5000 ms",
    ("qwen2-vl-7b", "decode", 32): "<= 10 ms", ("qwen2-vl-2b", "decode", 32): "<= 4 ms",
    ("qwen2-vl-7b", "vision", 0): ">= 60000 tokens/s", ("qwen2-vl-2b", "vision", 0): ">= 60000 tokens/s",
}


def model_lines(report):
    like = report["like"]
    rate = report["vision_tokens_per_s"]
    yield like, "vision", 0, f"{rate:.0f} tokens/s over {report['vision_tokens']} tokens, first run {report['vision_first_ms']:.0f} ms"
    for row in report["rows"]:
        thousands = round(row["video_tokens"] / 1024)
        way = "dense"
        if "forced_density" in row:
            way = f"random {row['forced_density']:g}"
        elif "threshold" in row:
            way = f"tau {row['threshold']:g}"
        time = row["prefill_ms"]
        yield (like, f"prefill {way}", thousands,
               f"{time['median']:.0f} ms ({time['min']:.0f}-{time['max']:.0f}), kept {row['density']:.3f}, attention "
               f"{row['attention_ms']:.0f}, choosing {row['selection_ms']:.0f}, peak {row['peak_bytes'] / 2**30:.1f} GiB")
        if "decode_ms_per_token" in row:
            yield (like, "decode", thousands,
                   f"{row['decode_ms_per_token']['median']:.2f} ms/token, {row.get('decode_mode', '')}")


def speech_line(report):
    asked = "   [asked: >= 150]" if report["like"] == "whisper-large-v3-turbo" else ""
    return (f"{report['like']} {report['windows']} windows: {report['times_real_time']:.0f} times real time, encoder "
            f"{report['encoder_ms']['median']:.2f} ms a window, decoder {report['decoder_ms_per_token']['median']:.2f} ms a "
            f"token of all, peak {report['peak_bytes'] / 2**30:.1f} GiB{asked}")


def ask_lines(report):
    stages = ", ".join(f"{name} {report['busy_s'][name]['median']:.2f} busy, {report['waited_s'][name]['median']:.2f} waited"
                       for name in report["busy_s"])
    first, watched, half = (report[key]["first_token_s"] if key != "first_token_s" else report[key]
                            for key in ("first_token_s", "watched_ahead", "asked_half_way"))
    yield (f"{report['frames']} frames ({report['sampling']}), {report['video_tokens']} tokens, {report['attention']}, "
           f"weights {report['weights']}: first token {first['median']:.2f} s ({first['min']:.2f}-{first['max']:.2f})")
    yield f"  {stages}"
    yield (f"  watching {report['watched_ahead']['watching_s']['median']:.2f}, then {watched['median']:.3f}; asked half way "
           f"{half['median']:.2f}, of it the rest {report['asked_half_way']['waited_s']['median']:.2f}; answers "
           f"{'alike' if report['same_answers'] else 'DIFFER'}")


def attention_lines(rows):
    for row in rows:
        torch = ", ".join(f"torch {name} {row[key]:.2f}" for name, key in
                          (("flash", "torch_flash_ms"), ("cuDNN", "torch_cudnn_ms")) if key in row)
        yield (f"attention {row['tokens'] // 1024}K S={row['stride']} kept {row['density']:.3f}: dense "
               f"{row['dense_ms']:.2f} ms ({torch}), score+select {row['score_ms'] + row['select_ms']:.2f}, sparse "
               f"{row['sparse_ms']:.2f}, error {row['error']:.1e}")


def loaded(path):
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def main():
    logs = pathlib.Path(sys.argv[1])
    for path in sorted(logs.glob("model_qwen*.log")):
        report = loaded(path)
        if report is None:
            print(f"{path.name}: no figures")
            continue
        print(f"{report['like']} on {report['device']}, {report['dtype']}")
        for like, what, thousands, figures in model_lines(report):
            asked = ASKED.get((like, what, thousands))
            print(f"  {what:<20} {f'{thousands}K' if thousands else '':>5}  {figures}{f'   [asked: {asked}]' if asked else ''}")
    for line in attention_lines(loaded(logs / "attention.log") or []):
        print(line)
    for path in sorted(logs.glob("speech_*.log")):
        report = loaded(path)
        print(speech_line(report) if report else f"{path.stem}: no figures")
    for path in sorted(logs.glob("ask_*.log")):
        report = loaded(path)
        print(f"{path.stem}: " + ("\n".join(ask_lines(report)) if report else "no figures"))
    for path in sorted(logs.glob("kernels_*.log")):
        print(path.stem + ":")
        for line in path.read_text(encoding="utf-8").splitlines():
            asked = "   [asked: <= x3]" if line.startswith("128K D128: 30 rows") else ""
            print(f"  {line}{asked}\n" if "ms" in line else "", end="")
    for path in sorted([*logs.glob("profile_*.log"), *logs.glob("choice_*.log")]):
        print(path.stem + ":\n" + path.read_text(encoding="utf-8").rstrip())


if __name__ == "__main__":
    main()
