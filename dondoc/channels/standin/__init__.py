"""A stand-in for Zalo: a server that answers as Zalo's documentation says, and sends nothing to anybody.

The demo shows people on its page what would have reached them; tests make it fail on demand. What Zalo does is taken
from its public documentation, not from a live account.
"""

from __future__ import annotations

from dondoc.channels.standin.account import Account, Identity
from dondoc.channels.standin.faults import Fault, Faults
from dondoc.channels.standin.people import Message, Person
from dondoc.channels.standin.server import DEMO_APP_ID, DEMO_APP_SECRET, DEMO_OA_ID, ZaloStandIn, standin_app
from dondoc.channels.standin.tokens import Pair

__all__ = [
    "DEMO_APP_ID",
    "DEMO_APP_SECRET",
    "DEMO_OA_ID",
    "Account",
    "Fault",
    "Faults",
    "Identity",
    "Message",
    "Pair",
    "Person",
    "ZaloStandIn",
    "standin_app",
]
