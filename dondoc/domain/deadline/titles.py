"""The names of the rules for people: what `dondoc deadline --explain` shows behind each name."""

from __future__ import annotations

RULE_TITLES = {
    "before": "trước: hạn là ngày liền trước",
    "at-latest": "chậm nhất, đến hết: hạn là ngày cuối",
    "on-day": "một ngày: hạn là ngày ấy",
    "within": "khoảng thời gian, danh sách hoặc từ … đến …",
    "range": "từ … đến …, kèm số ngày",
    "every": "định kỳ",
    "every-on": "định kỳ vào ngày nêu rõ",
    "every-year-on": "hằng năm vào ngày nêu rõ",
    "ongoing": "thường xuyên",
    "years-after": "các năm tiếp theo",
    "event": "khi có sự việc",
    "sudden": "đột xuất",
    "length": "khoảng thời gian tính từ một mốc",
    "reference": "theo văn bản hoặc yêu cầu khác",
    "unknown": "không hiểu chắc chắn",
}
