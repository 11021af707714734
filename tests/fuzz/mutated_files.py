#!/usr/bin/env python3
"""Asks the real program about damaged copies of good files, and counts what must not happen.

    mutated_files.py PROGRAM SEEDS videos|models --count 10000 [--first N] [--jobs J] [--out DIR]

SEEDS: a folder of mutated_seeds.py (or --make-seeds small|all, which makes it first). Copy number N is the same wherever it is
made, so an offender is made again with --first N --count 1 --keep. What must not happen: a crash (a signal, or a
sanitizer's report), more than --limit seconds, an answer without frames, "out of memory" while the machine had
plenty, an internal error, an exit code that is not that of such a file, a refusal that is not one clear line.
Prints a table, and one line of JSON last; exits with 1 where something of it happened. Python's own library only.

What took too long beside others is asked again alone before it counts. DIR/offenders keeps each file with what was
done to it and what the program said."""
import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time

import mutations

QUESTION = "What is shown?"
USAGE, VIDEO, MODEL, MEMORY = 2, 3, 4, 5
# A model may recommend more than the flags below allow, which is a usage error.
ALLOWED = {"videos": (0, VIDEO), "models": (0, MODEL, USAGE)}
HEADERS = 2048  # bytes that are mostly headers
SANITIZER = re.compile(r"ERROR: \w+Sanitizer|SUMMARY: \w+Sanitizer|runtime error:")
MEMORY_WORDS = re.compile(r"out of memory|ran out|are free|more memory than|bad_alloc", re.I)
PLENTY = 2 << 30  # bytes free, below which a refusal for memory may be true
# A header that was hit may claim pictures that --max-memory has no room for, or of a shape whose least tokens are
# more than --max-video-tokens: both are true then.
HUGE = re.compile(r"decoding its pictures of (\d+) x (\d+) pixels alone")
HUGE_PIXELS = 100 << 20
SHAPE_WORDS = "video tokens, the limit is 64"


def model_of(folder):
    """What --model takes."""
    return next(iter(sorted(folder.glob("tiny-*.gguf"))), folder)


class Case:
    """One damaged file and the question about it."""

    def __init__(self, kind, number, seeds, folder):
        self.kind, self.number = kind, number
        draw = random.Random(f"{kind} {number}")
        self.folder = folder
        if kind == "videos":
            source = draw.choice(sorted((seeds / "videos").iterdir()))
            self.file = folder / f"damaged{source.suffix}"
            damaged, self.done = mutations.damaged_bytes(draw, source.read_bytes(), HEADERS)
            self.file.write_bytes(damaged)
            self.video, self.model, self.seed = self.file, seeds / "models/qwen2", source.name
            return
        model = draw.choice(sorted((seeds / "models").iterdir()))
        source = draw.choice(sorted(file for file in model.iterdir() if file.is_file()))
        copy = folder / "model"
        copy.mkdir()
        for one in model.iterdir():
            if one != source:
                (copy / one.name).symlink_to(one)
        damage = {".json": mutations.damaged_json, ".safetensors": mutations.damaged_safetensors}.get(
            source.suffix, lambda d, raw: mutations.damaged_bytes(d, raw, 16384))
        damaged, self.done = damage(draw, source.read_bytes())
        self.file = copy / source.name
        self.file.write_bytes(damaged)
        self.video, self.model = seeds / "videos/h264-few.mp4", model_of(copy)
        self.seed = f"{model.name}/{source.name}"

    def command(self, program):
        return [str(program), "ask", str(self.video), QUESTION, "--model", str(self.model), "--json", "--no-cache",
                "--device", "cpu", "--attention", "dense", "--frames", "4", "--max-video-tokens", "64",
                "--max-tokens", "3", "--max-memory", "4"]


class Run:
    """What the program did."""

    def __init__(self, command, limit_s, memory_bytes, folder):
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "XDG_CACHE_HOME": str(folder / "cache")}
        began = time.monotonic()
        with open(folder / "out", "wb") as out, open(folder / "err", "wb") as err:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=environment,
                                       start_new_session=True)
            if memory_bytes:
                resource.prlimit(process.pid, resource.RLIMIT_AS, (memory_bytes, memory_bytes))
            alarm = threading.Timer(limit_s, process.kill)
            alarm.start()
            _, status, used = os.wait4(process.pid, 0)
            alarm.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)  # nobody else waits for it
        self.code, self.seconds = process.returncode, time.monotonic() - began
        self.cpu_s, self.peak_bytes = used.ru_utime + used.ru_stime, used.ru_maxrss * 1024
        self.timed_out = self.seconds >= limit_s
        self.out, self.err = ((folder / name).read_bytes().decode(errors="replace") for name in ("out", "err"))


def free_bytes():
    return int(re.search(r"MemAvailable:\s+(\d+)", pathlib.Path("/proc/meminfo").read_text())[1]) * 1024


def faults_of(case, run, plenty):
    """What went wrong with it, as words of the table."""
    faults = []
    if run.timed_out:
        return ["hang"]
    if run.code < 0 or SANITIZER.search(run.err):
        return ["crash"]
    if run.code == 0:
        try:
            report = json.loads(run.out)
            if report["frames"] < 1 or report["prompt_tokens"] < 1:
                faults.append("answer without frames")
        except (ValueError, KeyError):
            faults.append("no report")
        return faults
    if run.code == 1:
        faults.append("internal error")
    elif case.kind == "videos" and run.code == USAGE and SHAPE_WORDS in run.err:
        pass
    elif run.code not in ALLOWED[case.kind] and run.code != MEMORY:
        faults.append(f"exit code {run.code}")
    claimed = HUGE.search(run.err)
    is_huge = claimed and int(claimed[1]) * int(claimed[2]) >= HUGE_PIXELS
    if run.code == MEMORY and plenty and not is_huge or "ran out of memory" in run.err:
        faults.append("false out of memory")
    lines = [line for line in run.err.splitlines() if line.strip()]
    told = [line for line in lines if line.startswith("reelquery: ")]
    if len(told) != 1 or len(lines) > 3:
        faults.append("not one clear line")
    return faults


def message_class(case, run):
    """The refusal without what differs from file to file."""
    line = next((line for line in run.err.splitlines() if line.startswith("reelquery: ")), "")
    line = line[len("reelquery: "):].replace(case.file.name, "FILE")
    line = re.sub(r"'[^']*'|\"[^\"]*\"|“[^”]*”", "'...'", line)
    line = re.sub(r"/\S*/", "", line)
    return re.sub(r"-?\d[\d.,e+]*", "N", line)[:110] if run.code else "answered"


class Campaign:
    def __init__(self, flags):
        self.flags = flags
        self.lock = threading.Lock()
        self.codes, self.classes = collections.Counter(), collections.Counter()
        self.faults = collections.Counter()
        self.slowest, self.most_bytes, self.cpu_s = (0.0, -1), (0, -1), 0.0
        self.late = []

    def one(self, number, is_alone=False):
        flags = self.flags
        with tempfile.TemporaryDirectory(prefix="mutated-", dir=flags.tmp) as name:
            folder = pathlib.Path(name)
            case = Case(flags.kind, number, flags.seeds, folder)
            plenty = free_bytes() > PLENTY
            run = Run(case.command(flags.program), flags.limit, flags.memory << 30, folder)
            faults = faults_of(case, run, plenty)
            with self.lock:
                if faults == ["hang"] and not is_alone and flags.jobs > 1:
                    self.late.append(number)
                    return
                self.note(case, run, faults)
            if faults or flags.keep:
                self.keep(case, run, faults)

    def note(self, case, run, faults):
        self.codes[run.code] += 1
        self.classes[message_class(case, run)] += 1
        self.faults.update(faults)
        self.cpu_s += run.cpu_s
        self.slowest = max(self.slowest, (round(run.seconds, 2), case.number))
        self.most_bytes = max(self.most_bytes, (run.peak_bytes, case.number))
        if faults:
            print(f"{case.kind} {case.number} ({case.seed}): {', '.join(faults)}", flush=True)

    def keep(self, case, run, faults):
        place = self.flags.out / "offenders" / f"{case.kind}-{case.number}"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        shutil.copy(case.file, place)
        recipe = {"kind": case.kind, "number": case.number, "seed": case.seed, "done": case.done, "faults": faults,
                  "exit": run.code, "seconds": round(run.seconds, 2), "cpu_s": round(run.cpu_s, 2),
                  "peak_mib": run.peak_bytes >> 20, "said": run.err[-4000:], "answer": run.out[-1000:]}
        (place / "recipe.json").write_text(json.dumps(recipe, indent=1, ensure_ascii=False))

    def run(self):
        flags, began = self.flags, time.monotonic()
        numbers = range(flags.first, flags.first + flags.count)
        ends_at = began + flags.seconds if flags.seconds else None
        with concurrent.futures.ThreadPoolExecutor(flags.jobs) as pool:
            waiting = {pool.submit(self.one_until, number, ends_at) for number in numbers}
            for done in concurrent.futures.as_completed(waiting):
                done.result()  # a fault of this program ends it
        for number in self.late:
            self.one(number, is_alone=True)
        return time.monotonic() - began

    def one_until(self, number, ends_at):
        if ends_at is None or time.monotonic() < ends_at:
            self.one(number)

    def report(self, wall_s):
        asked = sum(self.codes.values())
        for title, counts in (("exit codes", self.codes), ("said", self.classes), ("faults", self.faults)):
            print(f"\n{title}")
            for what, count in counts.most_common(60):
                print(f"{count:8}  {what}")
        summary = {
            "kind": self.flags.kind, "asked": asked, "first": self.flags.first, "crashes": self.faults["crash"],
            "hangs": self.faults["hang"], "answers_without_frames": self.faults["answer without frames"],
            "false_out_of_memory": self.faults["false out of memory"],
            "other_faults": {k: n for k, n in self.faults.items() if k not in (
                "crash", "hang", "answer without frames", "false out of memory")},
            "exit_codes": {str(code): count for code, count in sorted(self.codes.items())},
            "classes": len(self.classes), "slowest_s": self.slowest, "most_mib": (self.most_bytes[0] >> 20,
                                                                                  self.most_bytes[1]),
            "wall_s": round(wall_s, 1), "cpu_s": round(self.cpu_s, 1), "jobs": self.flags.jobs}
        print(f"\n{asked} asked in {wall_s:.0f} s with {self.flags.jobs} jobs ({self.cpu_s:.0f} s of processors)")
        print(json.dumps(summary))
        return summary


def parse_flags():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("seeds", type=pathlib.Path)
    parser.add_argument("kind", choices=sorted(ALLOWED))
    parser.add_argument("--make-seeds", choices=["small", "all"], help="write the seeds first")
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--first", type=int, default=0, help="number of the first copy")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--limit", type=float, default=20, help="seconds of one question")
    parser.add_argument("--seconds", type=float, default=0, help="begin no more after that long")
    parser.add_argument("--memory", type=int, default=8, help="GiB of addresses of one process; 0: as many as it likes")
    parser.add_argument("--keep", action="store_true", help="keep every file, not only offenders")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("mutated-out"))
    parser.add_argument("--tmp", default="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
    flags = parser.parse_args()
    flags.program, flags.seeds = flags.program.resolve(), flags.seeds.resolve()
    return flags


def check_seeds(flags):
    """What is damaged has to be whole: else everything would be refused for one reason."""
    def ask(seed):
        with tempfile.TemporaryDirectory(prefix="mutated-", dir=flags.tmp) as name:
            case = Case(flags.kind, 0, flags.seeds, pathlib.Path(name))
            case.video = seed if flags.kind == "videos" else flags.seeds / "videos/h264-few.mp4"
            case.model = flags.seeds / "models/qwen2" if flags.kind == "videos" else model_of(seed)
            return seed, Run(case.command(flags.program), 6 * flags.limit, 0, pathlib.Path(name))

    with concurrent.futures.ThreadPoolExecutor(flags.jobs) as pool:
        for seed, run in pool.map(ask, sorted((flags.seeds / flags.kind).iterdir())):
            if run.code != 0:
                sys.exit(f"{seed} is not answered as it is: {run.err}")


def main():
    flags = parse_flags()
    if flags.make_seeds:
        import mutated_seeds
        mutated_seeds.make_seeds(flags.seeds, is_small=flags.make_seeds == "small")
    if not (flags.seeds / flags.kind).is_dir():
        sys.exit(f"{flags.seeds} holds no {flags.kind}; mutated_seeds.py makes them")
    check_seeds(flags)
    campaign = Campaign(flags)
    summary = campaign.report(campaign.run())
    if summary["asked"] == 0:
        sys.exit("nothing was asked")
    sys.exit(1 if campaign.faults else 0)


if __name__ == "__main__":
    main()
