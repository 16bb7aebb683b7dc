"""How commands open a plan file with its configuration, and the app with its store."""

from __future__ import annotations

import os
from pathlib import Path

from dondoc import settings
from dondoc.errors import ProblemsFound
from dondoc.loading import Workspace, load_workspace

CONFIG_HELP = "Thư mục cấu hình (mặc định: DONDOC_CONFIG hoặc ./config)"


def open_workspace(file: Path, config: Path | None = None) -> Workspace:
    """The plan with directory, calendar, regime and ladder. Raises ProblemsFound with every error at once."""
    loaded = load_workspace(file, config or settings.read(os.environ).config)
    errors = [problem for problem in loaded.problems if problem.severity == "error"]
    if errors or loaded.value is None:
        raise ProblemsFound(errors or loaded.problems)
    return loaded.value
