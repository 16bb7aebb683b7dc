"""Outlines of the boxes, and the signs of signs.html, as SVG paths."""

from __future__ import annotations

from collections.abc import Callable, Mapping

CUT, LEAN, CORNER = 14.0, 6.0, 9.0

Outline = Callable[[float, float, float, float], str]
"""(x, y, width, height) → the path of an outline about this rectangle; lines meet it half way up, at its sides."""


def _polygon(*points: tuple[float, float]) -> str:
    return "M" + " L".join(f"{x:g} {y:g}" for x, y in points) + " Z"


def _rectangle(x: float, y: float, w: float, h: float) -> str:
    return _polygon((x, y), (x + w, y), (x + w, y + h), (x, y + h))


def _rounded(x: float, y: float, w: float, h: float, r: float = CORNER) -> str:
    return (
        f"M{x + r:g} {y:g} H{x + w - r:g} A{r:g} {r:g} 0 0 1 {x + w:g} {y + r:g} V{y + h - r:g}"
        f" A{r:g} {r:g} 0 0 1 {x + w - r:g} {y + h:g} H{x + r:g} A{r:g} {r:g} 0 0 1 {x:g} {y + h - r:g}"
        f" V{y + r:g} A{r:g} {r:g} 0 0 1 {x + r:g} {y:g} Z"
    )


def _pill(x: float, y: float, w: float, h: float) -> str:
    return _rounded(x, y, w, h, min(h / 2, 2 * CUT))


def _hexagon(x: float, y: float, w: float, h: float) -> str:
    middle = y + h / 2
    return _polygon(
        (x + CUT, y), (x + w - CUT, y), (x + w, middle), (x + w - CUT, y + h), (x + CUT, y + h), (x, middle)
    )


def _octagon(x: float, y: float, w: float, h: float) -> str:
    cut = min(CUT, h / 3)
    return _polygon(
        (x + cut, y), (x + w - cut, y), (x + w, y + cut), (x + w, y + h - cut), (x + w - cut, y + h), (x + cut, y + h),
        (x, y + h - cut), (x, y + cut),
    )  # fmt: skip


def _leaning(x: float, y: float, w: float, h: float) -> str:
    return _polygon((x + LEAN, y), (x + w + LEAN, y), (x + w - LEAN, y + h), (x - LEAN, y + h))


def _leaning_back(x: float, y: float, w: float, h: float) -> str:
    return _polygon((x - LEAN, y), (x + w - LEAN, y), (x + w + LEAN, y + h), (x + LEAN, y + h))


def _trapezium(x: float, y: float, w: float, h: float) -> str:
    return _polygon((x + LEAN, y), (x + w - LEAN, y), (x + w + LEAN, y + h), (x - LEAN, y + h))


def _double(x: float, y: float, w: float, h: float) -> str:
    return f"{_rounded(x, y, w, h)} {_rounded(x + 4, y + 4, w - 8, h - 8, CORNER - 3)}"


OUTLINES: Mapping[str, Outline] = {
    "rectangle": _rectangle, "dashed": _rectangle, "rounded": _rounded, "pill": _pill, "double": _double,
    "hexagon": _hexagon, "octagon": _octagon, "leaning": _leaning, "leaning-back": _leaning_back,
    "trapezium": _trapezium,
}  # fmt: skip

SIGNS: Mapping[str, tuple[str, ...]] = {
    "alert": ("M12 3.5 22 20.5H2Z", "M12 10v4.5", "M12 17.6v.1"),
    "clock": ("M3 12a9 9 0 1 0 18 0a9 9 0 1 0 -18 0", "M12 7v5l3.5 2"),
    "open": ("M3 12a9 9 0 1 0 18 0a9 9 0 1 0 -18 0", "M12 3a9 9 0 0 1 0 18Z"),
    "wait": ("M6 3h12M6 21h12M7 3v3.5c0 3 5 4 5 5.5s-5 2.5-5 5.5V21M17 3v3.5c0 3-5 4-5 5.5s5 2.5 5 5.5V21",),
    "check": ("M3 12a9 9 0 1 0 18 0a9 9 0 1 0 -18 0", "m7.8 12.4 2.9 2.9 5.5-6"),
    "loop": ("M20 12a8 8 0 1 1-2.5-5.8", "M20.5 3v4.5H16"),
    "later": ("M4 5h16v15h-16z", "M4 10h16M8 3v4M16 3v4"),
    "dash": ("M3 12a9 9 0 1 0 18 0a9 9 0 1 0 -18 0", "M8 12h8"),
    "plus": ("M3 12a9 9 0 1 0 18 0a9 9 0 1 0 -18 0", "M12 8v8M8 12h8"),
}
"""Drawn on a field of 24 by 24, a stroke of 2 wide."""
