"""The style sheet: readable in both colour schemes, and nothing in it comes from elsewhere."""

from __future__ import annotations

import re

import pytest

from dondoc.console.pages import STATIC

CSS = (STATIC / "dondoc.css").read_text(encoding="utf-8")
ON = {
    "ink": ("page", "card", "accent-wash"), "soft": ("page", "card", "accent-wash"), "accent": ("page", "card"),
    "on-accent": ("accent",), "red": ("red-wash", "card"), "amber": ("amber-wash",), "violet": ("violet-wash",),
    "blue": ("blue-wash",), "green": ("green-wash",), "grey": ("grey-wash",),
}  # fmt: skip


def palette(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))


def luminance(colour: str) -> float:
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_words_stand_out_from_their_ground(scheme: int) -> None:
    colours = palette(CSS.split(":root {")[scheme + 1].split("}")[0])
    pairs = [(ink, ground) for ink, grounds in ON.items() for ground in grounds]
    weak = {pair: round(c, 2) for pair in pairs if (c := contrast(colours[pair[0]], colours[pair[1]])) < 4.5}
    assert weak == {}
    assert contrast(colours["field"], colours["card"]) >= 3


def test_everything_the_style_names_is_shipped_with_it() -> None:
    for name in re.findall(r'url\("?([^")]+)"?\)', CSS):
        assert (STATIC / name).is_file()
    assert "http" not in CSS
    assert (STATIC / "be-vietnam-pro-OFL.txt").read_text(encoding="utf-8").count("SIL OPEN FONT LICENSE") >= 1
