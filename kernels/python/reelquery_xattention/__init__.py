"""XAttention with Reelquery's kernels: block-sparse attention for long prompts on CPUs and NVIDIA cards."""

from .attention import block_sparse, dense, select, xattention
from .blocks import Blocks, Grid
from .errors import (
    DeviceFailed,
    InvalidInput,
    LibraryError,
    OutOfMemory,
    Unsupported,
    UnsupportedMask,
    XAttentionError,
)

__version__ = "0.1.0"
__all__ = [
    "Blocks",
    "DeviceFailed",
    "Grid",
    "InvalidInput",
    "LibraryError",
    "OutOfMemory",
    "Unsupported",
    "UnsupportedMask",
    "XAttentionError",
    "block_sparse",
    "dense",
    "register_diffusers",
    "register_transformers",
    "select",
    "xattention",
]


def register_transformers(**options):
    """Makes attn_implementation="reelquery" in Hugging Face transformers; see for_transformers.register."""
    from .for_transformers import register

    return register(**options)


def register_diffusers(**options):
    """Makes the attention backend "reelquery" in diffusers; see for_diffusers.register."""
    from .for_diffusers import register

    return register(**options)
