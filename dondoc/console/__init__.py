"""The pages: server-rendered, Vietnamese first, no script and nothing loaded from elsewhere."""

from dondoc.console.app import Addresses, console_app
from dondoc.console.logs import hide_tokens

__all__ = ["Addresses", "console_app", "hide_tokens"]
