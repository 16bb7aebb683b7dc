"""Câu chuyện của PAR INDEX: một tiêu chí được tự chấm, có minh chứng; tiêu chí khác chưa nhiệm vụ nào phục vụ."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from story_help import document, done, town_on
from town import CONFIG, Town, only

from dondoc.domain.moments import at
from dondoc.services import assessing, reviewing
from dondoc.services.assessing import Assessed, Assessment

PLAN = "hung-yen-2024"
REVIEW_PLAN = f"{PLAN}/I.2.5/-/1/so-tu-phap"
POINTS = """year: 2024
cites: Bảng điểm do cơ quan nạp, văn bản mẫu
points:
- code: "2.2.1"
  max_points: 0.5
  self_score: 0.5
"""


@pytest.fixture
def town(database_url: str, tmp_path: Path) -> Iterator[Town]:
    """Người phụ trách đã quyết định: nhiệm vụ I.2.5 phục vụ tiêu chí 2.2.1; liên kết khác vẫn là đề xuất."""
    shipped = only(document(PLAN), "I.2.5", "I.2.8")
    tasks = tuple(replace(t, criteria=("2.2.1",) if t.id == "I.2.5" else ()) for t in shipped.plan.tasks)
    with town_on(date(2024, 1, 2), database_url, tmp_path) as opened:
        opened.apply(replace(shipped, plan=replace(shipped.plan, tasks=tasks)), assign=False)
        yield opened


def criterion(found: Assessment, code: str) -> Assessed:
    return next(row for row in found.rows if row.served.criterion.code == code)


def test_mot_tieu_chi_duoc_tu_cham_co_minh_chung(town: Town, tmp_path: Path) -> None:
    # Sở Tư pháp báo đã ban hành kế hoạch rà soát văn bản ngày 20/3; chưa duyệt thì chưa phải minh chứng.
    done(town, REVIEW_PLAN, date(2024, 3, 20), "12/KH-UBND")
    assert criterion(assessing.assess(town.app, PLAN, town.moment), "2.2.1").evidence == ()

    # Duyệt rồi: tiêu chí có minh chứng. Chưa nạp bảng điểm thì không có điểm nào, và không điểm nào được nghĩ ra.
    reviewing.accept(town.app, REVIEW_PLAN, by="so-noi-vu", now=town.moment)
    end = at(date(2024, 12, 31))
    found = assessing.assess(town.app, PLAN, end)
    (shown,) = criterion(found, "2.2.1").evidence
    assert (shown.agency, shown.document_number) == ("so-tu-phap", "12/KH-UBND")
    assert (found.table, found.total.maximum, found.total.self_score) == (None, 0, None)

    # Cơ quan nạp bảng điểm của năm, tự chấm 0,5: cộng theo lĩnh vực và cả chỉ số; chưa thẩm định thì để trống.
    config = tmp_path / "config"
    shutil.copytree(CONFIG, config)
    (config / "par-index").mkdir(exist_ok=True)
    (config / "par-index" / "2024.yaml").write_text(POINTS, encoding="utf-8")
    app = replace(town.app, settings=replace(town.app.settings, config=config))
    scored = assessing.assess(app, PLAN, end)
    row = criterion(scored, "2.2.1")
    assert row.points is not None and row.points.self_score == Decimal("0.5") and row.evidence == (shown,)
    sums = {component.code: total.self_score for component, total in scored.totals}
    assert sums["2"] == scored.total.self_score == Decimal("0.5")
    assert scored.total.appraised is None

    # Tiêu chí không có nhiệm vụ nào do người quyết định thì là chỗ trống, dù đã có đề xuất.
    index = assessing.index_of(config)
    plan = document(PLAN).plan
    assert len(assessing.gaps(index, plan)) == len(index.leaves) == 97
    assert any(one.proposed for one in assessing.gaps(index, plan))
