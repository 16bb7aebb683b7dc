"""Small files made by hand: good ones, and the kinds that must be turned away."""

from __future__ import annotations

import io
import struct
import zipfile

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + bytes(17)
JPEG = b"\xff\xd8\xff\xe0" + bytes(40) + b"\xff\xd9"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
MACRO_WORD = "application/vnd.ms-word.document.macroEnabled.main+xml"


def office(main: str = WORD, parts: dict[str, bytes] | None = None, types: bytes | None = None) -> bytes:
    """A Word or Excel file with that main content type and these further parts."""
    content = types or f'<Types><Override PartName="/main.xml" ContentType="{main}"/></Types>'.encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        # Of one moment always: the same file made twice is the same bytes.
        archive.writestr(zipfile.ZipInfo("[Content_Types].xml"), content, zipfile.ZIP_DEFLATED)
        for name, body in (parts or {"word/document.xml": b"<w:document/>"}).items():
            archive.writestr(zipfile.ZipInfo(name), body, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def declaring(archive: bytes, unpacked: int) -> bytes:
    """The archive with that size written into its last directory entry."""
    at = archive.rfind(b"PK\x01\x02")
    return archive[: at + 24] + struct.pack("<L", unpacked) + archive[at + 28 :]


def encrypted(archive: bytes) -> bytes:
    """The archive with the password flag set on its last entry."""
    at = archive.rfind(b"PK\x01\x02")
    return archive[: at + 8] + struct.pack("<H", 1) + archive[at + 10 :]
