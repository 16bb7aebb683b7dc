"""The watched folder takes what is complete, leaves what is not, and overwrites nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from dondoc.intake.folder import REFUSED, TAKEN, Arrival, Folder, is_young

LONG_AGO = datetime(2024, 5, 10, tzinfo=UTC)


def still(_: float) -> None:
    """Nothing happens between the two looks."""


def names(folder: Folder) -> list[str]:
    return [arrival.path.name for arrival in folder.look(still)[0]]


def test_unfinished_names_folders_and_lone_sidecars_are_no_documents(tmp_path: Path) -> None:
    for name in ("a.pdf", ".a.pdf.Xy12", "~$b.docx", "c.pdf.part", "d.TMP", "Thumbs.db", "e.yaml"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    (tmp_path / "thư mục").mkdir()
    assert names(Folder(tmp_path)) == ["a.pdf"]


def test_a_file_that_grows_or_whose_sidecar_grows_waits(tmp_path: Path) -> None:
    for name in ("a.pdf", "b.pdf", "b.yaml", "c.pdf"):
        (tmp_path / name).write_text("x", encoding="utf-8")

    def growing(_: float) -> None:
        for name in ("a.pdf", "b.yaml"):
            (tmp_path / name).write_text("xx", encoding="utf-8")
        (tmp_path / "new.pdf").write_text("x", encoding="utf-8")

    complete, waiting = Folder(tmp_path).look(growing)
    assert ([one.path.name for one in complete], waiting) == (["c.pdf"], 3)


def test_a_second_file_of_the_same_name_keeps_both(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    for text in ("1", "2"):
        (tmp_path / "a.pdf").write_text(text, encoding="utf-8")
        folder.taken(Arrival(tmp_path / "a.pdf"))
        (tmp_path / "b.pdf").write_text(text, encoding="utf-8")
        folder.refused(Arrival(tmp_path / "b.pdf"), f"vì {text}")
    found = {str(path.relative_to(tmp_path)): path.read_text(encoding="utf-8") for path in tmp_path.rglob("*.*")}
    assert found == {
        f"{TAKEN}/a.pdf": "1", f"{TAKEN}/a (2).pdf": "2", f"{REFUSED}/b.pdf": "1", f"{REFUSED}/b.pdf.txt": "vì 1",
        f"{REFUSED}/b (2).pdf": "2", f"{REFUSED}/b (2).pdf.txt": "vì 2",
    }  # fmt: skip


def test_a_sidecar_goes_with_the_last_document_that_it_describes(tmp_path: Path) -> None:
    for name in ("a.pdf", "a.docx", "a.yaml"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    folder = Folder(tmp_path)
    first, second = folder.look(still)[0]
    assert first.sidecar == second.sidecar == tmp_path / "a.yaml"
    folder.taken(first)
    assert (tmp_path / "a.yaml").exists()
    folder.taken(second)
    assert sorted(path.name for path in (tmp_path / TAKEN).iterdir()) == ["a.docx", "a.pdf", "a.yaml"]


def test_a_sidecar_alone_is_an_orphan_only_after_a_while(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("x", encoding="utf-8")
    just_now = datetime.now(UTC)
    assert Folder(tmp_path).orphans(just_now) == ()
    assert Folder(tmp_path).orphans(LONG_AGO) == (tmp_path / "a.yaml",)
    assert is_young(tmp_path / "a.yaml", just_now)
