"""Frozen as JSON and read back, nothing is lost."""

from __future__ import annotations

import json
from pathlib import Path

from dondoc.domain import codec
from dondoc.loading import load_workspace, shift

ROOT = Path(__file__).resolve().parents[2]


def test_a_whole_workspace_survives_json() -> None:
    loaded = load_workspace(ROOT / "plans" / "hung-yen-2024.yaml", ROOT / "config").require()
    for workspace in (loaded, shift(loaded, 2026)):
        plan = json.loads(json.dumps(codec.plan_to_json(workspace.plan), ensure_ascii=False))
        directory = json.loads(json.dumps(codec.directory_to_json(workspace.directory), ensure_ascii=False))
        regime = json.loads(json.dumps(codec.regime_to_json(workspace.regime), ensure_ascii=False))
        ladder = json.loads(json.dumps(codec.ladder_to_json(workspace.ladder), ensure_ascii=False))
        assert codec.plan_from_json(plan) == workspace.plan
        assert codec.directory_from_json(directory) == workspace.directory
        assert codec.regime_from_json(regime) == workspace.regime
        assert codec.ladder_from_json(ladder) == workspace.ladder
