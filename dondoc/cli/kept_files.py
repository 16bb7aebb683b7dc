"""Files that come with a command: checked and kept as those of a page."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from dondoc.errors import Problem, ProblemsFound
from dondoc.intake.files import Checked
from dondoc.services import attachments
from dondoc.services.app import App


def kept(app: App, paths: Iterable[Path]) -> tuple[Checked, ...]:
    """The files, checked and kept; raises ProblemsFound naming every one that is not taken."""
    kept, problems = [], []
    for path in paths:
        try:
            with path.open("rb") as stream:
                judged = attachments.take(app, path.name, stream)
        except OSError as error:
            judged = Problem(path.name, None, "error", "file-unreadable", f"không đọc được ({error.strerror}).")
        kept.append(judged) if isinstance(judged, Checked) else problems.append(judged)
    if problems:
        raise ProblemsFound(problems)
    return tuple(kept)
