"""Holds `reelquery serve` against another server of the same checkpoint: the same prompts, word for word.

    python compare_with_server.py VIDEO --ours URL --ours-key KEY --theirs URL --theirs-key KEY --model FOLDER

Both get the same stamped pairs of frames as PNG, because programs that decode JPEG do not agree on the last
bits of a pixel. FOLDER is the checkpoint both have loaded: ids that its tokenizer has no text for (rows that
only pad the vocabulary; random weights do choose them) are forbidden there as they are here, by vLLM's
`allowed_token_ids`. No repetition penalty is named, so both take the checkpoint's own. With vLLM, start both in
float32 and give the folder of a Qwen2-VL or Qwen2.5-VL checkpoint a reelquery.json whose prompt has
"time_text_every_pairs": 1 and "time_text_format": "[m:ss]", which is what the client sends to vLLM.

One line a question; the exit code is 0 where all answers are the same. Needs ffmpeg.
"""

from __future__ import annotations

import argparse
import base64
import json
import subprocess
import sys
import urllib.request
from pathlib import Path

# Begin and end in seconds, question: one pair, several, many.
CASES = [(52, 54, "Hello"), (52, 56, "Hello"), (52, 64, "What is shown?"), (70, 90, "When is the card shown?"),
         (10, 40, "List what is shown, with times."), (100, 140, "Which letter?")]


def frame(video: Path, at: int, size: str) -> str:
    made = subprocess.run(["ffmpeg", "-v", "error", "-ss", str(at), "-i", str(video), "-frames:v", "1", "-vf",
                           f"scale={size},setsar=1", "-pix_fmt", "rgb24", "-c:v", "png", "-f", "image2pipe", "-"],
                          capture_output=True, check=True)
    return base64.b64encode(made.stdout).decode()


def ask(url: str, key: str, body: dict) -> dict:
    with urllib.request.urlopen(urllib.request.Request(url + "/models", None, {"Authorization": "Bearer " + key})) as one:
        body = {"model": json.load(one)["data"][0]["id"], "temperature": 0, **body}
    fields = {"Content-Type": "application/json", "Authorization": "Bearer " + key}
    with urllib.request.urlopen(urllib.request.Request(url + "/chat/completions", json.dumps(body).encode(), fields)) as one:
        return json.load(one)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("video", type=Path)
    for side in ("ours", "theirs"):
        parser.add_argument(f"--{side}", required=True, help="http://127.0.0.1:PORT/v1")
        parser.add_argument(f"--{side}-key", default="none")
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--size", default="168:112", help="of the frames; multiples of 28, inside the model's limits")
    parser.add_argument("--max-tokens", type=int, default=24)
    options = parser.parse_args()
    tokenizer = json.loads((options.model / "tokenizer.json").read_text())
    known = sorted({*tokenizer["model"]["vocab"].values(), *(one["id"] for one in tokenizer["added_tokens"])})
    differ = 0
    for begin, end, question in CASES:
        parts = []
        for at in range(begin, end, 2):
            pair = ",".join(frame(options.video, at + step, options.size) for step in (0, 1))
            parts += [{"type": "text", "text": f"[{at // 60}:{at % 60:02}]"},
                      {"type": "video_url", "video_url": {"url": "data:video/jpeg;base64," + pair}}]
        body = {"max_tokens": options.max_tokens,
                "messages": [{"role": "user", "content": [*parts, {"type": "text", "text": question}]}]}
        ours = ask(options.ours, options.ours_key, body)
        theirs = ask(options.theirs, options.theirs_key, {**body, "allowed_token_ids": known})
        # A character cut by the limit is written or left away.
        one, two = (reply["choices"][0]["message"]["content"].rstrip("\ufffd") for reply in (ours, theirs))
        tokens = [reply["usage"]["prompt_tokens"] for reply in (ours, theirs)]
        same = one == two and tokens[0] == tokens[1]
        differ += not same
        print(f"{begin}-{end} s: {'the same' if same else f'{one!r} and {two!r}'}, {tokens[0]} and {tokens[1]} tokens read")
    print(f"{len(CASES) - differ} of {len(CASES)} the same")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
