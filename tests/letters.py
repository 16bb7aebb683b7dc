"""Incoming documents made by hand: Word files with a letterhead, and PDFs that must be turned away."""

from __future__ import annotations

import io
import zlib
from collections.abc import Sequence

from office_files import office
from pypdf import PdfReader, PdfWriter

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
MOTTO = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM|Độc lập - Tự do - Hạnh phúc"


def word(
    issuer: str = "BỘ NỘI VỤ", number: str = "3456/BNV-CCVC", day: str = "Hà Nội, ngày 10 tháng 5 năm 2024",
    about: str = "V/v hướng dẫn xác định vị trí việc làm", body: Sequence[str] = ("Kính gửi: UBND các tỉnh",),
    title: Sequence[str] = (),
) -> bytes:  # fmt: skip
    """A Word document; "|" parts the lines of one cell, `title` is centred."""
    head = _row(issuer, MOTTO) + _row(f"Số: {number}|{about}", day)
    text = "".join(_paragraph(line, centred=True) for line in title) + "".join(map(_paragraph, body))
    return packed(f"<w:tbl>{head}</w:tbl>{text}")


def packed(content: str, doctype: str = "") -> bytes:
    """A Word file with that content."""
    xml = f'<?xml version="1.0" encoding="UTF-8"?>{doctype}<w:document {W}><w:body>{content}</w:body></w:document>'
    return office(parts={"word/document.xml": xml.encode()})


def pdf(content: bytes, filters: str = "") -> bytes:
    """A PDF of one page with those drawing commands; its table of contents is left to the reader to mend."""
    stream = b"<</Length %d%s>>stream\n%s\nendstream" % (len(content), filters.encode(), content)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>", stream,
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]  # fmt: skip
    body = b"".join(b"%d 0 obj%s endobj\n" % (n, text) for n, text in enumerate(objects, 1))
    return b"%PDF-1.4\n" + body + b"trailer<</Root 1 0 R/Size 6>>\nstartxref\n0\n%%EOF\n"


def bomb() -> bytes:
    """A page whose commands are small in the file and take 64 MB unpacked."""
    return pdf(zlib.compress(bytes(64 * 1024 * 1024), 9), "/Filter/FlateDecode")


def locked(content: bytes) -> bytes:
    """The same PDF under a password."""
    writer, out = PdfWriter(clone_from=PdfReader(io.BytesIO(content))), io.BytesIO()
    writer.encrypt("bí mật", algorithm="RC4-128")
    writer.write(out)
    return out.getvalue()


def _row(*cells: str) -> str:
    return "<w:tr>" + "".join(f"<w:tc>{''.join(map(_paragraph, cell.split('|')))}</w:tc>" for cell in cells) + "</w:tr>"


def _paragraph(text: str, centred: bool = False) -> str:
    place = '<w:pPr><w:jc w:val="center"/></w:pPr>' if centred else ""
    runs = "<w:r><w:tab/></w:r>".join(f'<w:r><w:t xml:space="preserve">{part}</w:t></w:r>' for part in text.split("\t"))
    return f"<w:p>{place}{runs}</w:p>"
