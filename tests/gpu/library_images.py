#!/usr/bin/env python3
"""library_images.py LIBRARY [NAME...]: the GPU images in a built library, read from its fat binaries.

Prints a line for every object file: sm_80 (machine code), compute_80 (PTX), with the letter of an
architecture-specific image (sm_90a). With NAMEs: fails unless every object file holds either all of
the portable ones, or those with a letter only, and both kinds occur. Standard library only."""
import struct
import sys

FIRST_WORD = 0xBA55ED50  # of a fat binary
MACHINE_CODE = 2  # kind of an image; 1 is PTX
THIS_ONLY = 0x100000  # flag of an image that runs on its own architecture and no later one: sm_90a


def section(data, name):
    """The bytes of a section of an ELF file of 64 bits."""
    table, = struct.unpack_from("<Q", data, 0x28)
    size, count, names = struct.unpack_from("<HHH", data, 0x3A)
    rows = [struct.unpack_from("<IIQQQQ", data, table + i * size) for i in range(count)]
    for at, _, _, _, offset, length in rows:
        start = rows[names][4] + at
        if data[start:data.index(b"\0", start)] == name:
            return data[offset:offset + length]
    return b""


def fat_binaries(data):
    """Per fat binary (one an object file) the names of its images; nothing of files without kernels."""
    at = 0
    while (at := data.find(struct.pack("<I", FIRST_WORD), at)) >= 0:
        header, length = struct.unpack_from("<HQ", data, at + 6)
        images, entry, end = [], at + header, at + header + length
        has_kernels = data.find(b".text.", at, end) >= 0
        while entry < end:
            kind, _, entry_header, size = struct.unpack_from("<HHIQ", data, entry)
            architecture, = struct.unpack_from("<I", data, entry + 28)
            flags, = struct.unpack_from("<I", data, entry + 40)
            images.append(f"{'sm' if kind == MACHINE_CODE else 'compute'}_{architecture}"
                          f"{'a' if flags & THIS_ONLY else ''}")
            entry += entry_header + size
        if has_kernels:
            yield images
        at = end


def main():
    with open(sys.argv[1], "rb") as library:
        objects = list(fat_binaries(section(library.read(), b".nv_fatbin")))
    wanted = sorted(sys.argv[2:])
    kinds = {True: [n for n in wanted if n.endswith("a")], False: [n for n in wanted if not n.endswith("a")]}
    seen = set()
    wrong = 0
    for number, images in enumerate(objects, 1):
        is_special = any(name.endswith("a") for name in images)
        seen.update(images)
        verdict = "" if not wanted or sorted(images) == kinds[is_special] else "   UNEXPECTED"
        wrong += bool(verdict)
        print(f"object {number}: {' '.join(images)}{verdict}")
    if not objects:
        sys.exit(f"{sys.argv[1]} holds no GPU images")
    missing = set(wanted) - seen
    if missing or wrong:
        sys.exit(f"wanted in every portable object: {' '.join(kinds[False])}; in the others: {' '.join(kinds[True])}")


if __name__ == "__main__":
    main()
