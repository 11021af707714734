"""The structs of kernels/*.h as ctypes sees them. _library.py holds them against the libraries' own sizes."""

import ctypes as c

OK, INVALID, UNSUPPORTED, MEMORY, CANCELLED, DEVICE = range(6)  # StatusCode
FLOAT32, BFLOAT16 = range(2)  # Dtype
PATTERNS = ("antidiagonal", "diagonal", "random")  # ScorePattern, in its order
DENSE_FROM_NEVER = 2**63 - 1
AUTO_PATH = 0  # CudaPath::kAuto


class Status(c.Structure):
    _fields_ = [("code", c.c_int), ("message", c.c_char_p)]


class Shape(c.Structure):
    _fields_ = [
        ("heads", c.c_int),
        ("kv_heads", c.c_int),
        ("head_dim", c.c_int),
        ("queries", c.c_int64),
        ("keys", c.c_int64),
        ("causal", c.c_bool),
        ("scale", c.c_float),
        ("dtype", c.c_int),
    ]


class HeadsView(c.Structure):
    """Both HeadsView and MutableHeadsView."""

    _fields_ = [("data", c.c_void_p), ("head_stride", c.c_int64), ("token_stride", c.c_int64)]


class Inputs(c.Structure):
    _fields_ = [("shape", Shape), ("q", HeadsView), ("k", HeadsView), ("v", HeadsView)]


class Lists(c.Structure):
    _fields_ = [("columns", c.c_void_p), ("counts", c.c_void_p), ("pitch", c.c_int64)]


class Params(c.Structure):
    _fields_ = [
        ("stride", c.c_int),
        ("pattern", c.c_int),
        ("threshold", c.c_float),
        ("threshold_per_head", c.POINTER(c.c_float)),
        ("sink_blocks", c.c_int),
        ("recent_blocks", c.c_int),
        ("dense_from", c.c_int64),
    ]


class Selection(c.Structure):
    """Both CpuSelection and CudaSelection."""

    _fields_ = [
        ("columns", c.c_void_p),
        ("counts", c.c_void_p),
        ("pitch", c.c_int64),
        ("kept_share", c.c_void_p),
        ("mass", c.c_void_p),
    ]


class CudaWorkspace(c.Structure):
    _fields_ = [("data", c.c_void_p), ("bytes", c.c_size_t)]


class Layout(c.Structure):
    _fields_ = [
        (name, c.c_int32)
        for name in (
            "shape shape_dtype inputs inputs_v lists params params_dense_from selection selection_mass "
            "output status block_size"
        ).split()
    ]


def expected_layout(block_size):
    """What a library of this version answers, as a dict by field."""
    return {
        "shape": c.sizeof(Shape),
        "shape_dtype": Shape.dtype.offset,
        "inputs": c.sizeof(Inputs),
        "inputs_v": Inputs.v.offset,
        "lists": c.sizeof(Lists),
        "params": c.sizeof(Params),
        "params_dense_from": Params.dense_from.offset,
        "selection": c.sizeof(Selection),
        "selection_mass": Selection.mass.offset,
        "output": c.sizeof(HeadsView),
        "status": c.sizeof(Status),
        "block_size": block_size,
    }
