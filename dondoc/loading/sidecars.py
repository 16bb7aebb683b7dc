"""The file beside an incoming document (`<name>.yaml`), as a document-management system can write it → Said."""

from __future__ import annotations

from pathlib import Path

from dondoc.domain.directory import fold
from dondoc.domain.document_kinds import TYPES, kind_of_letter, type_of_number
from dondoc.domain.events import EventKind
from dondoc.domain.incoming import Said
from dondoc.loading.loaded import Loaded, Report
from dondoc.loading.schema import Fields, did_you_mean
from dondoc.loading.source import read_table

LONGEST = {"so": 60, "co_quan": 200, "trich_yeu": 500}
_LETTER = "công văn"


def load_sidecar(path: Path) -> Loaded[Said]:
    """What the file says. Entries: so, loai, co_quan, ngay, trich_yeu; any may be missing, no other may stand there."""
    report = Report(path.name)
    table = read_table(path, report)
    if table is None:
        return report.finish(None)
    fields = Fields(table, report, "Tệp mô tả")
    number, subject = _text(fields, "so"), _text(fields, "trich_yeu")
    said = Said(
        kind=_kind(fields, number, subject), number=number, issuer=_text(fields, "co_quan"), on=fields.day("ngay"),
        subject=subject,
    )  # fmt: skip
    fields.close()
    return report.finish(said)


def _text(fields: Fields, name: str) -> str | None:
    text = " ".join((fields.text(name) or "").split())
    if len(text) > LONGEST[name]:
        fields.report.error(
            fields.line_of(name), "too-long", f"Mục “{name}” dài quá {LONGEST[name]} ký tự.", "Ghi ngắn lại."
        )
    return text.replace(" ", "") if name == "so" and text else text or None


def _kind(fields: Fields, number: str | None, subject: str | None) -> EventKind | None:
    """The kind that the document's type makes; a công văn's is told by what it is about."""
    text = fields.text("loai")
    words = fold(text or "")
    types = {one.name: one.kind for one in TYPES}
    if words in types:
        return types[words]
    if words not in ("", _LETTER):
        hint = did_you_mean(words, (*types, _LETTER)) or "Ghi tên loại văn bản, ví dụ: công văn, quyết định, kế hoạch."
        fields.report.error(fields.line_of("loai"), "wrong-type", f"Không có loại văn bản “{text}”.", hint)
        return None
    named = type_of_number(number) if number else None
    return named.kind if named else kind_of_letter(subject or "")
