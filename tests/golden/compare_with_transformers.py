"""Holds the program against Hugging Face transformers with a real checkpoint, stage by stage.

    python compare_with_transformers.py MODEL VIDEO [--question TEXT] [--frames N] [--program PATH]

MODEL is the folder of a checkpoint of any family that the program runs. The program looks at the
video and writes down what it made of it (`reelquery bench stages`); transformers then reads the very
frames that the program saw. Compared are the rows of pixels, the prompt, the positions, the video's
features (deep ones too), the output of every layer, the logits and the greedy answer; also the
answer that `reelquery ask` gives. One line a stage, with its largest difference and what may be
expected of it; the exit code is 0 where all are within that.

In float32 the two may differ by rounding. In bfloat16 (--dtype) each is compared with transformers in
float32, and the program's error may be twice that of transformers in bfloat16.
Needs torch, torchvision, transformers and safetensors; runs where torch does (--torch-device).
"""

from __future__ import annotations

import argparse
import inspect
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import torch
import transformers
from safetensors.torch import load_file

START, PAD, END = "<|vision_start|>", "<|video_pad|>", "<|vision_end|>"
# A stage of float32 may be off by this, or by this share of its largest value.
ABSOLUTE, RELATIVE = 1e-3, 2e-5


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("video", type=Path)
    parser.add_argument("--question", default="What happens in this video, and when?")
    parser.add_argument("--frames", type=int, default=8)
    parser.add_argument("--max-video-tokens", type=int, default=1024)
    parser.add_argument("--max-tokens", type=int, default=32, help="of the answer")
    parser.add_argument("--dtype", choices=("float32", "bfloat16"), default="float32")
    parser.add_argument("--device", default="cpu", help="the program's: auto, cpu or cuda")
    parser.add_argument("--torch-device", default="cpu", help="transformers': cpu, cuda, cuda:1")
    parser.add_argument("--program", type=Path, default=None, help="default: the one that was built")
    return parser.parse_args()


def program_of(args: argparse.Namespace) -> Path:
    root = Path(__file__).resolve().parents[2]
    built = [args.program] if args.program else sorted(root.glob("build/*/bin/reelquery"))
    if not built or not built[0].is_file():
        sys.exit("no program: build it, or name it with --program")
    return built[0]


def run_program(args: argparse.Namespace, program: Path, folder: Path):
    """The program's stages, and the answer it gives when it is simply asked."""
    common = [str(args.video), args.question, "--model", str(args.model), "--device", args.device,
              "--dtype", args.dtype, "--frames", str(args.frames), "--max-video-tokens",
              str(args.max_video_tokens), "--max-tokens", str(args.max_tokens), "--temperature", "0",
              "--repetition-penalty", "1", "--sampling", "exact"]

    def run(*command: str) -> str:
        done = subprocess.run([str(program), *command], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"{program} {' '.join(command[:2])}: {done.stderr.strip()}")
        return done.stdout

    file = folder / "stages.safetensors"
    run("bench", "stages", *common, "--out", str(file))
    answer = json.loads(run("ask", *common, "--json", "--no-cache").splitlines()[0])["answer"]
    return load_file(file), answer


class Report:
    """Prints a line a stage and remembers whether all are as expected."""

    def __init__(self) -> None:
        self.is_right = True
        print(f"{'stage':28} {'largest difference':>20} {'expected at most':>18}")

    def say(self, stage: str, difference: float, bound: float, note: str = "") -> None:
        is_right = difference <= bound  # False for what is no number
        self.is_right &= is_right
        verdict = "" if is_right else "  NOT AS EXPECTED"
        print(f"{stage:28} {difference:20.3g} {bound:18.3g}{verdict}{'  ' + note if note else ''}")

    def same(self, stage: str, is_same: bool, note: str = "") -> None:
        self.is_right &= is_same
        print(f"{stage:28} {'equal' if is_same else 'DIFFERENT':>20} {'equal':>18}  {note}")


def largest(a: torch.Tensor, b: torch.Tensor) -> float:
    if a.shape != b.shape:
        return float("inf")
    return (a.double() - b.double()).abs().max().item()


def pixel_rows(args, stages):
    """transformers' rows of the program's frames; None where its processor cannot be made."""
    try:
        processor = transformers.AutoVideoProcessor.from_pretrained(args.model)
        frames = stages["in.frames"].permute(0, 3, 1, 2)
        made = processor(videos=[frames], do_resize=False, do_sample_frames=False,
                         return_tensors="pt")
        return made["pixel_values_videos"], made["video_grid_thw"][0]
    except (OSError, ValueError, ImportError) as error:
        print(f"no video processor of this model here ({error}): the program's rows are taken")
        return None, None


def prompt_text(args, tokenizer) -> str:
    """The conversation with one pad for the video, by the checkpoint's template where it has one."""
    parts = [{"type": "video"}, {"type": "text", "text": args.question}]
    messages = [{"role": "user", "content": parts}]
    for template in (tokenizer, None):
        try:
            template = template or transformers.AutoProcessor.from_pretrained(args.model)
            if template.chat_template:
                return template.apply_chat_template(messages, tokenize=False,
                                                    add_generation_prompt=True)
        except (OSError, ValueError, ImportError, AttributeError):
            continue
    kind = json.loads((args.model / "config.json").read_text())["model_type"]
    system = "" if kind == "qwen3_vl" else "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n"
    return (f"{system}<|im_start|>user\n{START}{PAD}{END}{args.question}<|im_end|>\n"
            "<|im_start|>assistant\n")


def prompt_ids(args, tokenizer, stages, merge: int, has_times: bool) -> list[int]:
    """The tokens that the families' processors make of the prompt."""
    steps, height, width = stages["in.grid"].tolist()
    tokens = height * width // merge**2
    text = prompt_text(args, tokenizer)
    if not has_times:
        return tokenizer(text.replace(PAD, PAD * (steps * tokens)))["input_ids"]
    # Qwen3-VL: a clock before every step, the mean of the pair's times, each step between marks of
    # its own. Libraries from 5.10 on leave two more marks around it all; 4.57, with which the models
    # came out, does not.
    times = stages["in.frame_times_s"].tolist()
    clocks = [(times[2 * step] + times[2 * step + 1]) / 2 for step in range(steps)]
    video = "".join(f"<{clock:.1f} seconds>{START}{PAD * tokens}{END}" for clock in clocks)
    return tokenizer(text.replace(START + PAD + END, video))["input_ids"]


def rule_positions(stages, config: dict) -> torch.Tensor:
    """[3, L]: positions by the rule with which the models came out (transformers 4): what follows a
    run of pads begins behind the largest position in it."""
    vision = config["vision_config"]
    merge = vision.get("spatial_merge_size", 2)
    steps, height, width = stages["in.grid"].tolist()
    rows, columns = height // merge, width // merge
    seconds = stages["in.seconds_per_pair"].float().item()
    per_second = vision.get("tokens_per_second")
    ids, pad = stages["in.ids"].tolist(), config["video_token_id"]
    columns_of, at, next_position = [], 0, 0
    while at < len(ids):
        if ids[at] != pad:
            columns_of.append([next_position] * 3)
            at, next_position = at + 1, next_position + 1
            continue
        end = next((n for n in range(at, len(ids)) if ids[n] != pad), len(ids))
        run_steps = (end - at) // (rows * columns)  # Qwen3-VL's steps are runs of their own
        for step in range(run_steps):
            time = step
            if per_second is not None:
                time = int(torch.tensor(step * seconds, dtype=torch.float32).item() * per_second)
            columns_of += [[next_position + time, next_position + row, next_position + column]
                           for row in range(rows) for column in range(columns)]
        at, next_position = end, max(max(one) for one in columns_of) + 1
    return torch.tensor(columns_of).T


class Reference:
    """A transformers model, and what it makes of the program's prompt at the program's positions."""

    def __init__(self, args, stages, rows, dtype: torch.dtype, known: int) -> None:
        self.model = transformers.AutoModelForImageTextToText.from_pretrained(
            args.model, dtype=dtype, attn_implementation="sdpa").to(args.torch_device).eval()
        self.seen: dict[str, torch.Tensor] = {}
        self.device, self.known = args.torch_device, known
        ids = stages["in.ids"][None].to(self.device)
        types = torch.zeros_like(ids)
        config = self.model.config
        types[ids == config.image_token_id] = 1
        types[ids == config.video_token_id] = 2
        given = {"input_ids": ids, "attention_mask": torch.ones_like(ids),
                 "pixel_values_videos": rows.to(self.device, dtype),
                 "video_grid_thw": stages["in.grid"][None].to(self.device),
                 "mm_token_type_ids": types.int(),
                 "second_per_grid_ts": stages["in.seconds_per_pair"].float()}
        # Newer libraries place what follows a video elsewhere; the values are compared at the
        # positions of the program, and these by themselves.
        positions = stages["in.positions"][:, None].to(self.device)
        delta = positions.max() + 1 - ids.shape[1]
        inner = self.model.model
        self.own_rule = inner.get_rope_index
        inner.get_rope_index = lambda *_given, **_named: (positions, delta.reshape(1, 1))
        takes = inspect.signature(type(self.model).forward).parameters
        self.inputs = {name: value for name, value in given.items() if name in takes}
        self.watch()

    def keep(self, name: str, value) -> None:
        if isinstance(value, (tuple, list)):
            value = value[0]
        self.seen.setdefault(name, value.detach().float().cpu())

    def watch(self) -> None:
        inner = self.model.model
        layers = inner.language_model.layers
        for k, layer in enumerate(layers):
            layer.register_forward_hook(
                lambda _m, _i, out, k=k: self.keep(f"lm.layer_{k}", out))
            # What was added behind a layer stands in what the next one reads.
            if k:
                layer.register_forward_pre_hook(
                    lambda _m, given, named, k=k: self.keep(
                        f"lm.layer_{k - 1}.deepstack", given[0] if given else named["hidden_states"]),
                    with_kwargs=True)
        inner.visual.register_forward_hook(lambda _m, _i, out: self.keep_features(out))

    def keep_features(self, out) -> None:
        rows, deep = out, []
        if isinstance(out, tuple):
            rows, deep = out[0], out[1]
        elif hasattr(out, "pooler_output"):
            rows, deep = out.pooler_output, getattr(out, "deepstack_features", None) or []
        self.keep("vision.output", rows)
        for j, plane in enumerate(deep):
            self.keep(f"vision.deepstack_{j}", plane)

    def library_positions(self) -> torch.Tensor:
        """As this library has them, [3, L]."""
        takes = inspect.signature(self.own_rule).parameters
        named = {"input_ids", "attention_mask", "video_grid_thw", "mm_token_type_ids",
                 "second_per_grid_ts"} & takes.keys() & self.inputs.keys()
        return self.own_rule(**{name: self.inputs[name] for name in named})[0][:, 0].cpu()

    @torch.no_grad()
    def read(self) -> dict[str, torch.Tensor]:
        logits = self.model(**self.inputs, use_cache=False).logits[0, -1]
        self.seen["lm.logits"] = logits.float().cpu()
        return {name: value[0] if name.startswith("lm.layer") else value
                for name, value in self.seen.items()}

    @torch.no_grad()
    def answer(self, most: int) -> list[int]:
        unknown = list(range(self.known, self.model.get_output_embeddings().weight.shape[0]))
        made = self.model.generate(**self.inputs, max_new_tokens=most, do_sample=False,
                                   repetition_penalty=1.0, temperature=None, top_k=None, top_p=None,
                                   suppress_tokens=unknown or None)
        ids = made[0, self.inputs["input_ids"].shape[1]:].tolist()
        ends = self.model.generation_config.eos_token_id
        ends = ends if isinstance(ends, list) else [ends]
        return next((ids[:at] for at, one in enumerate(ids) if one in ends), ids)


def bounds_of(stages, exact, rounded) -> dict[str, float]:
    """What each stage may be off by; `rounded`: transformers in bfloat16, or None."""
    if rounded is None:
        return {name: max(ABSOLUTE, RELATIVE * exact[name].abs().max().item()) for name in exact}
    return {name: 2 * largest(exact[name], rounded[name]) + ABSOLUTE for name in exact
            if name in stages}


def main() -> int:
    args = arguments()
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    program = program_of(args)
    with tempfile.TemporaryDirectory() as folder:
        stages, asked = run_program(args, program, Path(folder))
    tokenizer = transformers.AutoTokenizer.from_pretrained(args.model)
    config = json.loads((args.model / "config.json").read_text())
    kind = config["model_type"]
    merge = config["vision_config"].get("spatial_merge_size", 2)
    print(f"{args.model.name} ({kind}), transformers {transformers.__version__}, torch "
          f"{torch.__version__}, {args.dtype}; {len(stages['in.frames'])} frames, "
          f"{len(stages['vision.output'])} video tokens, {len(stages['in.ids'])} in the prompt")

    report = Report()
    rows, grid = pixel_rows(args, stages)
    if rows is not None:
        report.same("in.grid", torch.equal(grid, stages["in.grid"]))
        report.say("in.pixel_rows", largest(stages["in.pixel_rows"], rows), 0)
    wanted = prompt_ids(args, tokenizer, stages, merge, kind == "qwen3_vl")
    report.same("in.ids", stages["in.ids"].tolist() == wanted,
                f"{len(stages['in.ids'])} here, {len(wanted)} there")
    rows = stages["in.pixel_rows"] if rows is None else rows
    report.same("in.positions", torch.equal(rule_positions(stages, config), stages["in.positions"]))

    reference = Reference(args, stages, rows, torch.float32, len(tokenizer))
    if not torch.equal(reference.library_positions(), stages["in.positions"]):
        print(f"{'':28} transformers {transformers.__version__} has other positions (5.x places what "
              "follows a video elsewhere than 4.x)")
    exact = reference.read()
    answers = {"transformers, float32": reference.answer(args.max_tokens)}
    rounded = None
    if args.dtype == "bfloat16":
        del reference
        reference = Reference(args, stages, rows, torch.bfloat16, len(tokenizer))
        rounded = reference.read()
        answers["transformers, bfloat16"] = reference.answer(args.max_tokens)
    for name, bound in bounds_of(stages, exact, rounded).items():
        if name in stages:
            report.say(name, largest(stages[name], exact[name]), bound,
                       f"of values up to {exact[name].abs().max().item():.3g}")

    ids = stages["out.ids"].tolist()
    theirs = answers["transformers, float32"]
    if args.dtype == "float32":
        report.same("greedy answer", ids == theirs, f"{len(ids)} tokens here, {len(theirs)} there")
    else:
        # Rounding may turn any word; what is asked is only that both can be read.
        same = sum(a == b for a, b in zip(ids, theirs))
        print(f"{'greedy answer':28} {same} of {len(theirs)} tokens as in float32")
    spoken = tokenizer.decode(ids, skip_special_tokens=True)
    report.same("answer of ask", spoken.strip() == asked.strip(), "as its stages' tokens")
    print(f"\nreelquery:\n  {asked!r}")
    for who, told in answers.items():
        print(f"{who}:\n  {tokenizer.decode(told, skip_special_tokens=True)!r}")
    print("\nall as expected" if report.is_right else "\nNOT all as expected")
    return 0 if report.is_right else 1


if __name__ == "__main__":
    sys.exit(main())
