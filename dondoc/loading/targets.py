"""A plan's targets (chỉ tiêu): kept as the document says them."""

from __future__ import annotations

from typing import Any

from dondoc.loading.schema import Fields

COMPARATORS = ("=", ">=", "<=", ">", "<")
LEVELS = ("province", "district", "commune")


def read_targets(head: Fields, entry: str = "targets") -> tuple[dict[str, Any], ...]:
    """The plan's targets, with what is measured where a person noted it."""
    return tuple(_target(fields) for fields in head.tables(entry, "Chỉ tiêu"))


def _target(fields: Fields) -> dict[str, Any]:
    what = f"Chỉ tiêu {fields.text('code') or ''}".rstrip()
    fields.what = what
    target = {
        "code": fields.text("code"),
        "group": fields.text("group"),
        "text": fields.required("text"),
        "measures": [_measure(entry) for entry in fields.tables("measures", f"{what}, mục “measures”")],
    }
    fields.close()
    return target


def _measure(fields: Fields) -> dict[str, Any]:
    measure: dict[str, Any] = {
        "what": fields.required("what"),
        "comparator": fields.choice("comparator", COMPARATORS, "="),
        "value": _value(fields),
        "unit": fields.text("unit"),
    }
    if fields.has("level"):
        measure["level"] = fields.choice("level", LEVELS, "province")
    if not fields.has("comparator"):
        fields.missing("comparator")
    if measure["unit"] is None and measure["value"] is not None:
        # 95 may be a share or a count: without its unit no report can be judged.
        fields.report.error(
            fields.line_of("value"), "measure-without-unit",
            f"{fields.what}: “{measure['what']}” có giá trị {measure['value']} mà thiếu đơn vị tính.",
            'Thêm dòng “unit: …”, ví dụ unit: "%" hoặc unit: đơn vị.',
        )  # fmt: skip
    fields.close()
    return measure


def _value(fields: Fields) -> int | float | None:
    text = fields.text("value", required=True)
    try:
        number = float(text.replace(",", ".")) if text and len(text) < 20 else None
    except ValueError:
        number = None
    if text is not None and (number is None or number != number or abs(number) > 1e12):
        fields.report.error(
            fields.line_of("value"),
            "wrong-type",
            f"{fields.what}: “value: {text}” không phải là một số.",
            "Ví dụ 95 hoặc 0.5.",
        )
        return None
    return int(number) if number is not None and number.is_integer() else number
