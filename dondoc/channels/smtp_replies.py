"""What a mail server's answer means for the message: one table, read from the top, the first row that fits decides.

A reply has a basic code (RFC 5321) and often an enhanced one (RFC 3463), which says more: 550 alone may be about the
recipient, the message or us; 550 5.1.1 is about the recipient. `docs/email-replies.md` tells operators the same table.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

from dondoc.channels.outcomes import OutcomeKind

Phase = Literal["session", "mail", "rcpt", "data", "sent"]
"""Which command was answered: `session` is all that comes before MAIL, `sent` is the final dot of the message."""

CLOSED_DAYS = 30
"""How long an address that does not exist is left alone: long enough to be mended, short enough to be noticed."""

_ANY: tuple[Phase, ...] = ("session", "mail", "rcpt", "data", "sent")
_NAMED: tuple[Phase, ...] = ("rcpt", "data", "sent")
"""The server knows the recipient, and only one: what it says here is about him or this message, unless it says so."""

_OUR_ADDRESS = "5.1.7 5.1.8 5.7.60 5.2.252"
_OUR_SERVER = "5.7.1 5.7.23 5.7.25 5.7.27"
"""Relaying, SPF, the reverse name and the sender's null MX."""
_NO_MAILBOX = "5.1.1 5.1.2 5.1.3 5.1.4 5.1.6 5.1.10"
"""Not 5.1.0: with it some servers mean the sender's address."""

# Some servers (qmail, IronPort) write "(#5.1.1)" or "#5.1.0"; an address such as 5.1.1.2 is not a status.
_STATUS = re.compile(r"(?m)(?:^\s*#?|\(#)([45]\.[0-9]{1,3}\.[0-9]{1,3})(?!\.?[0-9])")


@dataclass(frozen=True, slots=True)
class Rule:
    """One row. `codes` and `statuses` are patterns with blanks between them ("?" one digit, "*" anything or nothing).

    `meaning` is for operators; `source` is where it is written. `closes_days` as in Outcome.
    """

    phases: tuple[Phase, ...]
    codes: str
    statuses: str
    kind: OutcomeKind
    meaning: str
    source: str
    closes_days: int | None = None

    def fits(self, phase: Phase, code: int, status: str) -> bool:
        """Whether the row speaks of this reply; `status` is "" when the server gave no enhanced code."""
        return phase in self.phases and _matches(str(code), self.codes) and _matches(status, self.statuses)


RULES: tuple[Rule, ...] = (
    # Passing: nothing was delivered, a later try may work.
    Rule(_ANY, "4??", "4.2.2", "retry", "Hộp thư người nhận đang đầy", "RFC 3463 §3.3"),
    Rule(_ANY, "4??", "4.2.1", "retry", "Hộp thư người nhận đang bận hoặc tạm khóa", "RFC 3463 §3.3"),
    Rule(_NAMED, "450 451", "4.7.1 4.2.0", "retry", "Danh sách xám: lạ thì bảo gửi lại sau ít phút", "RFC 6647"),
    Rule(_ANY, "421", "*", "retry", "Máy chủ quá tải hoặc sắp dừng", "RFC 5321 §3.8"),
    Rule(_ANY, "4??", "4.3.2 4.5.3 4.7.0", "retry", "Quá nhiều thư, người nhận hoặc kết nối", "RFC 5321 §4.5.3.1.10"),
    Rule(_ANY, "452", "*", "retry", "Máy chủ hết chỗ chứa", "RFC 5321 §4.2.3"),
    Rule(_ANY, "4??", "*", "retry", "Trở ngại tạm thời khác", "RFC 5321 §4.2.1"),
    # Lasting, and (but for size) about us: no message would fare better until a person mends it.
    Rule(_ANY, "530 534 535 538", "*", "administrator", "Tài khoản hoặc cách đăng nhập không đúng", "RFC 4954 §6"),
    Rule(("mail",), "552", "*", "refused", "Thư lớn hơn mức máy chủ nhận", "RFC 1870 §6.1"),
    Rule(("mail", *_NAMED), "5??", "5.3.4 5.2.3", "refused", "Thư quá lớn", "RFC 3463 §3.3, §3.4"),
    Rule(("session", "mail"), "5??", "*", "administrator", "Máy chủ từ chối cơ quan gửi", "RFC 5321 §3.1, §3.3"),
    # Postfix answers MAIL's faults only at RCPT (smtpd_delay_reject), Exchange those of the sender only after the dot.
    Rule(
        _NAMED, "5??", _OUR_ADDRESS, "administrator", "Địa chỉ gửi đi không được chấp nhận", "RFC 3463 §3.2; Exchange"
    ),
    Rule(
        ("rcpt",), "5??", _OUR_SERVER, "administrator", "Không được gửi qua máy chủ này, hoặc bị chặn", "RFC 3463 §3.8"
    ),
    # Lasting, and about the recipient or this message.
    Rule(_NAMED, "5??", _NO_MAILBOX, "refused", "Địa chỉ người nhận không có", "RFC 3463 §3.2", CLOSED_DAYS),
    Rule(_NAMED, "5??", "5.2.1", "refused", "Hộp thư người nhận đã bị khóa", "RFC 3463 §3.3", CLOSED_DAYS),
    Rule(_NAMED, "5??", "5.2.2", "refused", "Hộp thư người nhận đầy, máy chủ không giữ thư", "RFC 3463 §3.3"),
    Rule(_NAMED, "5??", "5.7.*", "refused", "Bộ lọc hoặc quy định bên nhận chặn thư này", "RFC 3463 §3.8"),
    Rule(_NAMED, "521 556", "*", "refused", "Tên miền người nhận không nhận thư", "RFC 7504; RFC 7505", CLOSED_DAYS),
    # After the dot there is no command any more: there a 500 is a line of this message that was too long.
    Rule(("rcpt", "data"), "50[0-4]", "*", "administrator", "Máy chủ không hiểu lệnh", "RFC 5321 §4.2.4"),
    Rule(("rcpt", "data"), "555", "*", "administrator", "Máy chủ không nhận tham số của lệnh", "RFC 5321 §4.1.1.11"),
    Rule(_NAMED, "552", "*", "refused", "Vượt dung lượng: hộp thư đầy hoặc thư quá lớn", "RFC 5321 §4.2.3"),
    Rule(_NAMED, "5??", "*", "refused", "Bị từ chối, máy chủ không nói rõ vì sao", "RFC 5321 §4.2.1"),
    # Not an answer at all.
    Rule(("sent",), "*", "*", "unknown", "Không đọc được câu trả lời cho thư đã gửi", "RFC 5321 §4.2"),
    Rule(_ANY, "*", "*", "retry", "Không đọc được câu trả lời, thư chưa gửi", "RFC 5321 §4.2"),
)
"""First match wins; the last rows fit everything, so there is always one."""


def rule_for(phase: Phase, code: int, text: str) -> Rule:
    """The row that decides what the reply `code` `text` (its lines, without their codes) to `phase` means."""
    status = enhanced_status(code, text)
    return next(rule for rule in RULES if rule.fits(phase, code, status))


def enhanced_status(code: int, text: str) -> str:
    """The enhanced status (`5.1.1`) that the reply carries, or "".

    One whose class contradicts the basic code (`550 4.7.1`) is ignored: which half is meant cannot be known, and RFC
    2034 §4 forbids it.
    """
    found = (match[1] for match in _STATUS.finditer(text))
    return next((status for status in found if status[0] == str(code)[0]), "")


def _matches(text: str, patterns: str) -> bool:
    return any(fnmatchcase(text, pattern) for pattern in patterns.split())
