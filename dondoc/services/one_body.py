"""One agency id is one body in the whole installation: two live plans may not send its messages to different places."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from dondoc.domain.directory import Agency, Directory
from dondoc.errors import Refused
from dondoc.services.books import Frozen, applied_files
from dondoc.store.models import PlanRow

MOST_NAMED = 5


def refuse_two_bodies(session: Session, new: Frozen) -> None:
    """Raises Refused when another live plan's directory gives one of the agencies another focal mailbox.

    A digest goes by recipient over all plans: under one id two bodies would read each other's work. What is compared
    are the files as they were applied, not what an agency corrected since.
    """
    others = select(PlanRow).where(PlanRow.archived.is_(False), PlanRow.id != new.plan.id).order_by(PlanRow.id)
    for row in session.scalars(others):
        other = applied_files(row)
        found = _different(new.directory, other.directory)
        if found:
            raise Refused(_why(new, other, found))


def _different(one: Directory, two: Directory) -> list[tuple[Agency, Agency]]:
    pairs = ((agency, two.by_id[agency.id]) for agency in one.agencies if agency.id in two.by_id)
    return [(a, b) for a, b in pairs if _mailboxes(a) and _mailboxes(b) and _mailboxes(a) != _mailboxes(b)]


def _mailboxes(agency: Agency) -> frozenset[str]:
    """Its own focal mailboxes; none when it is written to by its parent's."""
    return frozenset(c.email.casefold() for c in agency.contacts if c.role == "focal" and c.email)


def _why(new: Frozen, other: Frozen, found: list[tuple[Agency, Agency]]) -> str:
    named = "; ".join(
        f"“{a.id}” ({a.name}: {', '.join(sorted(_mailboxes(a)))}; ở kế hoạch kia, {b.name}:"
        f" {', '.join(sorted(_mailboxes(b)))})"
        for a, b in found[:MOST_NAMED]
    )
    more = f" và {len(found) - MOST_NAMED} cơ quan khác" if len(found) > MOST_NAMED else ""
    return (
        f"Danh bạ {new.directory.id} và danh bạ {other.directory.id} của kế hoạch “{other.plan.id}” đang theo dõi ghi"
        f" hộp thư đầu mối khác nhau cho cùng một mã cơ quan: {named}{more}. Mỗi mã là một cơ quan, nhận một thư cho"
        " mọi kế hoạch. Nếu là hai cơ quan: đặt mã khác cho một bên (ví dụ thêm tên tỉnh). Nếu là một cơ quan vừa đổi"
        " hộp thư: sửa cho hai danh bạ giống nhau rồi áp dụng lại cả hai kế hoạch."
    )
