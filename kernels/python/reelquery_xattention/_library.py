"""Opens the two shared libraries, each once and only when it is first needed.

They are looked for in REELQUERY_XATTENTION_LIBRARIES (a folder), else in lib/ inside this package, where the wheel
puts them.
"""

import ctypes
import functools
import os
import pathlib

from . import _structs as s
from .errors import DeviceFailed, InvalidInput, LibraryError, OutOfMemory, Unsupported

BLOCK = 128  # kBlockSize
_CPU_FILE, _CUDA_FILE = "libreelquery_cpu.so", "libreelquery_cuda.so"


def folder():
    """Where the libraries are looked for."""
    named = os.environ.get("REELQUERY_XATTENTION_LIBRARIES")
    return pathlib.Path(named) if named else pathlib.Path(__file__).parent / "lib"


def _open(file, functions):
    path = folder() / file
    if not path.exists():
        raise LibraryError(f"{file} is not in {folder()}")
    try:
        library = ctypes.CDLL(str(path))
    except OSError as error:
        raise LibraryError(f"{file} does not load: {error}") from None
    for name, result, arguments in functions:
        try:
            function = getattr(library, name)
        except AttributeError:
            raise LibraryError(f"{path} has no {name}; it is of another version than this package") from None
        function.restype, function.argtypes = result, arguments
    return library


@functools.cache
def cpu():
    """The CPU library. Errors: LibraryError."""
    pointer = ctypes.POINTER
    library = _open(
        _CPU_FILE,
        [
            ("reelqueryCpuLayout", None, [pointer(s.Layout)]),
            ("reelqueryCpuPrefill", s.Status, [pointer(s.Inputs), pointer(s.Lists), pointer(s.HeadsView), ctypes.c_int]),
            ("reelqueryCpuSelect", s.Status, [pointer(s.Inputs), pointer(s.Params), pointer(s.Selection), ctypes.c_int]),
        ],
    )
    told = s.Layout()
    library.reelqueryCpuLayout(ctypes.byref(told))
    for field, size in s.expected_layout(BLOCK).items():
        if getattr(told, field) != size:
            raise LibraryError(
                f"{folder() / _CPU_FILE} is of another version than this package ({field}: {getattr(told, field)}, not {size})"
            )
    return library


@functools.cache
def cuda():
    """The CUDA library. Both come out of one build, so that the CPU library answers for the structs' layout.
    Errors: LibraryError; a wheel that was built without nvcc has none."""
    cpu()
    if not (folder() / _CUDA_FILE).exists():
        raise LibraryError(
            f"CUDA tensors need {_CUDA_FILE}, which is not in {folder()}: this package was built without nvcc"
        )
    pointer = ctypes.POINTER
    void = ctypes.c_void_p
    return _open(
        _CUDA_FILE,
        [
            ("reelqueryCudaProbe", s.Status, [ctypes.c_int, ctypes.c_int]),
            ("reelqueryCudaWorkspaceBytes", ctypes.c_size_t, [pointer(s.Shape), pointer(s.Params), ctypes.c_int]),
            (
                "reelqueryCudaPrefill",
                s.Status,
                [pointer(s.Inputs), pointer(s.Lists), pointer(s.HeadsView), s.CudaWorkspace, ctypes.c_int, void],
            ),
            (
                "reelqueryCudaSelect",
                s.Status,
                [pointer(s.Inputs), pointer(s.Params), pointer(s.Selection), s.CudaWorkspace, ctypes.c_int, void],
            ),
        ],
    )


@functools.cache
def probe(device):
    """Raises where the CUDA library does not run on card `device` of torch's count; asks once per card."""
    check(cuda().reelqueryCudaProbe(device, s.AUTO_PATH), f"cuda:{device}")


_ERRORS = {s.INVALID: InvalidInput, s.UNSUPPORTED: Unsupported, s.MEMORY: OutOfMemory}


def check(status, given):
    """Raises the error that a status stands for; `given` says what was asked."""
    if status.code != s.OK:
        raise _ERRORS.get(status.code, DeviceFailed)(f"{status.message.decode()} (given: {given})")
