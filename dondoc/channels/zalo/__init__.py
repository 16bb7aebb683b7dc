"""Zalo Official Account: consultation messages by a plugin of our own, and the rotating pair of tokens behind it."""

from __future__ import annotations

from dondoc.channels.zalo.client import Http, Unanswered, Unsent
from dondoc.channels.zalo.oauth import Account, OauthClient, Pair, RefreshRefused, Throttled, Tokens, is_token
from dondoc.channels.zalo.plugin import ZaloChannel, ZaloOaPlugin
from dondoc.channels.zalo.settings import ZaloSettings, ZaloSettingsError

__all__ = [
    "Account",
    "Http",
    "OauthClient",
    "Pair",
    "RefreshRefused",
    "Throttled",
    "Tokens",
    "Unanswered",
    "Unsent",
    "ZaloChannel",
    "ZaloOaPlugin",
    "ZaloSettings",
    "ZaloSettingsError",
    "is_token",
]
