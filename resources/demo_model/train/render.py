"""Draws the pictures of a batch on the GPU.

Shapes and letters are distance fields (sprites.py), so each takes any size, turn, outline and fill.
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
from drawing import OUTLINE
from render_movers import draw_movers
from rows import BACKGROUND, CARD, PLATE, SHAPE
from sprites import DEPTH, REACH

MEAN = (0.48145466, 0.4578275, 0.40821073)
STD = (0.26862954, 0.26130258, 0.27577711)
GLYPH_DEPTH = 4.0  # as in make_assets.py
BLOCK = 7  # pixels of a codec's block; divides all picture sizes


class Assets:
    """The contents of build/demo_assets/assets.npz (see make_assets.py)."""

    def __init__(self):
        with np.load(paths.ASSETS_DIR / "assets.npz") as data:
            self.glyphs = data["glyphs"]
            self.advances = data["advances"]
            self.sources = data["sources"]  # first picture, number of pictures, kind
            self.fields, self.labels = data["fields"], data["labels"]
            self._jpeg, self._sizes = data["jpeg"].tobytes(), data["jpeg_sizes"]

    def pictures(self) -> np.ndarray:
        """Background pictures [n, 128, 192, 3] u8."""
        ends = np.cumsum(self._sizes)
        return np.stack([np.asarray(Image.open(io.BytesIO(self._jpeg[e - s:e])))
                         for e, s in zip(ends, self._sizes)])


def over(frames, index, colour, alpha):
    """Lays colour [n, 3, ...] over the pictures `index` where alpha [n, 1, h, w] says."""
    below = frames[index]
    frames[index] = below + (colour - below) * alpha


class Renderer:
    CHUNK = 2048  # rows of needles drawn at once: bounds the memory

    def __init__(self, assets: Assets, device: str):
        self.device = device
        self.dtype = torch.float32
        self.backgrounds = torch.from_numpy(assets.pictures()).to(device)
        self.glyphs = (torch.from_numpy(assets.glyphs).to(device, torch.float16) / 127.5 - 1) * GLYPH_DEPTH
        self.fields = (torch.from_numpy(assets.fields).to(device, torch.float16) / 127.5 - 1) * DEPTH
        self.advances = torch.from_numpy(assets.advances).to(device)
        kernel = torch.tensor([1.0, 2.0, 1.0], device=device, dtype=self.dtype) / 4
        self.blur_kernel = (kernel[:, None] * kernel).expand(3, 1, 3, 3).contiguous()
        self.mean = torch.tensor(MEAN, device=device, dtype=self.dtype).view(1, 3, 1, 1)
        self.std = torch.tensor(STD, device=device, dtype=self.dtype).view(1, 3, 1, 1)
        k = torch.arange(BLOCK, device=device, dtype=self.dtype)
        basis = torch.cos(torch.pi * k[:, None] * (k + 0.5) / BLOCK) * (2 / BLOCK) ** 0.5
        basis[0] *= 0.5**0.5
        self.cosines = basis  # [wave, place], orthonormal
        self.coarse = (1 + k[:, None] + k) / BLOCK  # steps of the waves of a block

    def grid(self, height: int, width: int):
        """Pixel centres y [1, height, 1] and x [1, 1, width]."""
        y = torch.arange(height, device=self.device, dtype=self.dtype) + 0.5
        x = torch.arange(width, device=self.device, dtype=self.dtype) + 0.5
        return y.view(1, -1, 1), x.view(1, 1, -1)

    def draw(self, batch: dict) -> torch.Tensor:
        """Normalised pictures [clips*pairs, 2, 3, height, width]; all tensors on the device."""
        height, width = batch["height"], batch["width"]
        frames = self._background(batch["background"], height, width)
        draw_movers(self, frames, batch["movers"], batch["mover_parts"])
        self._plates(frames, batch["plates"])
        # Rows are sorted by slot; within one slot a picture occurs at most once.
        for rows in batch["shapes"].split(batch["slots"]):
            for part in rows.split(self.CHUNK):
                self._shapes(frames, part)
        for part in batch["cards"].split(self.CHUNK):
            self._cards(frames, part)
        frames = self._codec(frames, batch["background"])
        frames = (frames - self.mean) / self.std
        return frames.view(-1, 2, 3, height, width)

    @staticmethod
    def column(rows: torch.Tensor, where: slice) -> torch.Tensor:
        """Columns of parameter rows as [n, count, 1, 1] ([n, 1, 1] for one)."""
        count = where.stop - where.start
        shape = (-1, 1, 1) if count == 1 else (-1, count, 1, 1)
        return rows[:, where].reshape(shape)

    def colour(self, rows: torch.Tensor, where: slice) -> torch.Tensor:
        """Columns with a colour in 0..255 as [n, 3, 1, 1] in 0..1."""
        return self.column(rows, where) / 255

    def _background(self, rows, height, width):
        n, bh, bw, _ = self.backgrounds.shape
        y, x = self.grid(height, width)
        column = lambda name: self.column(rows, BACKGROUND[name])
        xs, ys = x * column("step_x") + column("x"), y * column("step_y") + column("y")
        x0, y0 = xs.floor(), ys.floor()
        # Without `smooth` the nearest picture element, as programs that enlarge quickly take it.
        fx, fy = (xs - x0) * column("smooth"), (ys - y0) * column("smooth")
        flat, first = self.backgrounds.view(-1, 3), column("picture").int() * bh

        def mirrored(v, side):  # repetition without seams inside a picture
            v = v.int() % (2 * side)
            return torch.where(v >= side, 2 * side - 1 - v, v)

        columns = mirrored(x0, bw), mirrored(x0 + 1, bw)
        total = 0.0
        for line, wy in ((mirrored(y0, bh), 1 - fy), (mirrored(y0 + 1, bh), fy)):
            for place, wx in zip(columns, (1 - fx, fx)):
                part = flat[((first + line) * bw + place).view(-1)].view(-1, height, width, 3)
                total = total + part * (wy * wx).unsqueeze(-1)
        pictures = total.permute(0, 3, 1, 2).contiguous()
        return (pictures * (column("gain") / 255) + column("bias")).clamp_(0, 1)

    def _plates(self, frames, rows):
        if not len(rows):
            return
        top, bottom = self.colour(rows, PLATE["top"]), self.colour(rows, PLATE["bottom"])
        y = self.grid(*frames.shape[2:])[0] / frames.shape[2]
        frames[rows[:, 0].long()] = (top + (bottom - top) * y.unsqueeze(1)).expand(
            -1, -1, -1, frames.shape[3])

    def _shapes(self, frames, rows):
        if not len(rows):
            return
        index = rows[:, 1].long()
        column = lambda name: self.column(rows, SHAPE[name])
        y, x = self.grid(*frames.shape[2:])
        radius = column("radius")
        dx, dy = (x - column("x")) / radius, (y - column("y")) / radius
        cos, sin = torch.cos(column("turn")), torch.sin(column("turn"))
        u = (dx * cos + dy * sin) / column("stretch")
        v = dy * cos - dx * sin
        picked = self.fields[column("sprite").view(-1).long()].unsqueeze(1).float()
        places = torch.stack((u, v), dim=-1) / REACH
        distance = F.grid_sample(picked, places, padding_mode="border", align_corners=False)[:, 0]
        # Beyond the field a silhouette never starts again.
        distance = torch.where((u.abs() > REACH) | (v.abs() > REACH), DEPTH, distance)
        sharp = radius / column("soft")
        far = dx * torch.cos(column("cut")) + dy * torch.sin(column("cut")) - column("cut_at")
        hidden = (0.5 - far * sharp).clamp(0, 1)
        cover = lambda limit: ((0.5 - (distance - limit) * sharp).clamp(0, 1) * hidden).unsqueeze(1)
        width, inside = column("width"), column("inside")
        fill, edge = self.colour(rows, SHAPE["fill"]), self.colour(rows, SHAPE["edge"])
        body = cover(-width * inside)
        like = self._like(frames[index], fill, body) * column("guard").unsqueeze(1)
        # A needle that is like its surroundings is filled and gets an outline that is not like them.
        light = (fill * fill.new_tensor((0.299, 0.587, 0.114)).view(1, 3, 1, 1)).sum(1, True) > 0.43
        edge = torch.where(like > 0, torch.where(light, 0.04, 0.98), edge)
        least = (OUTLINE * (like > 0)).view(-1, 1, 1)
        outer = cover(torch.maximum(width * (1 - inside), least))
        body = torch.where(like > 0, cover(0 * width), body)
        along = (u * torch.cos(column("angle")) + v * torch.sin(column("angle"))) * 0.5 + 0.5
        inner = torch.lerp(fill, self.colour(rows, SHAPE["second"]), along.clamp(0, 1).unsqueeze(1))
        waves = torch.sin(u * column("grain_x") + v * column("grain_y")) * column("grain")
        inner = (inner * (1 + waves.unsqueeze(1))).clamp(0, 1)
        solid = body * torch.maximum(column("solid").unsqueeze(1), like)
        rim = (outer - body).clamp(min=0)
        alpha = solid + rim
        colour = (inner * solid + edge * rim) / alpha.clamp(min=1e-4)
        over(frames, index, colour, alpha * column("alpha").unsqueeze(1))

    @staticmethod
    def _like(below, fill, body):
        """[n, 1, 1, 1]: 1 where a shape's colour is about that of what it covers, else 0."""
        apart = (below - fill).abs().sum(1, True)
        mean = (apart * body).sum((2, 3), True) / body.sum((2, 3), True).clamp(min=1e-3)
        return (mean < 0.42).to(below.dtype)

    def _cards(self, frames, rows):
        if not len(rows):
            return
        index = rows[:, 0].long()
        y, x = self.grid(*frames.shape[2:])
        box = [rows[:, CARD["box"]][:, i].view(-1, 1, 1) for i in range(4)]
        column = lambda name: self.column(rows, CARD[name])
        corner = column("round") * torch.minimum(box[2] - box[0], box[3] - box[1])
        away_x = (x - (box[0] + box[2]) / 2).abs() - (box[2] - box[0]) / 2 + corner
        away_y = (y - (box[1] + box[3]) / 2).abs() - (box[3] - box[1]) / 2 + corner
        away = torch.hypot(away_x.clamp(min=0), away_y.clamp(min=0)) + torch.maximum(
            away_x, away_y).clamp(max=0) - corner
        inside = (0.5 - away).clamp(0, 1).unsqueeze(1) * column("solid").unsqueeze(1)
        distance = self._ink(rows, x, y)  # pixels
        whole = column("alpha").unsqueeze(1)
        over(frames, index, self.colour(rows, CARD["paper"]), inside * whole)
        rim = (0.5 - (distance - column("width"))).clamp(0, 1).unsqueeze(1)
        over(frames, index, self.colour(rows, CARD["edge"]),
             rim * whole * (column("width") > 0).unsqueeze(1))
        ink = (0.5 - distance).clamp(0, 1).unsqueeze(1)
        over(frames, index, self.colour(rows, CARD["ink"]), ink * whole)

    def _ink(self, rows, x, y):
        """Distance in pixels to the edge of the text, negative inside, [n, height, width]."""
        column = lambda name: self.column(rows, CARD[name])
        side = self.glyphs.shape[-1]
        font, cell = column("font").long(), column("cell")
        glyphs = rows[:, CARD["glyphs"]].long()
        steps = self.advances[font.view(-1, 1), glyphs] + column("spacing").view(-1, 1)
        starts = torch.cumsum(steps, dim=1) - steps
        v = (y - column("y")) / cell + 0.5
        # Along the text, in cells.
        u = (x - column("x")) / cell + column("slant") * (v - 0.5)
        place = (u.unsqueeze(-1) >= starts[:, None, None, :]).sum(-1) - 1
        place = torch.minimum(place, column("count").long() - 1).clamp(min=0)
        expand = lambda t: t[:, None, :].expand(-1, place.shape[1], -1)
        glyph = torch.gather(expand(glyphs), 2, place)
        gx = (u - torch.gather(expand(starts), 2, place)) * side - 0.5
        gy = v * side - 0.5
        base = (font * self.glyphs.shape[1] + glyph) * side * side
        flat = self.glyphs.reshape(-1)
        x0, y0 = gx.floor(), gy.floor()
        distance = 0.0
        for ox, wx in ((0, 1 - gx + x0), (1, gx - x0)):
            for oy, wy in ((0, 1 - gy + y0), (1, gy - y0)):
                at = (base + (y0 + oy).clamp(0, side - 1).long() * side
                      + (x0 + ox).clamp(0, side - 1).long())
                distance = distance + flat[at].float() * wx * wy
        outside = torch.maximum(torch.maximum(-gx, gx - side + 1), torch.maximum(-gy, gy - side + 1))
        distance = torch.where(outside > 0, GLYPH_DEPTH, distance)
        return (distance - column("weight")) * cell / side

    def _blocks(self, frames, rows):
        """Rounds the waves of each block of the pictures that `blocks` names, as codecs do."""
        strength = rows[:, BACKGROUND["blocks"]].view(-1)
        index = torch.nonzero(strength > 0).view(-1)
        if not len(index):
            return
        n, c, height, width = len(index), *frames.shape[1:]
        blocks = frames[index].view(n, c, height // BLOCK, BLOCK, width // BLOCK, BLOCK)
        blocks = blocks.permute(0, 1, 2, 4, 3, 5)
        steps = self.coarse * strength[index].view(-1, 1, 1, 1, 1, 1)
        # Products with a small matrix on the right are one product for all blocks.
        waves = (blocks @ self.cosines.T).transpose(-1, -2) @ self.cosines.T
        waves = (waves / steps).round_() * steps
        blocks = (waves @ self.cosines).transpose(-1, -2) @ self.cosines
        frames[index] = blocks.permute(0, 1, 2, 4, 3, 5).reshape(n, c, height, width)

    def _codec(self, frames, rows):
        """Blur, colour at half resolution, block error, noise; strengths per picture."""
        blur = self.column(rows, BACKGROUND["blur"]).unsqueeze(1)
        noise = self.column(rows, BACKGROUND["noise"]).unsqueeze(1)
        n, _, height, width = frames.shape
        soft = F.conv2d(F.pad(frames, (1, 1, 1, 1), mode="replicate"), self.blur_kernel, groups=3)
        frames = torch.lerp(frames, soft, blur)
        luma = (frames * frames.new_tensor((0.299, 0.587, 0.114)).view(1, 3, 1, 1)).sum(1, True)
        chroma = F.avg_pool2d(frames - luma, 2)
        frames = luma + F.interpolate(chroma, scale_factor=2.0, mode="bilinear")
        self._blocks(frames, rows)
        grain = torch.randn((n, 1, height, width), device=self.device, dtype=self.dtype)
        blocks = torch.randn((n, 1, height // 7, width // 7), device=self.device, dtype=self.dtype)
        blocks = F.interpolate(blocks, size=(height, width), mode="nearest")
        frames = frames + noise * (0.6 * grain + 0.4 * blocks)
        return (frames.clamp_(0, 1) * 255).round_() / 255
