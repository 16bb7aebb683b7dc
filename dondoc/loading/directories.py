"""config/agencies/<id>.yaml → Directory."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import get_args

from dondoc.domain.dependencies import cyclic
from dondoc.domain.directory import Agency, ChannelName, Contact, Directory, Group, Role, fold
from dondoc.loading.loaded import Loaded, Report
from dondoc.loading.schema import Fields, did_you_mean
from dondoc.loading.source import read_table

LEVELS = ("province", "district", "commune")
ROLES: tuple[Role, ...] = get_args(Role)
CHANNELS: tuple[ChannelName, ...] = get_args(ChannelName)
_MAILBOX = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;]+")

Lines = dict[str, int]
"""Where each entry of the directory begins, by id."""


def load_directory(path: Path) -> Loaded[Directory]:
    """The directory in that file, with every problem of it."""
    report = Report(str(path))
    table = read_table(path, report)
    if table is None:
        return report.finish(None)
    fields = Fields(table, report, "Danh bạ")
    lines: Lines = {}
    directory = Directory(
        id=fields.identifier("id") or "",
        title=fields.required("title"),
        agencies=tuple(_agency(entry, lines) for entry in fields.tables("agencies", "Cơ quan")),
        groups=tuple(_group(entry, lines) for entry in fields.tables("groups", "Nhóm")),
    )
    if not directory.agencies and not report.failed:
        fields.missing("agencies")
    fields.close()
    _check(directory, lines, report)
    return report.finish(directory)


def _agency(fields: Fields, lines: Lines) -> Agency:
    name = fields.required("name")
    fields.what = f"Cơ quan “{name}”" if name else fields.what
    agency = Agency(
        id=_new_id(fields, lines),
        name=name,
        short=fields.text("short") or name,
        kind=fields.required("kind"),
        level=fields.choice("level", LEVELS, "province"),
        aliases=fields.texts("aliases"),
        parent=fields.identifier("parent", required=False),
        valid_from=fields.day("valid_from"),
        valid_to=fields.day("valid_to"),
        successors=fields.texts("successors"),
        contacts=tuple(_contact(entry) for entry in fields.tables("contacts", f"Đầu mối của “{name}”")),
        members=fields.number("members", 1, 1000),
        cites=fields.text("cites"),
    )
    if agency.valid_from and agency.valid_to and agency.valid_from > agency.valid_to:
        fields.report.error(
            fields.line_of("valid_to"),
            "bad-date",
            f"{fields.what}: valid_to trước valid_from.",
            "Sửa một trong hai ngày.",
        )
    fields.close()
    return agency


def is_mailbox(text: str) -> bool:
    """Whether it has the form of one mail address: name@domain, without a name in front or a second one."""
    return _MAILBOX.fullmatch(text) is not None


def _contact(fields: Fields) -> Contact:
    contact = Contact(
        role=fields.choice("role", ROLES, "focal"),
        email=fields.text("email"),
        name=fields.text("name"),
        phone=fields.text("phone"),
        zalo_user_id=fields.text("zalo_user_id"),
        prefers=fields.choice("prefers", CHANNELS, "email"),
    )
    if not fields.has("role"):
        fields.missing("role")
    if contact.email is not None and not is_mailbox(contact.email):
        fields.report.error(
            fields.line_of("email"), "wrong-type", f"{fields.what}: “{contact.email}” không phải là một địa chỉ thư.",
            "Ví dụ cchc@sonoivu.hungyen.example.",
        )  # fmt: skip
    reachable = contact.zalo_user_id if contact.prefers == "zalo" else contact.email
    if reachable is None:
        fields.report.warn(
            fields.line, "no-contact", f"{fields.what}: không có địa chỉ cho kênh “{contact.prefers}”.",
            "Thêm email hoặc zalo_user_id.",
        )  # fmt: skip
    fields.close()
    return contact


def _group(fields: Fields, lines: Lines) -> Group:
    name = fields.required("name")
    fields.what = f"Nhóm “{name}”" if name else fields.what
    group = Group(
        id=_new_id(fields, lines),
        name=name,
        aliases=fields.texts("aliases"),
        kinds=fields.texts("kinds"),
        levels=fields.texts("levels"),
        agencies=fields.texts("agencies"),
        except_=fields.texts("except"),
    )
    fields.close()
    return group


def _new_id(fields: Fields, lines: Lines) -> str:
    found = fields.identifier("id") or ""
    if found and found in lines:
        fields.report.error(
            fields.line_of("id"), "duplicate-id", f"Mã “{found}” đã dùng ở dòng {lines[found]}.", "Mỗi mã dùng một lần."
        )
    elif found:
        lines[found] = fields.line
    return found


def _check(directory: Directory, lines: Lines, report: Report) -> None:
    _check_names(directory, lines, report)
    for agency in directory.agencies:
        _check_links(directory, agency, lines, report)
    for group in directory.groups:
        _check_ids((*group.agencies, *group.except_), f"Nhóm “{group.name}”", lines.get(group.id), directory, report)
        if not directory.members(group):
            report.warn(
                lines.get(group.id),
                "empty-group",
                f"Nhóm “{group.name}” không có cơ quan nào.",
                "Ghi kinds, levels hoặc agencies.",
            )
    _check_cycles(
        directory, lines, report, "parent-cycle", "cơ quan cấp trên", lambda a: (a.parent,) if a.parent else ()
    )
    _check_cycles(directory, lines, report, "successor-cycle", "cơ quan kế thừa", lambda a: a.successors)


def _check_names(directory: Directory, lines: Lines, report: Report) -> None:
    """A name is one agency's or one group's; agencies that follow one another in time may bear the same."""
    owners: dict[str, list[Agency | Group]] = {}
    entries: tuple[Agency | Group, ...] = (*directory.agencies, *directory.groups)
    for entry in entries:
        short = (entry.short,) if isinstance(entry, Agency) else ()
        for name in dict.fromkeys((entry.name, *short, *entry.aliases)):
            others = owners.setdefault(fold(name), [])
            for other in others if name else ():
                _check_shared(name, other, entry, lines, report)
            if all(other.id != entry.id for other in others):
                others.append(entry)


def _check_shared(name: str, one: Agency | Group, other: Agency | Group, lines: Lines, report: Report) -> None:
    if one.id == other.id:
        return
    if isinstance(one, Agency) and isinstance(other, Agency) and _dated(one) and _dated(other):
        if one.overlaps(other.valid_from or date.min, other.valid_to or date.max):
            report.error(
                lines.get(other.id), "overlapping-validity",
                f"“{name}” là tên của cả “{one.id}” ({_validity(one)}, dòng {lines.get(one.id)}) và “{other.id}”"
                f" ({_validity(other)}): hai khoảng thời gian chồng nhau.",
                "Sửa valid_from, valid_to để hai cơ quan cùng tên nối tiếp nhau.",
            )  # fmt: skip
        return
    report.error(
        lines.get(other.id), "duplicate-alias",
        f"Tên “{name}” thuộc cả “{one.id}” (dòng {lines.get(one.id)}) và “{other.id}”.",
        "Một tên chỉ chỉ một cơ quan hoặc một nhóm: bỏ ở một nơi.",
    )  # fmt: skip


def _dated(agency: Agency) -> bool:
    return agency.valid_from is not None or agency.valid_to is not None


def _validity(agency: Agency) -> str:
    begins = f"từ {agency.valid_from:%d/%m/%Y}" if agency.valid_from else ""
    ends = f"đến {agency.valid_to:%d/%m/%Y}" if agency.valid_to else ""
    return " ".join(filter(None, (begins, ends)))


def _check_links(directory: Directory, agency: Agency, lines: Lines, report: Report) -> None:
    line, what = lines.get(agency.id), f"Cơ quan “{agency.name}”"
    parent = (agency.parent,) if agency.parent else ()
    _check_ids((*parent, *agency.successors), what, line, directory, report)
    if agency.successors and agency.valid_to is None:
        report.error(
            line, "missing-field", f"{what}: có cơ quan kế thừa mà thiếu “valid_to”.", "Ghi ngày cuối còn hoạt động."
        )
    for successor in (directory.by_id[id] for id in agency.successors if id in directory.by_id):
        if agency.valid_to and successor.valid_from and successor.valid_from <= agency.valid_to:
            report.error(
                line, "overlapping-validity",
                f"{what} còn đến {agency.valid_to:%d/%m/%Y} nhưng “{successor.name}” kế thừa từ"
                f" {successor.valid_from:%d/%m/%Y}.",
                "Ngày cuối của cơ quan cũ phải trước ngày đầu của cơ quan kế thừa.",
            )  # fmt: skip


def _check_ids(ids: Iterable[str], what: str, line: int | None, directory: Directory, report: Report) -> None:
    for id in ids:
        if id not in directory.by_id:
            hint = did_you_mean(id, directory.by_id) or "Ghi mã (id) của một cơ quan trong danh bạ này."
            report.error(line, "unknown-agency", f"{what}: không có cơ quan nào mã “{id}”.", hint)


def _check_cycles(
    directory: Directory,
    lines: Lines,
    report: Report,
    code: str,
    relation: str,
    next_of: Callable[[Agency], Iterable[str]],
) -> None:
    for id in cyclic({agency.id: tuple(next_of(agency)) for agency in directory.agencies}):
        report.error(
            lines.get(id), code, f"Cơ quan “{id}” là {relation} của chính mình (đi vòng).", "Bỏ một mắt của vòng này."
        )
