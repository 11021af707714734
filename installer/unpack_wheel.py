#!/usr/bin/env python3
"""unpack_wheel.py WHEEL FOLDER SUBTREE...: takes only those subtrees out of a wheel, file modes kept."""
import os
import sys
import zipfile


def main():
    wheel, folder, subtrees = sys.argv[1], sys.argv[2], [s.rstrip("/") + "/" for s in sys.argv[3:]]
    with zipfile.ZipFile(wheel) as archive:
        members = [m for m in archive.infolist() if m.filename.startswith(tuple(subtrees))]
        if not members:
            sys.exit(f"{wheel} holds nothing below {' '.join(subtrees)}")
        for member in members:
            path = archive.extract(member, folder)
            if not member.is_dir():
                os.chmod(path, 0o644 | (member.external_attr >> 16 & 0o111))


if __name__ == "__main__":
    main()
