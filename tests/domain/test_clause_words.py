"""Each kind of clause in the words that `plan check` shows."""

from __future__ import annotations

from datetime import date

import pytest

from dondoc.domain.clause_words import describe
from dondoc.domain.clauses import AnyClause, By, Every, Offset, Ongoing, Per, Unknown, Upon, Within

CASES: list[tuple[AnyClause, str]] = [
    (By(date=date(2024, 5, 31)), "chậm nhất ngày 31/05/2024"),
    (
        Within(start=date(2024, 1, 1), end=date(2024, 3, 31), label="dự toán"),
        "dự toán: từ 01/01/2024 đến hết 31/03/2024",
    ),
    (Every(period="month"), "hằng tháng"),
    (Every(period="month", on="by day 14"), "hằng tháng, chậm nhất ngày 14"),
    (Every(period="quarter", on="by day 24 of last month"), "hằng quý, chậm nhất ngày 24 của tháng cuối kỳ"),
    (Every(period="year", on="by 11-09"), "hằng năm, chậm nhất ngày 09/11"),
    (Every(period="week", on="by friday"), "hằng tuần, chậm nhất thứ Sáu"),
    (Ongoing(), "thường xuyên, cả năm"),
    (Upon(event="có thay đổi", relation="when", immediate=True), "chờ sự kiện: ngay khi có thay đổi"),
    (Upon(event="Trong quá trình soạn thảo", relation="when"), "chờ sự kiện: trong quá trình soạn thảo"),
    (Upon(event="có kế hoạch", relation="after"), "chờ sự kiện: sau khi có kế hoạch"),
    (Offset(amount=7, unit="working_day", from_="nhận", side="after"), "chờ sự kiện: 7 ngày làm việc kể từ nhận"),
    (Offset(amount=40, unit="day", from_="ngày bầu cử", side="before"), "chờ sự kiện: 40 ngày trước ngày bầu cử"),
    (Per(reference="quy định"), "theo quy định"),
    (Unknown(text="lúc nào rảnh"), "CHƯA HIỂU “lúc nào rảnh”"),
]


@pytest.mark.parametrize(("clause", "words"), CASES)
def test_words(clause: AnyClause, words: str) -> None:
    assert describe(clause) == words
