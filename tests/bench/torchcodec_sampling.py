#!/usr/bin/env python3
"""torchcodec_sampling.py VIDEO TIMES THREADS: fetches the frames at the times (seconds, one a line) with torchcodec.

Prints "seconds S", opening the file included, importing not. Frames come in batches of 16, as full-size tensors are large.
The libraries of the wheel nvidia-npp, which torchcodec's library names, are loaded first where they are installed.
"""
import ctypes
import glob
import os
import site
import sys
import time

for folder in site.getsitepackages():
    for name in ("libnppc", "libnppicc", "libnppig", "libnppisu"):
        for path in glob.glob(os.path.join(folder, "nvidia", "**", name + ".so.*"), recursive=True):
            ctypes.CDLL(path, mode=ctypes.RTLD_GLOBAL)

from torchcodec.decoders import VideoDecoder  # noqa: E402

video, times, threads = sys.argv[1], [float(t) for t in open(sys.argv[2])], int(sys.argv[3])
start = time.perf_counter()
decoder = VideoDecoder(video, num_ffmpeg_threads=threads)
first = decoder.metadata.begin_stream_seconds or 0.0
half = 0.5 / decoder.metadata.average_fps  # the middle of a frame's time cannot be rounded to its neighbour
opened = time.perf_counter() - start
for i in range(0, len(times), 16):
    decoder.get_frames_played_at([first + t + half for t in times[i:i + 16]])
seconds = time.perf_counter() - start
print(f"torchcodec {len(times)} frames in {seconds:.2f} s, {time.process_time():.2f} CPU s with the imports, open {opened:.2f} s")
print(f"seconds {seconds:.3f}")
