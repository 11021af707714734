#!/usr/bin/env python3
"""mainloop_order.py LIBRARY [CUOBJDUMP]: whether the assembler kept the order that Hopper's attention relies on.

In the mainloop (kernels/attn/prefill_sm90.cuh) the exponentials of a block of keys must run in the shadow of the
product with the values of the block before. Nothing in the source forces that: the assembler may sink them below the
wait for that product, or rebuild the products' descriptors one by one, and results stay right while a quarter of the
speed is gone. Per kernel, in the order of the machine code:

    scores' products, values' products, wait for the scores, 64 or more exponentials, wait for the values

Exit: 0 kept, 1 broken, 77 no cuobjdump here (part of the CUDA toolkit; also the Python package nvidia-cuda-cuobjdump)."""
import re
import shutil
import subprocess
import sys

KERNEL = re.compile(r"Function : (\S*prefillSm90\S*)")
INSTRUCTION = re.compile(r"\s+/\*[0-9a-f]{4,}\*/\s+(.*?);")
PRODUCT = "HGMMA"
WAIT_SCORES = "WARPGROUP.DEPBAR.LE gsb0, 0x1"  # at most one group of products, the values', is unfinished
WAIT_ALL = "WARPGROUP.DEPBAR.LE gsb0, 0x0"
# A thread holds 64 scores of a block of keys; two more rescale what came before.
EXPONENTIALS = 64
# Instructions between neighbouring products of one group: a few on addresses; rebuilt descriptors take 6 or more each.
MOST_BETWEEN = 5
# Between the scores' last product and the values' first: the wait for V's copy and its first descriptor.
MOST_BETWEEN_GROUPS = 24


def kernels(text):
    """(name, instructions) of each attention kernel."""
    name, lines = None, []
    for line in text.splitlines():
        if "Function :" in line:
            if name:
                yield name, lines
            found = KERNEL.search(line)
            name, lines = (found.group(1) if found else None), []
        elif name and (found := INSTRUCTION.match(line)):
            lines.append(found.group(1).strip())
    if name:
        yield name, lines


def complaint(lines):
    """What is wrong with the mainloop; empty where it is as it must be."""
    waits = [at for at, line in enumerate(lines) if line.startswith(WAIT_SCORES)]
    if len(waits) != 1:
        return f"{len(waits)} waits for the scores alone instead of one: there is no mainloop as expected"
    wait_scores = waits[0]
    wait_all = next((at for at in range(wait_scores, len(lines)) if lines[at].startswith(WAIT_ALL)), None)
    if wait_all is None:
        return "no wait for the values' product"
    before = [at for at in range(wait_scores) if lines[at].startswith(WAIT_ALL)]
    products = [at for at in range(before[-1] if before else 0, wait_scores) if PRODUCT in lines[at]]
    scores = [at for at in products if not is_values(lines[at])]
    values = [at for at in products if is_values(lines[at])]
    if len(values) != 8 or len(scores) not in (4, 8) or scores[-1] > values[0]:
        return f"{len(scores)} products of scores before {len(values)} with values: expected 4 or 8 before 8"
    if values[0] - scores[-1] > MOST_BETWEEN_GROUPS:
        return f"{values[0] - scores[-1] - 1} instructions between scores and values: they do not follow each other"
    for group in (scores, values):
        most = max(b - a - 1 for a, b in zip(group, group[1:]))
        if most > MOST_BETWEEN:
            return f"{most} instructions between neighbouring products: descriptors are rebuilt"
    between = [line for line in lines[values[-1]:wait_scores] if "MUFU" in line]
    shadow = sum("MUFU.EX2" in line for line in lines[wait_scores:wait_all])
    if between or shadow < EXPONENTIALS:
        return f"{shadow} of {EXPONENTIALS} exponentials before the wait for the values: out of the products' shadow"
    return ""


def is_values(line):
    """Values lie row by row, so their operand is read transposed; weights come from registers."""
    return "tnspB" in line


def main():
    tool = sys.argv[2] if len(sys.argv) > 2 and shutil.which(sys.argv[2]) else shutil.which("cuobjdump")
    if not tool:
        print("skipped: no cuobjdump here; it is part of the CUDA toolkit and of the Python package nvidia-cuda-cuobjdump")
        sys.exit(77)
    text = subprocess.run([tool, "-sass", "-arch", "sm_90a", sys.argv[1]], capture_output=True, text=True, check=True).stdout
    broken = seen = 0
    for name, lines in kernels(text):
        why = complaint(lines)
        seen += 1
        broken += bool(why)
        short = re.search(r"prefillSm90ILi(\d+)ENS\w*?(Dense|List|Short)Walk", name)
        print(f"{'D' + short.group(1) + ' ' + short.group(2) if short else name}: {why or 'order kept'}")
    if seen != 6:
        sys.exit(f"{seen} attention kernels for Hopper instead of 6")
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
