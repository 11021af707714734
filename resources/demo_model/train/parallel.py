"""One training over several GPUs: every process draws its own clips, gradients and clocks are averaged.

Started by torchrun, else a single process. All processes take the same steps: they start from equal
weights, see equal gradients and read the same (averaged) clock.
"""

from __future__ import annotations

import os
import time

import torch
import torch.distributed as dist


class Team:
    """The processes of one training, and its clock: seconds since start(), equal in all of them."""

    def __init__(self):
        self.rank = int(os.environ.get("RANK", 0))
        self.size = int(os.environ.get("WORLD_SIZE", 1))
        cuda = torch.cuda.is_available()
        self.device = f"cuda:{os.environ.get('LOCAL_RANK', 0)}" if cuda else "cpu"
        self._begin, self.clock = time.time(), 0.0

    @property
    def leads(self) -> bool:
        """Whether this process writes the files."""
        return self.rank == 0

    def join(self) -> None:
        """Meets the others; after the data workers have been forked."""
        if self.device != "cpu":
            torch.cuda.set_device(self.device)
        if self.size > 1:
            dist.init_process_group("nccl" if self.device != "cpu" else "gloo")

    def start(self, params) -> None:
        """Equal weights everywhere; the clock starts."""
        if self.size > 1:
            for p in params:
                dist.broadcast(p.data, 0)
        self._begin, self.clock = time.time(), 0.0

    def share(self, params) -> None:
        """Averages the gradients of `params` in place, and the clock with them."""
        elapsed = time.time() - self._begin
        if self.size == 1:
            self.clock = elapsed
            return
        grads = [p.grad for p in params]
        flat = torch.cat([g.flatten() for g in grads] + [grads[0].new_tensor([elapsed])])
        dist.all_reduce(flat)
        flat /= self.size
        parts = flat[:-1].split([g.numel() for g in grads])
        torch._foreach_copy_(grads, [part.view_as(g) for part, g in zip(parts, grads)])
        self.clock = float(flat[-1])

    def leave(self) -> None:
        if self.size > 1:
            dist.destroy_process_group()
