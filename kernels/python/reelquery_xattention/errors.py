"""What can go wrong, as types. Every message names what was given and what would be served."""


class XAttentionError(Exception):
    """The root of all errors of this package."""


class LibraryError(XAttentionError, ImportError):
    """A shared library is missing, does not load, or is of another version than this package."""


class InvalidInput(XAttentionError, ValueError):
    """Shapes, strides, devices or options that contradict each other."""


class Unsupported(XAttentionError, NotImplementedError):
    """A valid request that no kernel here serves: a number type, a head dimension, a device, gradients."""


class UnsupportedMask(Unsupported):
    """A mask that is neither causal nor a padded form of it."""


class OutOfMemory(XAttentionError, MemoryError):
    """The kernels' scratch memory or their threads could not be had."""


class DeviceFailed(XAttentionError, RuntimeError):
    """The driver or the device failed."""
