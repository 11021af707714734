"""One attention call: every check of the tensors, and the structs that the libraries take. Nothing is copied."""

import ctypes
import math

import torch

from . import _library, _structs as s
from .blocks import Grid
from .errors import InvalidInput, Unsupported

_DTYPES = {torch.float32: s.FLOAT32, torch.bfloat16: s.BFLOAT16}


def _as_batch(name, tensor):
    if tensor.dim() == 3:
        tensor = tensor.unsqueeze(0)
    if tensor.dim() != 4:
        raise InvalidInput(f"{name} is [batch, heads, tokens, D] or [heads, tokens, D], not {list(tensor.shape)}")
    return tensor


def _view(name, tensor):
    if tensor.stride(-1) != 1 and tensor.size(-1) > 1:
        raise InvalidInput(f"the last dimension of {name} must be contiguous, its stride is {tensor.stride(-1)}; "
                           f"give {name}.contiguous()")
    return s.HeadsView(tensor.data_ptr(), tensor.stride(0), tensor.stride(1))


class Call:
    """q [B, Hq, Lq, D], k and v [B, Hkv, Lk, D] with their options, checked. Three dimensions stand for a batch of 1."""

    def __init__(self, q, k, v, causal, scale):
        self.q, self.k, self.v = (_as_batch(name, x) for name, x in (("q", q), ("k", k), ("v", v)))
        self.is_batch = q.dim() == 4
        self.causal = bool(causal)
        q, k, v = self.q, self.k, self.v
        batch, heads, queries, dim = q.shape
        kv_heads, keys = k.shape[1:3]
        self.given = (f"q {list(q.shape)}, k {list(k.shape)}, {str(q.dtype).removeprefix('torch.')}, {q.device}"
                      f"{'' if causal else ', not causal'}")
        if torch.is_grad_enabled() and any(x.requires_grad for x in (q, k, v)):
            raise Unsupported("these kernels have no backward pass: call them under torch.no_grad() or inference_mode()")
        if any(x.device != q.device or x.dtype != q.dtype for x in (k, v)):
            raise InvalidInput(f"q, k and v must share device and dtype: {q.device} {q.dtype}, {k.device} {k.dtype}, "
                               f"{v.device} {v.dtype}")
        if v.shape != k.shape:
            error = Unsupported if v.shape[:3] == k.shape[:3] else InvalidInput
            raise error(f"k and v must have one shape: {list(k.shape)} and {list(v.shape)}")
        if k.shape[0] != batch or k.shape[3] != dim:
            raise InvalidInput(f"q and k must share batch and D: {list(q.shape)} and {list(k.shape)}")
        if kv_heads == 0 or heads == 0 or heads % kv_heads:
            raise InvalidInput(f"query heads must be a multiple of key/value heads: {heads} and {kv_heads}")
        if keys == 0 or (self.causal and queries > keys):
            raise InvalidInput(f"causal queries are the last of the keys: {queries} queries, {keys} keys")
        if q.device.type not in ("cpu", "cuda"):
            raise Unsupported(f"these kernels run on cpu and cuda, not on {q.device.type}")
        if q.dtype not in _DTYPES:
            raise Unsupported(f"these kernels take bfloat16 (cpu, cuda) and float32 (cpu), not {q.dtype}")
        self.scale = 1 / math.sqrt(dim) if scale is None else float(scale)
        if not (self.scale > 0 and math.isfinite(self.scale)):
            raise InvalidInput(f"scale must be positive and finite, not {scale}")
        self.grid = Grid(queries, keys, self.causal)
        self.shape = s.Shape(heads, kv_heads, dim, queries, keys, self.causal, self.scale, _DTYPES[q.dtype])

    @property
    def on_card(self):
        return self.q.device.type == "cuda"

    def inputs(self, row):
        """The structs of one row of the batch. Valid while the tensors live."""
        return s.Inputs(self.shape, _view("q", self.q[row]), _view("k", self.k[row]), _view("v", self.v[row]))

    def output(self, out):
        """`out` checked, or a new tensor laid out as q is; 4-dimensional."""
        if out is None:
            return torch.empty_like(self.q)
        out = _as_batch("out", out)
        if out.shape != self.q.shape or out.dtype != self.q.dtype or out.device != self.q.device:
            raise InvalidInput(f"out must be as q is: {list(self.q.shape)} {self.q.dtype} {self.q.device}")
        return out

    def prefill(self, row, lists, out):
        """Attention of one row of the batch into out[row]; over every visible key where lists is None."""
        inputs, view = self.inputs(row), _view("out", out[row])
        listed = None if lists is None else ctypes.byref(lists)
        if not self.on_card:
            status = _library.cpu().reelqueryCpuPrefill(
                ctypes.byref(inputs), listed, ctypes.byref(view), torch.get_num_threads())
            return _library.check(status, self.given)
        with torch.cuda.device(self.q.device):
            library, space = self._card(None)
            status = library.reelqueryCudaPrefill(
                ctypes.byref(inputs), listed, ctypes.byref(view), self._view_of(space), s.AUTO_PATH, self._stream())
        return _library.check(status, self.given)

    def select(self, row, params, selection):
        """Scores and chooses the blocks of one row of the batch."""
        inputs = self.inputs(row)
        if not self.on_card:
            status = _library.cpu().reelqueryCpuSelect(
                ctypes.byref(inputs), ctypes.byref(params), ctypes.byref(selection), torch.get_num_threads())
            return _library.check(status, self.given)
        with torch.cuda.device(self.q.device):
            library, space = self._card(params)
            status = library.reelqueryCudaSelect(
                ctypes.byref(inputs), ctypes.byref(params), ctypes.byref(selection), self._view_of(space),
                s.AUTO_PATH, self._stream())
        return _library.check(status, self.given)

    def _card(self, params):
        """The CUDA library and scratch memory from torch, which frees it in the order of the stream."""
        library = _library.cuda()
        _library.probe(torch.cuda.current_device())
        wanted = library.reelqueryCudaWorkspaceBytes(
            ctypes.byref(self.shape), None if params is None else ctypes.byref(params), s.AUTO_PATH)
        return library, torch.empty(wanted, dtype=torch.uint8, device=self.q.device)

    @staticmethod
    def _view_of(space):
        return s.CudaWorkspace(space.data_ptr(), space.numel())

    @staticmethod
    def _stream():
        return torch.cuda.current_stream().cuda_stream


def scratch_bytes(heads, kv_heads, dim, queries, keys, stride):
    """Card memory that xattention() takes for one causal bf16 sequence beside its inputs and output: lists of all blocks
    and the kernels' scratch memory. On the current card. Errors: as xattention()."""
    shape = s.Shape(heads, kv_heads, dim, queries, keys, True, 1 / math.sqrt(dim), s.BFLOAT16)
    taus = (ctypes.c_float * heads)(*[0.5] * heads)
    params = s.Params(stride, 0, 0.5, taus, 1, 1, s.DENSE_FROM_NEVER)
    _library.probe(torch.cuda.current_device())
    space = _library.cuda().reelqueryCudaWorkspaceBytes(ctypes.byref(shape), ctypes.byref(params), s.AUTO_PATH)
    grid = Grid(queries, keys, True)
    return space + heads * grid.rows * (2 * grid.columns + 8)
