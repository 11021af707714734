#!/usr/bin/env python3
"""kernel_profile.py SKIP COUNT COMMAND...: the kernels of a window of COMMAND's launches, by total time.

Runs COMMAND under Nsight Compute, which times COUNT launches after the first SKIP, one after another. Stops both
after PROFILE_LIMIT seconds (environment, 19). Exit: 77 where ncu is not installed. Standard library only."""
import collections
import csv
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile

NANOSECONDS = {"n": 1, "u": 1e3, "m": 1e6, "s": 1e9}  # by the first letter of the unit: ns, us, usecond, ...
SHOWN = 24
LIMIT_S = float(os.environ.get("PROFILE_LIMIT", 19))


def short_name(name):
    """The function without namespaces, template values and arguments; torch's generic ones with their operation."""
    name = re.sub(r"<unnamed>::|\(anonymous namespace\)::|^void ", "", name)
    plain = re.split(r"[<(]", name)[0].split("::")[-1]
    if "elementwise" not in plain and "reduce" not in plain:
        return plain
    inside = [word for word in re.findall(r"\w*Functor\w*|\w+_kernel\w*|\w+Ops?\b", name) if word != plain and "elementwise" not in word]
    return f"{plain} [{inside[0]}]" if inside else plain


def measured(log):
    """(name, nanoseconds) of each launch in ncu's CSV."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    begin = next((i for i, line in enumerate(lines) if line.startswith('"ID"')), len(lines))
    for row in csv.DictReader(line for line in lines[begin:] if line.startswith('"')):
        if row["Metric Name"] == "gpu__time_duration.sum":
            yield row["Kernel Name"], float(row["Metric Value"].replace(",", "")) * NANOSECONDS[row["Metric Unit"][0]]


def print_table(launches):
    times = collections.defaultdict(list)
    for name, time in launches:
        times[short_name(name)].append(time)
    total = sum(map(sum, times.values()))
    print(f"{sum(map(len, times.values()))} launches, {total / 1e6:.3f} ms")
    for name, own in sorted(times.items(), key=lambda item: -sum(item[1]))[:SHOWN]:
        print(f"{sum(own) / total:6.1%} {sum(own) / 1e6:9.3f} ms {len(own):6} x {sum(own) / len(own) / 1e3:9.1f} us  {name}")


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    skip, count, command = sys.argv[1], sys.argv[2], sys.argv[3:]
    if not shutil.which("ncu"):
        print("ncu (Nsight Compute) is not installed here")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as folder:
        log = pathlib.Path(folder) / "ncu.csv"
        ncu = ["ncu", "--metrics", "gpu__time_duration.sum", "--clock-control", "none", "--cache-control", "none", "--csv",
               "--log-file", str(log), "--launch-skip", skip, "--launch-count", count, "--kill", "yes"]
        output = pathlib.Path(folder) / "output.txt"
        with output.open("w") as to:
            run = subprocess.Popen(ncu + command, stdout=to, stderr=subprocess.STDOUT, start_new_session=True)
            for stop in (signal.SIGINT, signal.SIGKILL):  # at an interrupt ncu still writes what it has
                try:
                    run.wait(timeout=LIMIT_S if stop == signal.SIGINT else 5)
                except subprocess.TimeoutExpired:
                    print(f"out of time after {LIMIT_S:.0f} s; a smaller COUNT would finish")
                    os.killpg(run.pid, stop)
            run.wait()
        launches = list(measured(log)) if log.exists() else []
        if not launches:
            print((log.read_text(errors="replace") if log.exists() else "") + output.read_text(errors="replace"))
            sys.exit("ncu measured nothing")
        print_table(launches)


if __name__ == "__main__":
    main()
