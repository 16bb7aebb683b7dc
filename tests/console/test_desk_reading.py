"""The pages that only read: smoke."""
import pytest
from office import *
from seat_help import Seat

@pytest.mark.parametrize("path", ["/theo-doi", "/theo-doi/ke-hoach", "/theo-doi/co-quan", "/theo-doi/thu", f"/theo-doi/ke-hoach/{PLAN_ID}", f"/theo-doi/ke-hoach/{PLAN_ID}/danh-sach.csv",
  f"/theo-doi/ke-hoach/{PLAN_ID}/nhiem-vu/I.2.5", f"/theo-doi/ke-hoach/{PLAN_ID}/nhiem-vu/bao-cao", "/theo-doi/co-quan/so-tu-phap"])
def test_pages(seat: Seat, office: Office, path: str) -> None:
    office.submit(QUARTER, kind="done", note="xong", by=JUSTICE)
    r = seat("read").get(path)
    assert r.status_code == 200, r.text
