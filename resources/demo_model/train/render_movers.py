"""Draws what moves beside needles (movers.py): only a square around each, so that crowds cost little."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from rows import MOVER
from sprites import DEPTH, REACH


def draw_movers(renderer, frames: torch.Tensor, rows: torch.Tensor, parts: list[tuple[int, int]]) -> None:
    """Lays the movers of movers.drawn_in_order over frames [n, 3, height, width] in 0..1, in place."""
    for chunk, (_, side) in zip(rows.split([count for count, _ in parts]), parts):
        for some in chunk.split(renderer.CHUNK):
            _draw(renderer, frames, some, side)


def _mirrored(v: torch.Tensor, side: int) -> torch.Tensor:
    v = v.floor().int() % (2 * side)
    return torch.where(v >= side, 2 * side - 1 - v, v)


def _draw(renderer, frames, rows, side: int) -> None:
    height, width = frames.shape[2:]
    tall, wide = min(side or height, height), min(side or width, width)
    column = lambda name: renderer.column(rows, MOVER[name])
    colour = lambda name: rows[:, MOVER[name]].view(-1, 1, 1, 3)
    first = lambda at, room, size: (at - room / 2).round().clamp(0, size - room).long()
    down = torch.arange(tall, device=frames.device).view(1, -1, 1)
    across = torch.arange(wide, device=frames.device).view(1, 1, -1)
    ys, xs = first(column("y"), tall, height) + down, first(column("x"), wide, width) + across
    radius = column("radius")
    dx, dy = (xs + 0.5 - column("x")) / radius, (ys + 0.5 - column("y")) / radius
    cos, sin = torch.cos(column("turn")), torch.sin(column("turn"))
    u, v = (dx * cos + dy * sin) / column("stretch"), dy * cos - dx * sin
    fields = renderer.fields[rows[:, MOVER["sprite"]].view(-1).long()].unsqueeze(1).float()
    distance = F.grid_sample(fields, torch.stack((u, v), dim=-1) / REACH, padding_mode="border",
                             align_corners=False)[:, 0]
    distance = torch.where((u.abs() > REACH) | (v.abs() > REACH), DEPTH, distance)
    cover = (0.5 - distance * radius / column("soft")).clamp(0, 1) * column("alpha")
    step = column("step")
    high, broad = renderer.backgrounds.shape[1:3]
    texture = renderer.backgrounds[column("picture").long(), _mirrored(v * step + column("v"), high).long(),
                                   _mirrored(u * step + column("u"), broad).long()].float()
    cut, v = rows[:, MOVER["cut"]], v.unsqueeze(-1)
    tint = torch.where(v < cut[:, 0].view(-1, 1, 1, 1), colour("top"), torch.where(
        v < cut[:, 1].view(-1, 1, 1, 1), colour("middle"), colour("bottom")))
    ink = torch.lerp(texture * colour("gain"), tint, column("mix").unsqueeze(-1)).clamp(0, 255) / 255
    at = rows[:, MOVER["frame"]].view(-1, 1, 1).long()
    below = frames[at, :, ys, xs]
    frames[at, :, ys, xs] = below + (ink - below) * cover.unsqueeze(-1)
