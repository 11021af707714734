#!/usr/bin/env python3
"""llama.cpp's own server with the embedded model, on a free port of 127.0.0.1.

usage: llama_server.py MODEL_DIR FOLDER KEY
Converts the model into FOLDER unless it is there, prints the address once it listens, and serves until its standard input
ends.

It is the wheel xllamacpp (bootstrap.sh test brings it), in the folder that REELQUERY_LLAMA names or of this Python:
    python3 -m pip install --target FOLDER xllamacpp==2026.10.11549
Exits with 77 where it is in neither."""
import os
import pathlib
import subprocess
import sys

NOT_HERE = 77
CONTEXT = 8192


def main():
    sys.path.insert(0, os.environ.get("REELQUERY_LLAMA", ""))
    try:
        import xllamacpp
    except ImportError as error:
        print(f"skipped: there is no llama-server ({error}); REELQUERY_LLAMA names a folder with xllamacpp")
        sys.exit(NOT_HERE)
    model, folder, key = sys.argv[1:]
    text, vision = (pathlib.Path(folder) / name for name in ("demo.gguf", "mmproj.gguf"))
    if not vision.exists():
        here = pathlib.Path(__file__).parent
        subprocess.run([sys.executable, here / "demo_model_gguf.py", model, text, vision], check=True)
    params = xllamacpp.CommonParams()
    params.model.path, params.mmproj.path = str(text), str(vision)
    params.hostnames, params.port, params.api_keys = ["127.0.0.1"], 0, [key]
    params.n_ctx, params.n_parallel, params.warmup = CONTEXT, 1, False
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1  # several spin while others have the processor
    server = xllamacpp.Server(params)
    print(server.listening_address, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
