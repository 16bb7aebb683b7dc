"""The small province of the core's tests (tests/domain/core_world.py) serves here too."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "domain"))
