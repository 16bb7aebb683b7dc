"""Where a form was sent from, as far as the browser says."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.requests import Request


def comes_from_here(request: Request, public_url: str | None) -> bool:
    """False when the browser says that another site's page sent the request. An old browser that says nothing passes:
    the form's token decides then.

    Behind a proxy the address that people type is the public one; without one it is the Host that was asked for.
    """
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = request.headers.get("origin")
    if origin is None:
        return True
    ours = {request.headers.get("host", ""), urlsplit(public_url or "").netloc} - {""}
    return urlsplit(origin).netloc in ours
