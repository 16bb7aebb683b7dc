"""A command of dondoc run in this process, through the program's own entry: much quicker than a process of its own."""

from __future__ import annotations

import io
import json
import logging
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest

from dondoc import bootstrap, cli
from dondoc.loading import load_calendar

_calendar = cache(load_calendar)
"""Read once: a command in a process of its own reads the five years' files each time."""


def _loggers() -> list[logging.Logger]:
    known = logging.root.manager.loggerDict.values()
    return [logging.root, *(one for one in known if isinstance(one, logging.Logger))]


def _handlers() -> set[logging.Handler]:
    return {handler for logger in _loggers() for handler in logger.handlers}


def _take_away(before: set[logging.Handler]) -> None:
    """Prefect, imported by a command, has its log written to this test's standard error: the next test has another."""
    for logger in _loggers():
        for handler in [one for one in logger.handlers if one not in before]:
            logger.removeHandler(handler)


@dataclass(frozen=True)
class Said:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it said to machines; nothing else may stand on stdout."""
        return json.loads(self.out)


@dataclass(frozen=True)
class Here:
    """Where commands run: their environment is given to each; pytest takes it back after the test."""

    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def command(self, environment: Mapping[str, str], *words: object, text: str = "") -> Said:
        """`dondoc WORDS…`, with `text` on standard input."""
        for name in [name for name in os.environ if name.startswith("DONDOC_")]:
            self.monkeypatch.delenv(name)
        for name, value in environment.items():
            self.monkeypatch.setenv(name, value)
        self.monkeypatch.setattr(bootstrap, "load_calendar", _calendar)
        self.monkeypatch.setattr(sys, "argv", ["dondoc", *map(str, words)])
        if text:
            self.monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8"))
        self.capsys.readouterr()
        before = _handlers()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        _take_away(before)
        out, err = self.capsys.readouterr()
        assert "Traceback" not in err
        return Said(int(ended.value.code or 0), out, err)
