"""Draws the pictures of a batch on the GPU.

Only pictures with a needle get needle passes. The last step imitates what a video file does to a
picture: blur, half-resolution colour, blocks, noise, rounding.
"""

from __future__ import annotations

import io

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

import paths
from drawing import OUTLINE, shape_distances

MEAN = (0.48145466, 0.4578275, 0.40821073)
STD = (0.26862954, 0.26130258, 0.27577711)


class Assets:
    """The contents of build/demo_assets/assets.npz (see make_assets.py)."""

    def __init__(self):
        with np.load(paths.ASSETS_DIR / "assets.npz") as data:
            self.glyphs = data["glyphs"]
            self.advances = data["advances"]
            self.sources = data["sources"]
            self._jpeg, self._sizes = data["jpeg"].tobytes(), data["jpeg_sizes"]

    def pictures(self) -> np.ndarray:
        """Background pictures [n, 128, 192, 3] u8."""
        ends = np.cumsum(self._sizes)
        return np.stack([np.asarray(Image.open(io.BytesIO(self._jpeg[e - s:e])))
                         for e, s in zip(ends, self._sizes)])


class Renderer:
    def __init__(self, assets: Assets, device: str):
        self.device = device
        self.dtype = torch.float16 if device == "cuda" else torch.float32
        self.backgrounds = torch.from_numpy(assets.pictures()).to(device)
        self.glyphs = torch.from_numpy(assets.glyphs).to(device, self.dtype) / 255
        self.advances = torch.from_numpy(assets.advances).to(device)
        kernel = torch.tensor([1.0, 2.0, 1.0], device=device, dtype=self.dtype) / 4
        self.blur_kernel = (kernel[:, None] * kernel).expand(3, 1, 3, 3).contiguous()
        self.mean = torch.tensor(MEAN, device=device, dtype=self.dtype).view(1, 3, 1, 1)
        self.std = torch.tensor(STD, device=device, dtype=self.dtype).view(1, 3, 1, 1)

    def grid(self, height: int, width: int):
        """Pixel centres y [1, height, 1] and x [1, 1, width]."""
        y = torch.arange(height, device=self.device, dtype=self.dtype) + 0.5
        x = torch.arange(width, device=self.device, dtype=self.dtype) + 0.5
        return y.view(1, -1, 1), x.view(1, 1, -1)

    def draw(self, batch: dict) -> torch.Tensor:
        """Normalised pictures [clips*pairs, 2, 3, height, width]; all tensors on the device."""
        height, width = batch["height"], batch["width"]
        frames = self._background(batch["background"], height, width)
        self._plates(frames, batch["plates"])
        # Rows are sorted by slot; within one slot a picture occurs at most once.
        for rows in batch["shapes"].split(batch["slots"]):
            self._shapes(frames, rows)
        self._cards(frames, batch["cards"])
        frames = self._codec(frames, batch["background"])
        frames = (frames - self.mean) / self.std
        return frames.view(-1, 2, 3, height, width)

    @staticmethod
    def column(rows: torch.Tensor, first: int, count: int = 1) -> torch.Tensor:
        """Columns of parameter rows as [n, count, 1, 1] ([n, 1, 1] for one)."""
        if count == 1:
            return rows[:, first].view(-1, 1, 1)
        return rows[:, first:first + count].reshape(-1, count, 1, 1)

    def _background(self, rows, height, width):
        n, bh, bw, _ = self.backgrounds.shape
        y = torch.arange(height, device=self.device).view(1, -1, 1)
        x = torch.arange(width, device=self.device).view(1, 1, -1)
        column = lambda i: self.column(rows, i)
        xs = (x * column(3) + column(1)).floor().int() % (2 * bw)
        ys = (y * column(4) + column(2)).floor().int() % (2 * bh)
        # Mirrored repetition: no seams inside a picture.
        xs = torch.where(xs >= bw, 2 * bw - 1 - xs, xs)
        ys = torch.where(ys >= bh, 2 * bh - 1 - ys, ys)
        index = (column(0).int() * bh + ys) * bw + xs
        flat = self.backgrounds.view(-1, 3)
        pictures = flat[index.view(-1)].view(-1, height, width, 3).permute(0, 3, 1, 2)
        gain, bias = self.column(rows, 5, 3), self.column(rows, 8, 3)
        return (pictures.to(self.dtype) * (gain / 255).to(self.dtype)
                + bias.to(self.dtype)).clamp_(0, 1)

    def _plates(self, frames, rows):
        if not len(rows):
            return
        index = rows[:, 0].long()
        top = (self.column(rows, 1, 3) / 255).to(self.dtype)
        bottom = (self.column(rows, 4, 3) / 255).to(self.dtype)
        y = self.grid(*frames.shape[2:])[0] / frames.shape[2]
        frames[index] = (top + (bottom - top) * y.unsqueeze(1)).expand(-1, -1, -1, frames.shape[3])

    def _shapes(self, frames, rows):
        if not len(rows):
            return
        index = rows[:, 1].long()
        column = lambda i: self.column(rows, i).to(self.dtype)
        y, x = self.grid(*frames.shape[2:])
        radius = column(4)
        dx, dy = (x - column(2)) / radius, (y - column(3)) / radius
        cos, sin = torch.cos(column(5)), torch.sin(column(5))
        u = (dx * cos + dy * sin).clamp(-3, 3)
        v = (dy * cos - dx * sin).clamp(-3, 3)
        which = self.column(rows, 7)
        distance = torch.full_like(u, 3.0)
        for i, d in enumerate(shape_distances(torch, u, v)):
            distance = torch.where(which == i, d, distance)
        sharp = radius / column(6)
        fill = (0.5 - distance * sharp).clamp(0, 1).unsqueeze(1)
        outer = (0.5 - (distance - OUTLINE) * sharp).clamp(0, 1).unsqueeze(1)
        colour = (self.column(rows, 10, 3) / 255).to(self.dtype)
        edge = (self.column(rows, 13, 3) / 255).to(self.dtype)
        frames[index] = frames[index] * (1 - outer) + edge * (outer - fill) + colour * fill

    def _cards(self, frames, rows):
        if not len(rows):
            return
        index = rows[:, 0].long()
        column = lambda i: self.column(rows, i)
        y = torch.arange(frames.shape[2], device=self.device).view(1, -1, 1) + 0.5
        x = torch.arange(frames.shape[3], device=self.device).view(1, 1, -1) + 0.5
        inside = ((x > column(7)) & (x < column(9)) & (y > column(8)) & (y < column(10)))
        paper = (self.column(rows, 11, 3) / 255).to(self.dtype)
        ink = (self.column(rows, 14, 3) / 255).to(self.dtype)
        cover = self._ink(rows, x, y).unsqueeze(1)
        inside = inside.unsqueeze(1)
        frames[index] = torch.where(inside, paper + (ink - paper) * cover, frames[index])

    def _ink(self, rows, x, y):
        """How much of each pixel is covered by text, [n, height, width]."""
        column = lambda i: self.column(rows, i)
        cell = self.glyphs.shape[-1]
        font = column(4).long()
        glyphs = rows[:, 18:].long()
        steps = self.advances[font.view(-1, 1), glyphs] + column(5).view(-1, 1)
        starts = torch.cumsum(steps, dim=1) - steps
        v = (y - column(2)) / column(3) + 0.5
        # Along the text, in cells; slanted by column 17.
        u = (x - column(1)) / column(3) + column(17) * (v - 0.5)
        place = (u.unsqueeze(-1) >= starts[:, None, None, :]).sum(-1) - 1
        place = torch.minimum(place, column(6).long() - 1)
        ok = (place >= 0) & (v >= 0) & (v < 1)
        place = place.clamp(min=0)
        expand = lambda t: t[:, None, :].expand(-1, place.shape[1], -1)
        glyph = torch.gather(expand(glyphs), 2, place)
        local = u - torch.gather(expand(starts), 2, place)
        flat = self.glyphs.reshape(-1)
        base = (font * self.glyphs.shape[1] + glyph) * cell * cell
        cover = torch.zeros(ok.shape, device=self.device, dtype=self.dtype)
        reach = 0.25 / column(3)  # a quarter pixel: four samples a pixel
        for su in (-1, 1):
            for sv in (-1, 1):
                gx = ((local + su * reach) * cell).long()
                gy = ((v + sv * reach) * cell).long()
                fits = ok & (gx >= 0) & (gx < cell) & (gy >= 0) & (gy < cell)
                at = base + gy.clamp(0, cell - 1) * cell + gx.clamp(0, cell - 1)
                cover += flat[at] * fits
        return cover / 4

    def _codec(self, frames, rows):
        """Blur, colour at half resolution, block error, noise; strengths per picture."""
        blur = self.column(rows, 12).to(self.dtype).unsqueeze(1)
        noise = self.column(rows, 11).to(self.dtype).unsqueeze(1)
        n, _, height, width = frames.shape
        soft = F.conv2d(F.pad(frames, (1, 1, 1, 1), mode="replicate"), self.blur_kernel, groups=3)
        frames = torch.lerp(frames, soft, blur)
        luma = (frames * frames.new_tensor((0.299, 0.587, 0.114)).view(1, 3, 1, 1)).sum(1, True)
        chroma = F.avg_pool2d(frames - luma, 2)
        frames = luma + F.interpolate(chroma, scale_factor=2.0, mode="bilinear")
        grain = torch.randn((n, 1, height, width), device=self.device, dtype=self.dtype)
        blocks = torch.randn((n, 1, height // 7, width // 7), device=self.device, dtype=self.dtype)
        blocks = F.interpolate(blocks, size=(height, width), mode="nearest")
        frames = frames + noise * (0.6 * grain + 0.4 * blocks)
        return (frames.clamp_(0, 1) * 255).round_() / 255
