#!/usr/bin/env python3
"""Checks what the compiler does not: which layer includes what, file sizes, handle discipline, READMEs."""
import collections
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SOURCES = {".h", ".cpp", ".cu", ".cuh"}

# (folders, pattern no line may match, why). Include paths are always written from the root.
QT, FFMPEG, TORCH = r"#include <Q", r"#include <libav", r"#include <(ATen|torch|c10)"
# The boxes of core, lowest first, each with those it may include beside itself. core/README.md draws them.
BOXES = {
    "base": "",
    "spec": "base",
    "device": "base",
    "tokens": "base spec",
    "weights": "base spec device",
    "attention": "base device",
    "model": "base spec device tokens weights attention",
    "web": "base",
    "fetch": "base spec web",
    "answer": "base spec device tokens weights attention model",
    "remote": "base spec device tokens weights attention model answer web",
    "speech": "base spec device tokens weights",
    "session": "base spec device tokens weights attention model answer remote web speech",
    "bench": "base spec device tokens weights attention model answer remote web speech session",
    "eval": "base session",
}
# Boxes of core that see the folders beside it.
SEES_KERNELS = ["device", "weights", "attention", "bench"]
SEES_VISION = ["answer", "remote", "session", "bench"]
# What the options of a run share with the kernels: words of the standard library only.
KERNEL_WORDS = r"kernels(?!/(block_layout|score_pattern)\.h)"


def box_rules():
    """No box includes one that is not below it."""
    for box, below in BOXES.items():
        allowed = below.split() + [box]
        others = "|".join(other for other in BOXES if other not in allowed)
        if others:
            yield [f"core/{box}"], rf'#include "core/({others})/', f"core/{box} sits on {below or 'nothing'}"
        kernels = KERNEL_WORDS if box == "base" else "kernels"
        beside = ["app"] + ([] if box in SEES_KERNELS else [kernels]) + ([] if box in SEES_VISION else ["vision"])
        yield [f"core/{box}"], rf'#include "({"|".join(beside)})/', f"core/{box} sees none of {', '.join(beside)}"


RULES = [
    *box_rules(),
    (["core/base", "core/spec", "core/web", "core/fetch", "core/eval", "app", "kernels"], TORCH, "torch is for device, weights, attention, model, speech, session, bench and vision"),
    (["core/base"], r"#include <(Q[A-Z]|libav|cuda|nlohmann)", "core/base knows the standard library only"),
    (["kernels"], r'#include "(app|core|vision)/', "kernels know nothing of ours"),
    (["vision"], r'#include "(app|kernels|core/(?!base/|device/|weights/|spec/))', "vision sits on core/base, device, spec and weights"),
    (["app"], r'#include "(kernels|vision|core/(?!base/|session/|bench/|eval/|fetch/))', "app sees core/session, fetch, eval, bench and base only"),
    (["app/gui"], r'#include "core/(eval|bench)/', "the window neither counts answers nor measures"),
    (["core", "kernels", "vision", "app/cli"], QT, "Qt lives in app/gui"),
    (["app", "core", "kernels", "vision/encoder"], FFMPEG, "FFmpeg lives in vision/video and vision/sound"),
    (["app/cli", "app/gui", "core", "kernels", "vision"], r"#include <boost/", "Boost.Beast lives in app/serve"),
    (["app"], r"#include <(curl|openssl)/", "libcurl lives in core/web, OpenSSL's digests in core/fetch"),
    (["app", "core", "kernels", "vision"], r'#include "tests/', "nothing includes tests"),
    (["app", "core", "kernels", "vision"], r"#include <torch/torch.h>", "torch/torch.h takes 18 s to parse"),
    (["app", "core", "kernels", "vision"], r'#include "\.\./', "include paths are written from the root"),
]
# What only one model family does or is called stands in its file of core/spec/families; everything else reads a ModelSpec.
FAMILY = r'\b\w*[Ff]amily\w*(\(\))?\s*[=!]=|[=!]=\s*\w*(::)?k?\w*[Ff]amily|\bModelFamily\b|"qwen\d[\w.]*_vl"|[=!]=\s*"[Qq]wen|Qwen\d[\w.]*VLFor|\bspec(\(\))?(->|\.)(type|name)\s*[=!]=\s*"'
FAMILY_FILES = "core/spec/families"
# What only POSIX or Linux has stands in these files: a port to another system is this list. Tests and kernels/python aside.
SYSTEM = r"#include <(unistd|dlfcn|fcntl|execinfo|poll|pthread|sched|sys/\w+|linux/\w+)\.h>|\"/(proc|sys|dev)/"
SYSTEM_FILES = {
    "files and memory": "core/base/file_stamp.cpp core/base/low_priority.cpp core/base/mapped_file.cpp"
                        " core/base/picture_pack.cpp vision/video/listed_picture.cpp"
                        " core/base/replace_file.cpp core/base/run_log.cpp core/fetch/file_fetch.cpp core/fetch/gpu_setup.cpp"
                        " core/fetch/hub_cache.cpp app/gui/library/library_connection.cpp",
    "the machine": "core/device/host_memory.cpp core/device/machine_load.cpp core/session/device_list.cpp app/gui/state/power_source.h core/bench/speech_bench.cpp",
    "shared libraries": "core/device/cuda_driver_library.h core/device/cuda_libraries.cpp core/device/cuda_memory.cpp"
                        " core/device/device_graph.cpp vision/video/frame_sampler.cpp",
    "the process": "app/cli/mcp_command.cpp app/executable_path.h app/launcher.cpp app/library_environment.h app/gui/desktop/crash_report.cpp"
                   " app/gui/desktop/quit_signals.cpp",
    "terminals": "app/cli/fetch_printer.cpp app/cli/terminal_progress.cpp app/cli/eval_command.cpp app/cli/hearing_run.cpp"
                 " app/cli/server_flags.cpp",
    "doors": "app/serve/ app/mcp/ core/remote/",  # folders
}
# A type that a header defines. Two of one name in a program share what the linker keeps one of: destructors, vectors.
TYPE = re.compile(r"^(?:class|struct|enum class)\s+(\w+)\b(?!::)(?:\s+final)?\s*(?::[^;{]*)?\{", re.M)
# Freeing by hand belongs to the RAII handles of these files only.
HANDLES = r"\b(av_frame_free|av_packet_free|avcodec_free_context|avformat_close_input|sws_freeContext|cudaFree|munmap)\b"
HANDLE_FILES = re.compile(r"handles|safetensors|mapped_file")
LINE_CAP = {".h": 600, ".cpp": 600, ".cu": 800, ".cuh": 800, ".py": 600}
README_FOLDERS = ["app", "core", "vision", "kernels", "resources", "tests", "installer"]
README_LINES = 40


def files(folder, suffixes):
    return sorted(p for p in (ROOT / folder).rglob("*") if p.suffix in suffixes)


def main():
    broken = []
    for folders, pattern, why in RULES:
        for path in (p for f in folders for p in files(f, SOURCES)):
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                if re.search(pattern, line):
                    broken.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()}: {why}")
    for folder in ("app", "core", "kernels", "vision"):
        for path in files(folder, SOURCES):
            if not HANDLE_FILES.search(path.name) and re.search(HANDLES, path.read_text(encoding="utf-8")):
                broken.append(f"{path.relative_to(ROOT)}: frees a handle by hand; use the RAII types")
    for folder in ("app", "core", "vision"):
        for path in (p for p in files(folder, SOURCES) if FAMILY_FILES not in p.as_posix()):
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                if re.search(FAMILY, line.split("//")[0]):
                    broken.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()}: a family is a file of facts, nothing asks for it")
    listed = set(" ".join(SYSTEM_FILES.values()).split())
    using = {p.relative_to(ROOT).as_posix() for folder in ("app", "core", "kernels", "vision") for p in files(folder, SOURCES)
             if re.search(SYSTEM, p.read_text(encoding="utf-8")) and "kernels/python" not in p.as_posix()}
    broken += [f"{name}: uses what only this system has; put it behind one of SYSTEM_FILES" for name in sorted(using - listed)
               if not name.startswith(tuple(one for one in listed if one.endswith("/")))]
    broken += [f"{name}: is in SYSTEM_FILES and needs nothing of the system" for name in sorted(listed - using)
               if not name.endswith("/")]
    owners = collections.defaultdict(set)
    for folder in ("app", "core", "vision"):
        for path in files(folder, {".h"}):
            for name in TYPE.findall(path.read_text(encoding="utf-8")):
                owners[name].add(path.relative_to(ROOT).as_posix())
    broken += [f"{name}: a type of that name is in {' and in '.join(sorted(places))}; one program cannot hold two"
               for name, places in sorted(owners.items()) if len(places) > 1]
    checked = 0
    for folder in README_FOLDERS:
        for path in files(folder, set(LINE_CAP)):
            checked += 1
            lines = len(path.read_text(encoding="utf-8").splitlines())
            if lines > LINE_CAP[path.suffix]:
                broken.append(f"{path.relative_to(ROOT)}: {lines} lines; split it by what owns what")
        readme = ROOT / folder / "README.md"
        if not readme.exists():
            broken.append(f"{folder}/README.md is missing")
        elif len(readme.read_text(encoding="utf-8").splitlines()) > README_LINES:
            broken.append(f"{folder}/README.md has more than {README_LINES} lines")
    print("\n".join(broken) or f"{checked} files keep to the rules")
    if checked == 0:
        sys.exit("no files were found below " + str(ROOT))
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
