"""Muon for the matrices of the blocks, AdamW for everything else."""

from __future__ import annotations

import torch

NS_COEFFICIENTS = (3.4445, -4.7750, 2.0315)


def orthogonalise(m: torch.Tensor, steps: int = 5) -> torch.Tensor:
    """Nearest semi-orthogonal matrices by Newton-Schulz iteration; m [n, rows, cols]."""
    a, b, c = NS_COEFFICIENTS
    x = m.bfloat16()
    tall = x.shape[1] > x.shape[2]
    x = x.mT if tall else x
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(steps):
        gram = x @ x.mT
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x.mT if tall else x


class Muon:
    """Momentum, orthogonalised per matrix; matrices of one shape are stacked and done at once."""

    def __init__(self, params, momentum: float = 0.95, weight_decay: float = 0.05):
        self.momentum, self.weight_decay = momentum, weight_decay
        self.groups: dict[tuple, list] = {}
        for p in params:
            # The fused q, k, v of a vision block are three matrices.
            parts = 3 if p.shape[0] == 3 * p.shape[1] else 1
            key = (parts, p.shape[0] // parts, p.shape[1])
            self.groups.setdefault(key, []).append(p)
        self.buffers = {key: torch.zeros((len(ps) * key[0], *key[1:]), device=ps[0].device)
                        for key, ps in self.groups.items()}

    @torch.no_grad()
    def step(self, lr: float) -> None:
        for key, params in self.groups.items():
            grads = torch.cat([p.grad.view(*key) for p in params])
            buffer = self.buffers[key]
            buffer.lerp_(grads, 1 - self.momentum)
            update = orthogonalise(grads.lerp(buffer, self.momentum))
            scale = lr * max(1.0, key[1] / key[2]) ** 0.5
            pieces = update.float().view(len(params), *params[0].shape)
            torch._foreach_mul_(params, 1 - lr * self.weight_decay)
            torch._foreach_add_(params, list(pieces.unbind(0)), alpha=-scale)


class Optimiser:
    """Both, for what is to be trained, with one learning-rate factor."""

    MUON_LR, ADAM_LR = 0.02, 1.5e-3

    def __init__(self, model, heads):
        matrices, rest = [], [p for p in heads.parameters() if p.requires_grad]
        for name, p in model.named_parameters():
            if not p.requires_grad:
                continue
            blocks = ".blocks." in name or ".layers." in name or ".merger." in name
            (matrices if blocks and p.ndim == 2 else rest).append(p)
        self.muon = Muon(matrices)
        self.adam = torch.optim.AdamW(rest, lr=self.ADAM_LR, betas=(0.9, 0.98), weight_decay=0.0,
                                      fused=rest[0].is_cuda)
        self.params = matrices + rest

    def step(self, factor: float) -> None:
        """One update; `factor` scales both learning rates."""
        for group in self.adam.param_groups:
            group["lr"] = self.ADAM_LR * factor
        self.adam.step()
        self.muon.step(self.MUON_LR * factor)

    def zero_grad(self) -> None:
        for p in self.params:
            p.grad = torch.zeros_like(p) if p.grad is None else p.grad.zero_()
