"""What goes wrong between dondoc and a Prefect server, in words; imports nothing of Prefect."""

from __future__ import annotations

from urllib.parse import urlsplit

from dondoc.errors import DondocError


class PrefectError(DondocError):
    """Prefect cannot be reached or refuses us; the text says where and what to do."""


def unreachable(api_url: str) -> PrefectError:
    """Nobody answers at that address, or not in time."""
    return PrefectError(
        f"Không kết nối được máy chủ Prefect tại {_place(api_url)}. Chạy `dondoc up`, hoặc đặt PREFECT_API_URL."
    )


def unauthorised(api_url: str) -> PrefectError:
    """The server wants another login than PREFECT_API_AUTH_STRING."""
    return PrefectError(
        f"Máy chủ Prefect tại {_place(api_url)} từ chối đăng nhập. Đặt PREFECT_API_AUTH_STRING=<người dùng:mật khẩu>."
    )


def unfit(api_url: str, answer: str) -> PrefectError:
    """Something answers there, but not as Prefect does."""
    place = _place(api_url)
    return PrefectError(f"Máy chủ tại {place} không trả lời như Prefect ({answer}). Kiểm tra PREFECT_API_URL.")


def _place(api_url: str) -> str:
    """The address without a login that somebody wrote into it."""
    parts = urlsplit(api_url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
