"""Renderers that never train: Qt's QPainter, libass, and a scan-line filler of its own.

Each draws the paths of outlines.py and one line of text. Qt and the filler give RGBA pictures that
FFmpeg lays over a film; libass draws into the film itself from the lines that AssScript writes.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from outlines import Contour

RENDERERS = ("ass", "scan", "qt")
# Families that neither training nor make_suite.py uses; DejaVu is what every machine has.
FONT_NAMES = ("Tuffy.ttf", "cmunrm.ttf", "cmunss.ttf", "Oswald-Regular.ttf", "lmsans10-regular.otf",
              "NimbusMonoPS-Bold.otf", "Lato-Medium.ttf")
FALLBACK = "DejaVuSans-Bold.ttf"


@dataclass
class Look:
    """How one needle is drawn; colours are (r, g, b) in 0..255, lengths in pixels."""

    fill: tuple[int, int, int]
    second: tuple[int, int, int]  # the fill's other end where it is a gradient
    edge: tuple[int, int, int] | None  # the outline's colour, None without one
    width: float  # of the outline
    shadow: float = 0.0  # how far a soft shadow falls


def font_files(folder: Path) -> list[Path]:
    """The held-out fonts below `folder`, else DejaVu; never empty where DejaVu is installed."""
    found = {p.name: p for p in sorted(folder.rglob("*.?tf"))}
    files = [found[name] for name in FONT_NAMES if name in found]
    if not files and FALLBACK in found:
        files = [found[FALLBACK]]
    if not files:
        raise SystemExit(f"no font of {', '.join(FONT_NAMES)} or {FALLBACK} below {folder}; "
                         "install fonts-dejavu-core")
    return files


def placed(path: list[Contour], radius: float, turn: float, side: float) -> list[np.ndarray]:
    """Contours in pixels of a square picture of `side`, turned by `turn` radians."""
    cos, sin = np.cos(turn), np.sin(turn)
    return [np.array(c) @ np.array([[cos, sin], [-sin, cos]]) * radius + side / 2 for c in path]


def side_of(radius: float, look: Look) -> int:
    """The side of a picture that holds the shape, its outline and shadow."""
    return max(8, round(2.5 * radius + 2 * look.width + 4 * look.shadow))


def gradient(look: Look, height: int, width: int) -> np.ndarray:
    """The fill [height, width, 3], from the top left to the bottom right."""
    y, x = np.mgrid[0:height, 0:width]
    t = ((x + y) / max(1, height + width - 2))[..., None]
    return np.array(look.fill) * (1 - t) + np.array(look.second) * t


def coverage(contours: list[np.ndarray], side: int, fine: int = 5) -> np.ndarray:
    """Even-odd coverage [side, side] by scan lines, `fine` of them a pixel."""
    counts = np.zeros((side * fine, side * fine), dtype=np.int32)
    for contour in contours:
        points = contour * fine
        for (x0, y0), (x1, y1) in zip(points, np.roll(points, -1, axis=0)):
            if y0 == y1:
                continue
            low, high = (y0, y1) if y0 < y1 else (y1, y0)
            rows = np.arange(max(0, int(np.ceil(low - 0.5))),
                             min(side * fine, int(np.ceil(high - 0.5))))
            at = x0 + (rows + 0.5 - y0) * (x1 - x0) / (y1 - y0)
            columns = np.clip(np.ceil(at - 0.5), 0, side * fine).astype(int)
            inside = columns < side * fine
            np.add.at(counts, (rows[inside], columns[inside]), 1)
    odd = np.cumsum(counts, axis=1) % 2
    return odd.reshape(side, fine, side, fine).mean(axis=(1, 3))


def scan_shape(path, radius: float, turn: float, look: Look) -> Image.Image:
    """The filler's picture: a flat or gradient fill, the outline as a ring of discs around it."""
    side = side_of(radius, look)
    cover = coverage(placed(path, radius, turn, side), side)
    rgb, alpha = gradient(look, side, side), cover
    if look.edge and look.width > 0:
        reach = look.width / 2
        offsets = [(np.cos(a) * reach, np.sin(a) * reach) for a in np.linspace(0, 6.2832, 16)]
        outer = cover.copy()
        for dx, dy in offsets:
            shifted = [c + (dx, dy) for c in placed(path, radius, turn, side)]
            outer = np.maximum(outer, coverage(shifted, side, 3))
        inner = cover[..., None]
        rgb = rgb * inner + np.array(look.edge) * (1 - inner)
        alpha = outer
    picture = np.dstack((rgb, alpha * 255)).clip(0, 255).round().astype(np.uint8)
    image = Image.fromarray(picture, "RGBA")
    if look.shadow > 0:
        dark = np.zeros_like(picture)
        dark[..., 3] = np.roll(alpha, round(look.shadow), (0, 1)) * 130
        below = Image.fromarray(dark, "RGBA").filter(ImageFilter.GaussianBlur(look.shadow / 2))
        image = Image.alpha_composite(below, image)
    return image


def scan_card(text: str, font: Path, cap: float, paper, ink, size: tuple[int, int]) -> Image.Image:
    """A card of `size` with one line of text; without paper the text stands alone."""
    probe = ImageFont.truetype(str(font), 200).getbbox("H")
    face = ImageFont.truetype(str(font), max(6, round(200 * cap / (probe[3] - probe[1]))))
    image = Image.new("RGBA", size, (*paper, 255) if paper else (*ink, 0))
    left, _, right, _ = face.getbbox(text)
    top, bottom = face.getbbox("Hg")[1::2]
    ImageDraw.Draw(image).text(((size[0] - right - left) / 2, (size[1] - bottom - top) / 2), text,
                               font=face, fill=(*ink, 255))
    return image


class Qt:
    """Qt's painter, without a screen; needs PySide6."""

    def __init__(self):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        try:
            from PySide6 import QtCore, QtGui
        except ImportError as error:
            raise SystemExit("the renderer qt needs PySide6: pip install PySide6-Essentials") from error
        self.core, self.gui = QtCore, QtGui
        self.app = QtGui.QGuiApplication.instance() or QtGui.QGuiApplication([])
        self.families: dict[Path, str] = {}

    def _image(self, width: int, height: int):
        image = self.gui.QImage(width, height, self.gui.QImage.Format_RGBA8888)
        image.fill(self.core.Qt.transparent)
        painter = self.gui.QPainter(image)
        painter.setRenderHint(self.gui.QPainter.Antialiasing)
        return image, painter

    def _picture(self, image, painter) -> Image.Image:
        painter.end()
        rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
        return Image.fromarray(rows[:, :4 * image.width()].reshape(image.height(), -1, 4).copy(), "RGBA")

    def shape(self, path, radius: float, turn: float, look: Look) -> Image.Image:
        gui, side = self.gui, side_of(radius, look)
        shape = gui.QPainterPath()
        shape.setFillRule(self.core.Qt.OddEvenFill)
        for contour in placed(path, radius, turn, side):
            shape.addPolygon(gui.QPolygonF([self.core.QPointF(x, y) for x, y in contour]))
            shape.closeSubpath()
        image, painter = self._image(side, side)
        if look.shadow > 0:
            painter.fillPath(shape.translated(look.shadow, look.shadow), gui.QColor(0, 0, 0, 110))
        blend = gui.QLinearGradient(0, 0, side, side)
        blend.setColorAt(0, gui.QColor(*look.fill))
        blend.setColorAt(1, gui.QColor(*look.second))
        pen = self.core.Qt.NoPen
        if look.edge and look.width > 0:
            pen = gui.QPen(gui.QColor(*look.edge), look.width)
        painter.setPen(pen)
        painter.setBrush(gui.QBrush(blend))
        painter.drawPath(shape)
        return self._picture(image, painter)

    def card(self, text: str, font: Path, cap: float, paper, ink, size) -> Image.Image:
        gui = self.gui
        if font not in self.families:
            number = gui.QFontDatabase.addApplicationFont(str(font))
            self.families[font] = gui.QFontDatabase.applicationFontFamilies(number)[0]
        face = gui.QFont(self.families[font])
        face.setPixelSize(100)
        height = gui.QFontMetricsF(face).capHeight() or 70
        face.setPixelSize(max(6, round(100 * cap / height)))
        image, painter = self._image(*size)
        if paper:
            painter.setPen(self.core.Qt.NoPen)
            painter.setBrush(gui.QColor(*paper))
            painter.drawRoundedRect(self.core.QRectF(0, 0, *size), cap * 0.4, cap * 0.4)
        painter.setPen(gui.QColor(*ink))
        painter.setFont(face)
        painter.drawText(self.core.QRectF(0, 0, *size), self.core.Qt.AlignCenter, text)
        return self._picture(image, painter)


def ass_colour(rgb) -> str:
    return "&H{2:02X}{1:02X}{0:02X}&".format(*rgb)


def ass_time(seconds: float) -> str:
    hundredths = max(0, round(seconds * 100))
    return (f"{hundredths // 360000}:{hundredths // 6000 % 60:02d}:"
            f"{hundredths // 100 % 60:02d}.{hundredths % 100:02d}")


@dataclass
class AssScript:
    """The lines of an .ass file for a film of `size`; drawn by FFmpeg's `ass` filter."""

    size: tuple[int, int]
    lines: list[str] = field(default_factory=list)

    def _add(self, start: float, end: float, tags: str, body: str, layer: int) -> None:
        self.lines.append(f"Dialogue: {layer},{ass_time(start)},{ass_time(end)},Plain,,0,0,0,,"
                          f"{{{tags}}}{body}")

    def shape(self, contours: list[np.ndarray], look: Look, start: float, end: float,
              begin: tuple[float, float], finish: tuple[float, float], fade: int) -> None:
        """A drawing whose picture's corner goes from `begin` to `finish`."""
        low = np.concatenate(contours).min(axis=0)
        body = ""
        for contour in contours:
            points = [f"{round(8 * x)} {round(8 * y)}" for x, y in contour - low]
            body += f"m {points[0]} l {' '.join(points[1:])} "
        (x0, y0), (x1, y1) = (np.array(p) + low for p in (begin, finish))
        tags = (f"\\an7\\move({x0:.1f},{y0:.1f},{x1:.1f},{y1:.1f})\\bord{look.width:.1f}"
                f"\\shad{look.shadow:.1f}\\1c{ass_colour(look.fill)}"
                f"\\3c{ass_colour(look.edge or look.fill)}\\fad({fade},{fade})\\p4")
        self._add(start, end, tags, body, 1)

    def card(self, text: str, font: Path, cap: float, paper, ink, box, start, end, fade) -> None:
        """Text in the middle of `box` (x, y, width, height), over a plain card or alone."""
        x, y, w, h = box
        if paper:
            self._add(start, end, f"\\an7\\pos({x:.1f},{y:.1f})\\bord0\\shad0\\fad({fade},{fade})"
                      f"\\1c{ass_colour(paper)}\\p1", f"m 0 0 l {w:.0f} 0 {w:.0f} {h:.0f} 0 {h:.0f}", 0)
        face = ImageFont.truetype(str(font), 200)
        capital = face.getbbox("H")
        # An .ass size is that of ascender and descender together.
        size = sum(face.getmetrics()) * cap / (capital[3] - capital[1])
        self._add(start, end, f"\\an5\\pos({x + w / 2:.1f},{y + h / 2:.1f})\\fn{face.getname()[0]}"
                  f"\\fs{size:.1f}\\bord{0 if paper else 1.5}\\shad0\\fad({fade},{fade})"
                  f"\\1c{ass_colour(ink)}\\3c&H000000&", text, 1)

    def text(self) -> str:
        return ("[Script Info]\nScriptType: v4.00+\n"
                f"PlayResX: {self.size[0]}\nPlayResY: {self.size[1]}\nWrapStyle: 2\n"
                "ScaledBorderAndShadow: yes\n\n[V4+ Styles]\n"
                "Format: Name, Fontname, Fontsize, PrimaryColour, OutlineColour, Alignment\n"
                "Style: Plain,DejaVu Sans,20,&H00FFFFFF,&H00000000,7\n\n[Events]\n"
                "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
                + "\n".join(self.lines) + "\n")
