"""From the names a plan writes to leads: an agency, a group, or a group with a condition (DEADLINES §4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from dondoc.domain.directory import Agency, Directory, Group
from dondoc.domain.plan import Lead
from dondoc.domain.succession import heirs as heirs_of
from dondoc.loading.loaded import Report
from dondoc.loading.schema import Fields, did_you_mean
from dondoc.loading.source import Table, Word

NARROWING = ("có", "được", "liên quan", "đầu mối", "trên địa bàn", "đã", "chưa")
"""Only after a group's name and one of these words is the rest a condition; anything else is an unknown name."""


@dataclass
class Leads:
    """Resolves the names of one plan and reports what is doubtful about them, each agency once."""

    directory: Directory
    year: int
    report: Report
    _checked: set[tuple[str, str]] = field(default_factory=set)

    def read(self, fields: Fields, names: Sequence[str]) -> tuple[tuple[str, ...], tuple[Lead, ...]]:
        """Names and leads of a task or part: the entry `leads:` when it is there, else `names` (from the cell)."""
        if not fields.has("leads"):
            line = fields.line_of("lead") if fields.has("lead") else fields.line_of("who")
            return tuple(names), self._known([self.named(name, fields.what, line) for name in names])
        found = [self._entry(node, fields) for node in fields.nodes("leads")]
        return tuple(name for name, _ in found if name), self._known([lead for _, lead in found])

    def named(self, name: str, what: str, line: int) -> Lead | None:
        """The lead of that name; an unknown name is reported and never guessed."""
        lead = self._resolved(name, what, line)
        if lead is not None:
            self._check(lead, what, line)
        return lead

    def _resolved(self, name: str, what: str, line: int) -> Lead | None:
        lead = resolve(name, self.directory, self.year)
        if lead is None:
            self._unknown(name, what, line)
        return lead

    def body(self, fields: Fields, entry: str, required: bool = True) -> str | None:
        """The agency id that an entry of the head names (supervisor, leader)."""
        id = fields.identifier(entry, required)
        if id is None:
            return None
        line = fields.line_of(entry)
        if id not in self.directory.by_id:
            hint = (
                did_you_mean(id, self.directory.by_id) or f"Ghi mã của một cơ quan trong danh bạ {self.directory.id}."
            )
            self.report.error(line, "unknown-agency", f"Mục “{entry}”: không có cơ quan nào mã “{id}”.", hint)
            return id
        self._check(Lead(self.directory.by_id[id].name, id), f"Mục “{entry}”", line)
        return id

    def _entry(self, node: object, fields: Fields) -> tuple[str, Lead | None]:
        if isinstance(node, Word) and not node.is_null:
            name = node.text.strip()
            return name, self.named(name, fields.what, node.line)
        if isinstance(node, Table):
            return self._decided(Fields(node, self.report, f"{fields.what}, mục “leads”"))
        line = getattr(node, "line", fields.line)
        self.report.error(
            line, "wrong-type", f"{fields.what}: mục “leads” là danh sách tên cơ quan.", "Mỗi dòng “- tên”."
        )
        return "", None

    def _decided(self, fields: Fields) -> tuple[str, Lead | None]:
        """A lead that a person decided: name as in the plan, and whom or which condition it means."""
        name, target, condition = (
            fields.required("name"),
            fields.identifier("as", required=False),
            fields.text("condition"),
        )
        fields.close()
        if not name:
            return "", None
        lead = self._targeted(name, target, fields) if target else self._resolved(name, fields.what, fields.line)
        if lead is not None and condition is not None:
            lead = self._narrowed(lead, condition, fields)
        if lead is not None:
            self._check(lead, fields.what, fields.line)
        return name, lead

    def _targeted(self, name: str, target: str, fields: Fields) -> Lead | None:
        is_group = target in self.directory.groups_by_id
        if not is_group and target not in self.directory.by_id:
            known = (*self.directory.by_id, *self.directory.groups_by_id)
            hint = did_you_mean(target, known) or f"Ghi mã của cơ quan hoặc nhóm trong danh bạ {self.directory.id}."
            self.report.error(
                fields.line_of("as"), "unknown-agency", f"{fields.what}: không có mã “{target}” trong danh bạ.", hint
            )
            return None
        return Lead(name, target, is_group)

    def _narrowed(self, lead: Lead, condition: str, fields: Fields) -> Lead:
        if not lead.is_group:
            self.report.error(
                fields.line_of("condition"), "wrong-type", f"{fields.what}: chỉ một nhóm mới có điều kiện.",
                f"“{lead.name}” là một cơ quan: bỏ mục “condition”.",
            )  # fmt: skip
        return Lead(lead.name, lead.ref, lead.is_group, condition)

    def _unknown(self, name: str, what: str, line: int) -> None:
        message = f"{what}: danh bạ {self.directory.id} không có cơ quan hoặc nhóm nào tên “{name}”."
        hint = did_you_mean(name, known_names(self.directory))
        where = f"Sửa ô này, hoặc thêm cách viết vào aliases trong config/agencies/{self.directory.id}.yaml."
        self.report.error(line, "unknown-agency", message, f"{hint} {where}".strip())

    def _check(self, lead: Lead, what: str, line: int) -> None:
        if not lead.is_group:
            self._check_agency(self.directory.by_id[lead.ref], what, line)
            return
        group = self.directory.groups_by_id[lead.ref]
        named = self.directory.members(group)
        members = [a for a in named if exists_in(a, self.year)]
        # A group that nobody has listed yet, under a condition: unassigned until somebody is chosen, never late.
        if not members and (named or lead.condition is None):
            self._once("empty-group", group.id, what, line, f"nhóm “{group.name}” không còn cơ quan nào", named)
        self._tell_ending(f"nhóm “{group.name}”", group.id, members, what, line)
        for agency in members:
            self._check_contacts(agency, line)

    def _tell_ending(self, whose: str, id: str, agencies: Sequence[Agency], what: str, line: int) -> None:
        """What ends inside the plan's year passes its open work on: to its heir, or a person must say to whom."""
        ending = [a for a in agencies if a.valid_to and a.valid_to < date(self.year, 12, 31)]
        if not ending or ("agency-ends", id) in self._checked:
            return
        self._checked.add(("agency-ends", id))
        days = ", ".join(sorted({f"{a.valid_to:%d/%m/%Y}" for a in ending}))
        heirs = {a.id: [heir.name for heir in heirs_of(self.directory, a.id, date(self.year, 12, 31))] for a in ending}
        names = ", ".join(dict.fromkeys(f"“{name}”" for found in heirs.values() for name in found))
        alone = [a.name for a in ending if len(heirs[a.id]) != 1]
        hint = f"Cơ quan kế thừa: {names}." if names else "Danh bạ chưa ghi cơ quan kế thừa (successors)."
        if alone:
            hint += f" Người theo dõi phải chỉ định ai nhận việc của: {', '.join(alone)}."
        number = f" {len(ending)} cơ quan của" if len(agencies) > 1 or whose.startswith("nhóm") else ""
        self.report.warn(line, "agency-ends", f"{what}:{number} {whose} chỉ hoạt động đến {days}.", hint)

    def _check_agency(self, agency: Agency, what: str, line: int) -> None:
        if not exists_in(agency, self.year):
            self._once("agency-not-valid", agency.id, what, line, f"“{agency.name}” không hoạt động", (agency,))
        else:
            self._tell_ending(f"“{agency.name}”", agency.id, (agency,), what, line)
        self._check_contacts(agency, line)

    def _once(self, code: str, id: str, what: str, line: int, wrong: str, agencies: Sequence[Agency]) -> None:
        if (code, id) in self._checked:
            return
        self._checked.add((code, id))
        ended = max((a.valid_to for a in agencies if a.valid_to), default=None)
        until = f" (đến {ended:%d/%m/%Y})" if ended and ended.year < self.year else ""
        heirs = dict.fromkeys(heir for a in agencies for heir in self._heirs(a))
        hint = (
            "Cơ quan kế thừa: " + ", ".join(heirs) + ". Sửa ô này."
            if heirs
            else "Danh bạ chưa ghi cơ quan kế thừa (successors)."
        )
        self.report.error(line, code, f"{what}: {wrong} trong năm {self.year}{until}.", hint)

    def _heirs(self, agency: Agency) -> list[str]:
        """Names of those that carry on, through as many mergers as there were."""
        found: list[str] = []
        waiting, seen = list(agency.successors), {agency.id}
        while waiting:
            heir = self.directory.by_id.get(waiting.pop(0))
            if heir is None or heir.id in seen:
                continue
            seen.add(heir.id)
            if exists_in(heir, self.year):
                found.append(f"“{heir.name}”")
            else:
                waiting.extend(heir.successors)
        return found

    def _check_contacts(self, agency: Agency, line: int) -> None:
        if ("contacts", agency.id) in self._checked:
            return
        self._checked.add(("contacts", agency.id))
        file = f"config/agencies/{self.directory.id}.yaml"
        if self.directory.recipient(agency.id, "focal") is None:
            self.report.error(
                line, "no-contact", f"“{agency.name}” không có đầu mối (focal) để gửi thư.", f"Thêm vào {file}."
            )
        if self.directory.recipient(agency.id, "head") is None:
            self.report.warn(
                line, "head-missing", f"“{agency.name}” không có địa chỉ lãnh đạo (head).",
                f"Bản sao đôn đốc sẽ không gửi được; thêm vào {file}.",
            )  # fmt: skip

    @staticmethod
    def _known(leads: Sequence[Lead | None]) -> tuple[Lead, ...]:
        return tuple(lead for lead in leads if lead is not None)


def resolve(name: str, directory: Directory, year: int | None = None) -> Lead | None:
    """Whom the directory knows by that name (in that year): an agency, a group, or a group followed by a condition."""
    entry = directory.lookup(name, (date(year, 1, 1), date(year, 12, 31)) if year else None)
    if entry is not None:
        return Lead(name, entry.id, isinstance(entry, Group))
    words = name.split()
    for length in range(len(words) - 1, 0, -1):
        entry, rest = directory.lookup(" ".join(words[:length])), " ".join(words[length:]).strip(" .;,")
        if isinstance(entry, Group) and rest.casefold().startswith(NARROWING):
            return Lead(name, entry.id, is_group=True, condition=rest)
    return None


def split_cell(cell: str) -> tuple[str, ...]:
    """The names in a cell that separates them by semicolons; commas belong to names ("Các sở, ban, ngành")."""
    return tuple(name for part in cell.split(";") if (name := part.strip().rstrip(".").strip()))


def exists_in(agency: Agency, year: int) -> bool:
    """Whether the agency exists on at least one day of that year."""
    return agency.overlaps(date(year, 1, 1), date(year, 12, 31))


def known_names(directory: Directory) -> list[str]:
    """Every name the directory answers to, short forms left out."""
    entries: tuple[Agency | Group, ...] = (*directory.agencies, *directory.groups)
    return [name for entry in entries for name in (entry.name, *entry.aliases)]
