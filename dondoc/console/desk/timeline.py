"""The journal in plain Vietnamese: what each action means, who did it, what it was before and after."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from dondoc.console.wording import Badge
from dondoc.domain.explain import ANSWER_NAMES
from dondoc.intake.texts import clean_text
from dondoc.rendering.wording import full_day, leading_capital, number
from dondoc.services.books import Book
from dondoc.services.outbox_views import STATUS_NAMES, without_token
from dondoc.services.status import agency_name
from dondoc.store.journal import Entry

SYSTEM = "dondoc"
OTHER = "Ghi nhận khác"
ROLE_WORDS = {"focal": "đầu mối", "head": "lãnh đạo"}

ACTIONS: Mapping[str, tuple[str, str]] = {
    # What agencies do.
    "answered": ("Đơn vị trả lời", "blue"),
    "contact-asked": ("Đơn vị đề nghị sửa đầu mối", "blue"),
    "contact-withdrawn": ("Đơn vị rút đề nghị sửa đầu mối", "grey"),
    "receipt-not-sent": ("Không gửi được biên nhận", "amber"),
    "refused": ("Hệ thống từ chối một thao tác", "red"),
    # What reviewers and the supervisor decide.
    "accepted": ("Chấp nhận", "green"),
    "returned": ("Trả lại để bổ sung", "violet"),
    "extension-granted": ("Cho gia hạn", "green"),
    "extension-refused": ("Không cho gia hạn", "violet"),
    "undone": ("Rút lại quyết định", "amber"),
    "waived": ("Miễn việc này", "grey"),
    "lifted": ("Bỏ miễn, việc tiếp tục", "amber"),
    "reassigned": ("Chuyển việc cho đơn vị khác", "violet"),
    "received": ("Nhận việc do chuyển đến", "violet"),
    "lead-selected": ("Chọn đơn vị thực hiện", "violet"),
    "redated": ("Đổi thời hạn", "violet"),
    "reminded-by-hand": ("Nhắc ngay theo đề nghị của cơ quan theo dõi", "amber"),
    "contact-confirmed": ("Xác nhận đầu mối mới", "green"),
    "contact-refused": ("Không nhận đầu mối mới", "violet"),
    "contact-undone": ("Rút lại quyết định về đầu mối", "amber"),
    # The plan.
    "plan-applied": ("Áp dụng kế hoạch", "grey"),
    "withdrawn": ("Việc không còn trong kế hoạch", "grey"),
    "restored": ("Việc có lại trong kế hoạch", "grey"),
    # Events.
    "event-recorded": ("Ghi sự kiện vào sổ", "blue"),
    "event-file": ("Thêm tệp cho sự kiện", "grey"),
    "event-opened": ("Sự kiện mở việc", "blue"),
    "event-retracted": ("Lấy lại sự kiện", "amber"),
    "dated": ("Có ngày theo văn bản của kế hoạch khác", "violet"),
    "event-dismissed": ("Văn bản không mở việc nào", "grey"),
    # Messages.
    "held": ("Giữ thư lại", "violet"),
    "released": ("Cho gửi thư", "green"),
    "dropped": ("Bỏ thư, không gửi", "grey"),
    "undropped": ("Khôi phục thư đã bỏ", "amber"),
    "expired": ("Thư hết ngày gửi", "grey"),
    "carried-on": ("Nội dung chuyển sang thư sau", "grey"),
    "reworded": ("Viết lại thư theo tình hình mới", "grey"),
    "settled": ("Đã rõ thư đến hay chưa", "blue"),
    "channel-switched": ("Chuyển sang kênh gửi khác", "amber"),
    "address-closed": ("Tạm ngừng dùng một địa chỉ", "amber"),
    "suppressed": ("Ngừng gửi cho một nơi nhận", "amber"),
    "suppression-lifted": ("Gửi trở lại", "green"),
    "flood-held": ("Giữ thư vì quá nhiều trong một ngày", "red"),
    "switched": ("Bật, tắt dừng gửi toàn bộ", "red"),
    "guard-stopped": ("Chốt chặn dừng lại và hỏi", "red"),
    "guard-allowed": ("Cho phép sau khi chốt chặn hỏi", "green"),
    "guard-refused": ("Không cho phép sau khi chốt chặn hỏi", "grey"),
    # Access.
    "link-issued": ("Cấp liên kết cá nhân", "grey"),
    "link-revoked": ("Thu hồi liên kết cá nhân", "amber"),
    "account-created": ("Lập tài khoản", "grey"),
    "account-disabled": ("Khóa tài khoản", "amber"),
    "account-enabled": ("Mở lại tài khoản", "grey"),
    "account-locked": ("Tạm khóa vì sai mật khẩu nhiều lần", "red"),
    "account-unlocked": ("Bỏ tạm khóa", "grey"),
    "account-password": ("Đặt lại mật khẩu cho tài khoản", "amber"),
    "account-password-changed": ("Đổi mật khẩu", "grey"),
    "signed-in": ("Đăng nhập", "grey"),
    "signed-out": ("Đăng xuất", "grey"),
    "sign-in-failed": ("Đăng nhập không được", "red"),
    "zalo-connected": ("Kết nối Zalo", "grey"),
    "zalo-refreshed": ("Làm mới mã của Zalo", "grey"),
    "zalo-consent-needed": ("Zalo cần được cấp quyền lại", "red"),
}  # fmt: skip
"""Words and tone of every action that the code writes (a test reads the code)."""

TAKEN_BACK = ("Đơn vị rút lại câu trả lời", "amber")
"""What `withdrawn` says of an answer; without that new value it is the plan that no longer has the work."""

_SIGNS = {"red": "alert", "amber": "clock", "violet": "back", "blue": "open", "green": "check", "grey": "dash"}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_PLAIN_NUMBER = re.compile(r"\d{1,9}")
_VALUES = {
    **ANSWER_NAMES, **STATUS_NAMES,
    "accepted": "chấp nhận", "returned": "trả lại", "reported": "đã báo cáo", "email": "thư điện tử", "zalo": "Zalo",
    "on": "bật", "off": "tắt", "arrived": "đã đến", "absent": "chưa đến", "waived": "được miễn",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class EventView:
    """One line of the timeline."""

    at: datetime
    who: str
    badge: Badge
    change: str
    why: str


def timeline(entries: Iterable[Entry], book: Book) -> tuple[EventView, ...]:
    """The entries in their order, in words."""
    return tuple(_event(entry, book) for entry in entries)


def _event(entry: Entry, book: Book) -> EventView:
    words, tone = ACTIONS.get(entry.action, (OTHER, "grey"))
    if (entry.action, entry.new) == ("withdrawn", "withdrawn"):
        words, tone = TAKEN_BACK
    if entry.subject.startswith("message/"):
        words = f"{words} (thư số {entry.subject.partition('/')[2]})"
    return EventView(
        entry.at, who(entry.who, book), Badge(tone, _SIGNS[tone], words), _change(entry, book), _why(entry)
    )


def who(by: str, book: Book) -> str:
    """Who it was: the system, an agency's contact, somebody who signed in, or a name as it stands."""
    if by == SYSTEM:
        return "Hệ thống"
    agency, _, person = by.partition("/")
    name = agency_name(book, agency)
    if name == agency and agency not in book.directory.by_id:
        return clean_text(by)
    return f"{name} ({ROLE_WORDS.get(person, person)})" if person else name


def _why(entry: Entry) -> str:
    return without_token(clean_text(entry.why))


def _change(entry: Entry, book: Book) -> str:
    """ "hạn cũ → hạn mới"; "" where an action says everything."""
    if entry.action in ("accepted", "returned", "plan-applied", "refused", "settled") and not _DAY.search(
        entry.new or ""
    ):
        return ""
    old, new = _value(entry.old, book), _value(entry.new, book)
    if old and new and old != new:
        return f"{old} → {new}"
    return leading_capital(new) if new and entry.action not in _SAYS_ALL else ""


_SAYS_ALL = (
    "dropped", "held", "undropped", "expired", "withdrawn", "released", "waived", "lifted", "undone",
    "extension-refused", "event-recorded", "event-file", "event-opened",
)  # fmt: skip


def _value(text: str | None, book: Book) -> str:
    if not text:
        return ""
    plain = clean_text(text)
    reading: tuple[Callable[[str], str | None], ...] = (_VALUES.get, _day_words, _number_words)
    found = next((words for read in reading if (words := read(plain))), None)
    if found is not None:
        return found
    kind, _, rest = plain.partition(":")
    if kind in _VALUES and rest.isdigit():  # "reported:12": a state and the number of the answer behind it
        return f"{_VALUES[kind]} (số {rest})"
    parts = [agency_name(book, part.strip()) for part in plain.split(",")]
    return "; ".join(parts)


def _day_words(text: str) -> str | None:
    return full_day(date.fromisoformat(text)) if _DAY.fullmatch(text) else None


def _number_words(text: str) -> str | None:
    return number(int(text)) if _PLAIN_NUMBER.fullmatch(text) else None
