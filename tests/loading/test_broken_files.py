"""One wrong file per kind of mistake: its line, its code, and the words that its message and hint must hold."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from dondoc.errors import Problem
from dondoc.loading import load_calendar, load_directory, load_ladder, load_plan, load_regime, load_workspace

ROOT = Path(__file__).resolve().parents[2]
BROKEN = ROOT / "tests" / "broken"
CONFIG = ROOT / "config"


@dataclass(frozen=True)
class Mistake:
    """`path` under tests/broken; `severity`, `line` and `code` of the problem; `words` that it must hold."""

    path: str
    severity: str
    line: int | None
    code: str
    words: tuple[str, ...]


def error(path: str, line: int | None, code: str, *words: str) -> Mistake:
    return Mistake(path, "error", line, code, words)


def warning(path: str, line: int | None, code: str, *words: str) -> Mistake:
    return Mistake(path, "warning", line, code, words)


def info(path: str, line: int | None, code: str, *words: str) -> Mistake:
    return Mistake(path, "info", line, code, words)


MISTAKES = [
    # How the file is written
    error("plans/yaml-syntax-indent.yaml", 17, "yaml-syntax", "không thẳng hàng"),
    error("plans/yaml-syntax-colon.yaml", 16, "yaml-syntax", "“: ” ở giữa câu", "nháy kép"),
    error("plans/yaml-syntax-tab.yaml", 17, "yaml-syntax", "Tab"),
    error("plans/yaml-syntax-quote.yaml", 16, "yaml-syntax", "dấu nháy đóng"),
    error("plans/yaml-unsupported-alias.yaml", 16, "yaml-unsupported", "&"),
    error("plans/yaml-unsupported-tag.yaml", 16, "yaml-unsupported", "!"),
    error("plans/yaml-unsupported-documents.yaml", 19, "yaml-unsupported", "nhiều tài liệu"),
    error("plans/duplicate-key.yaml", 19, "duplicate-key", "“lead”", "dòng 17"),
    error("plans/not-utf8.yaml", 1, "not-utf8", "UTF-8"),
    error("plans/unsupported-character.yaml", 17, "unsupported-character", "U+200B", "gõ lại"),
    error("plans/unsupported-character-control.yaml", 16, "unsupported-character", "U+0007"),
    error("plans/too-deep.yaml", 1, "too-complex", "lồng quá sâu"),
    error("plans/empty.yaml", 1, "wrong-type", "tên: giá trị", "docs/plan-files.md"),
    error("plans/list.yaml", 1, "wrong-type", "tên: giá trị"),
    # Entries
    error("plans/unknown-key.yaml", 18, "unknown-key", "“deadlin”", "Có phải là “deadline”?"),
    error("plans/unknown-key-head.yaml", 3, "unknown-key", "“co_quan”", "issuer"),
    error("plans/unknown-key-head.yaml", 1, "missing-field", "“issuer”", "Thêm dòng"),
    error("plans/missing-field-lead.yaml", 15, "missing-field", "I.2.1", "“lead”"),
    error("plans/missing-field-code.yaml", 15, "missing-field", "“code”"),
    error("plans/missing-field-tasks.yaml", 1, "missing-field", "không có nhiệm vụ nào"),
    error("plans/wrong-type-year.yaml", 6, "wrong-type", "số nguyên từ 1990 đến 2200", "chữ số"),
    error("plans/wrong-type-products.yaml", 20, "wrong-type", "“products”", "danh sách"),
    error("plans/wrong-type-occurrences.yaml", 19, "wrong-type", "each, span.", "Có phải là “each”?"),
    error("plans/wrong-type-id.yaml", 1, "wrong-type", "mã hợp lệ", "hung-yen-2024"),
    error("plans/bad-date.yaml", 5, "bad-date", "30/02/2024", "có thật"),
    # Tasks and names
    error("plans/duplicate-task-id.yaml", 19, "duplicate-task-id", "I.2.1", "dòng 15"),
    error("plans/unknown-section.yaml", 15, "unknown-section", "“IX”", "I."),
    error("plans/unknown-agency.yaml", 17, "unknown-agency", "“Sở Tư phap”", "Có phải là “Sở Tư pháp”?", "aliases"),
    error("plans/unknown-agency-condition.yaml", 17, "unknown-agency", "“Sở Tư pháp có liên quan”"),
    error("plans/unknown-agency-supervisor.yaml", 7, "unknown-agency", "so-noi-vu1", "Có phải là “so-noi-vu”?"),
    error("plans/unknown-agency-leader.yaml", 8, "unknown-agency", "ubnd-tin", "“ubnd-tinh”"),
    error("plans/unknown-agency-duty.yaml", 20, "unknown-agency", "BC.1", "“Sở Tư phap”", "“Sở Tư pháp”"),
    error("plans/periodic-without-period.yaml", 24, "periodic-without-period", "BC.1", "theo quý, 6 tháng, năm"),
    error("plans/unknown-agency-as.yaml", 21, "unknown-agency", "so-tuphap", "“so-tu-phap”"),
    error("plans/agency-not-valid.yaml", 17, "agency-not-valid", "năm 2024", "đến 31/12/2022", "“Sở Nội vụ”"),
    error("plans/empty-group.yaml", 17, "empty-group", "UBND cấp huyện", "năm 2024", "successors"),
    error("plans/no-contact.yaml", 17, "no-contact", "“Trường Cao đẳng”", "sap-nhap.yaml"),
    warning("plans/head-missing.yaml", 17, "head-missing", "“Chi cục”", "lãnh đạo"),
    info("plans/unknown-coordinating.yaml", 15, "unknown-coordinating", "“Hội Luật gia tỉnh”", "chỉ nêu tên"),
    error("plans/unknown-directory.yaml", 10, "unknown-directory", "hung-yen-2042", "“hung-yen-2024”"),
    error("plans/unknown-directory-path.yaml", 10, "wrong-type", "mã hợp lệ"),
    error("plans/unknown-regime.yaml", 9, "unknown-regime", "cchx", "“cchc”"),
    # Deadlines and parts
    error("plans/unknown-deadline.yaml", 18, "unknown-deadline", "31/02/2024", "clauses"),
    error("plans/unknown-deadline-words.yaml", 18, "unknown-deadline", "Lúc nào rảnh thì làm"),
    info("plans/convention.yaml", 18, "convention", "“Cuối năm”", "quý IV"),
    error("plans/unbound-label.yaml", 18, "unbound-label", "“dự toán”", "parts"),
    error("plans/unbound-label-part.yaml", 21, "unbound-label", "“kiểm toán”"),
    error("plans/unbound-label-part.yaml", 18, "unbound-label", "“quyết toán”"),
    error("plans/unbound-lead.yaml", 19, "unbound-lead", "“Sở Y tế”"),
    error("plans/unknown-after.yaml", 15, "unknown-after", "“I.2.9”"),
    error("plans/after-cycle.yaml", 15, "after-cycle", "I.2.1", "vòng"),
    error("plans/after-cycle.yaml", 20, "after-cycle", "I.2.2", "vòng"),
    error("plans/after-without-event.yaml", 15, "after-without-event", "“mode”"),
    error("plans/after-proposed-cycle.yaml", 15, "after-cycle", "I.2.1", "đề xuất"),
    error("plans/date-from-without-reference.yaml", 15, "date-from-without-reference", "“date_from”"),
    error("plans/cases-without-event.yaml", 15, "cases-without-event", "“cases”"),
    error("plans/joined-without-date.yaml", 15, "joined-without-date", "“joined”"),
    error("plans/clauses-unknown-type.yaml", 20, "wrong-type", "soon", "within"),
    error("plans/clauses-window-backwards.yaml", 20, "bad-date", "“end” trước “start”"),
    error("plans/clauses-on.yaml", 20, "wrong-type", "giữa tháng", "by day 17"),
    # What a person should know
    info("plans/number-missing.yaml", 4, "number-missing", "số của kế hoạch"),
    info("plans/date-missing.yaml", 1, "date-missing", "ngày ban hành"),
    warning("plans/doubtful.yaml", 15, "doubtful", "Ô chủ trì mất một dòng.", "xác nhận"),
    error("plans/calendar-missing.yaml", None, "calendar-missing", "năm 2030", "2030.yaml"),
    info("plans/calendar-provisional.yaml", None, "calendar-provisional", "năm 2027", "official"),
    # Directories
    error("agencies/duplicate-alias.yaml", 11, "duplicate-alias", "“so-noi-vu” (dòng 4)", "“so-y-te”"),
    error("agencies/duplicate-id.yaml", 11, "duplicate-id", "so-noi-vu", "dòng 4"),
    error("agencies/successor-cycle.yaml", 11, "successor-cycle", "kế thừa", "vòng"),
    error("agencies/overlapping-validity.yaml", 11, "overlapping-validity", "31/03/2025", "01/03/2025"),
    error("agencies/successor-without-end.yaml", 11, "missing-field", "“valid_to”"),
    error("agencies/parent-cycle.yaml", 11, "parent-cycle", "cấp trên", "vòng"),
    error("agencies/unknown-agency.yaml", 11, "unknown-agency", "so-noi-vuu", "“so-noi-vu”"),
    error("agencies/wrong-type-email.yaml", 16, "wrong-type", "khong-phai-thu", "địa chỉ thư"),
    error("agencies/wrong-type-role.yaml", 16, "wrong-type", "focall", "“focal”"),
    warning("agencies/no-contact.yaml", 16, "no-contact", "zalo"),
    error("agencies/bad-date.yaml", 15, "bad-date", "2025-13-01"),
    error("agencies/dates-backwards.yaml", 16, "bad-date", "valid_to trước valid_from"),
    warning("agencies/empty-group.yaml", 12, "empty-group", "Các phòng"),
    error("agencies/unknown-key.yaml", 15, "unknown-key", "“alias”", "“aliases”"),
    # Calendars
    error("calendar/wrong-year", 4, "wrong-year", "01/01/2025", "2025.yaml"),
    error("calendar/wrong-file-year", 1, "wrong-year", "2024.yaml", "2023"),
    error("calendar/duplicate-day", 8, "duplicate-day", "01/01/2024"),
    error("calendar/wrong-kind", 5, "wrong-kind", "thứ Tư", "swapped_work"),
    error("calendar/wrong-kind-weekend", 5, "wrong-kind", "thứ Bảy", "swapped_off"),
    error("calendar/bad-date", 4, "bad-date", "2024-02-30"),
    error("calendar/missing-field", 4, "missing-field", "“decision”"),
    error("calendar/wrong-status", 2, "wrong-type", "offical", "“official”"),
    # The reporting regime
    error("reporting/bad-date.yaml", 5, "bad-date", "31/02"),
    error("reporting/every-words.yaml", 11, "wrong-type", "by the day 17", "“by day 17”"),
    warning("reporting/due-before-cut-off.yaml", 6, "due-before-cut-off", "6 tháng đầu năm", "Điều 8.5"),
    error("reporting/duplicate-id.yaml", 6, "duplicate-id", "Q1"),
    error("reporting/missing-reviewer.yaml", 1, "missing-field", "own_tasks_reviewer"),
    error("reporting/number.yaml", 19, "wrong-type", "ba ngày", "chữ số"),
    error("reporting/unknown-key.yaml", 18, "unknown-key", "“due_soon_days”"),
    error("reporting/others-duplicate-id.yaml", 26, "duplicate-id", "“cchc”"),
    error("reporting/others-unknown-key.yaml", 28, "unknown-key", "“due_soon_day”", "“due_soon_days”"),
    # The ladder
    error("escalation/kind.yaml", 12, "wrong-type", "urge1", "“urge_1”"),
    error("escalation/duplicate-id.yaml", 13, "duplicate-id", "urge_2"),
    error("escalation/for.yaml", 7, "wrong-type", "tasks"),
    error("escalation/days.yaml", 15, "wrong-type", "mười"),
    error("escalation/missing-days.yaml", 15, "missing-field", "“days”"),
    error("escalation/to.yaml", 14, "wrong-type", "heads", "“head”"),
]

LOADERS = {
    "agencies": load_directory,
    "calendar": load_calendar,
    "reporting": load_regime,
    "escalation": load_ladder,
}


def problems_of(path: Path) -> tuple[bool, tuple[Problem, ...]]:
    """Whether the file can be used, and what is said about it."""
    if path.parent.name in LOADERS:
        loaded = LOADERS[path.parent.name](path)
        return loaded.value is not None, loaded.problems
    if b"directory: sap-nhap" in path.read_bytes():
        plan = load_plan(path, BROKEN)
        return plan.value is not None, plan.problems
    workspace = load_workspace(path, CONFIG)
    return workspace.value is not None, workspace.problems


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda m: f"{m.path}:{m.line}")
def test_a_mistake_is_found_with_its_line_and_words(mistake: Mistake) -> None:
    path = BROKEN / mistake.path
    usable, problems = problems_of(path)
    found = [p for p in problems if (p.severity, p.line, p.code) == (mistake.severity, mistake.line, mistake.code)]
    assert found, [str(problem) for problem in problems]
    words = " ".join(f"{problem.message} {problem.hint}" for problem in found)
    for expected in mistake.words:
        assert expected in words
    assert all(problem.message and problem.hint for problem in problems)
    assert usable == (mistake.severity != "error")


def test_every_broken_file_has_its_line_in_the_table() -> None:
    files = {f"{path.parent.name}/{path.name}" for folder in BROKEN.iterdir() for path in folder.iterdir()}
    used_by_plans = {"agencies/sap-nhap.yaml"}
    assert files - {mistake.path for mistake in MISTAKES} == used_by_plans | {"plans/several-mistakes.yaml"}


def test_all_mistakes_of_a_file_are_shown_at_once() -> None:
    _, problems = problems_of(BROKEN / "plans" / "several-mistakes.yaml")
    assert [(p.line, p.code) for p in problems if p.severity == "error"] == [
        (17, "unknown-agency"),
        (18, "unknown-deadline"),
        (19, "unknown-key"),
        (20, "duplicate-task-id"),
        (22, "unknown-agency"),
    ]


def test_without_its_directory_the_rest_of_a_plan_is_still_checked(tmp_path: Path) -> None:
    plan = (BROKEN / "plans" / "several-mistakes.yaml").read_text(encoding="utf-8")
    file = tmp_path / "plan.yaml"
    file.write_text(plan.replace("directory: hung-yen-2024", "directory: hung-yen-1999"), encoding="utf-8")
    codes = [problem.code for problem in load_plan(file, CONFIG).problems]
    assert codes == ["unknown-directory", "unknown-deadline", "unknown-key", "duplicate-task-id"]


def test_every_code_is_explained_to_those_who_write_plans() -> None:
    guide = (ROOT / "docs" / "plan-files.md").read_text(encoding="utf-8")
    assert [code for code in {mistake.code for mistake in MISTAKES} if f"`{code}`" not in guide] == []
