"""What Jinja made of a template, kept for the life of the process: each answer and sweep opens an environment anew."""

from __future__ import annotations

from types import CodeType

from jinja2.bccache import Bucket, BytecodeCache


class CompiledTemplates(BytecodeCache):
    """One entry for each template file; a file that was edited is compiled again.

    Every kind of environment needs a cache of its own: what Jinja makes of a file depends on the environment's options.
    """

    def __init__(self) -> None:
        self._kept: dict[str, tuple[str, CodeType | None]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill `bucket` when its very text was compiled before."""
        checksum, code = self._kept.get(bucket.key, ("", None))
        if checksum == bucket.checksum:
            bucket.code = code

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled, in place of what the same file gave earlier."""
        self._kept[bucket.key] = bucket.checksum, bucket.code
