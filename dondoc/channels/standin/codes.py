"""Zalo's error numbers that the stand-in gives, with their words (Zalo OA documentation, error codes; OAuth v4).

The OA API and OAuth have families of their own: the same number may mean different things in the two.
"""

from __future__ import annotations

from typing import Final

TOO_MANY: Final = -32
SEND_FAILED: Final = -200
BAD_FIELD: Final = -201
OVER_LIMIT: Final = -210
QUOTA_SPENT: Final = -211
NOT_FOLLOWED: Final = -213
BAD_TOKEN: Final = -216
OLD_TOKEN: Final = -220
INACTIVE: Final = -227
NO_INTERACTION: Final = -230
UNSUPPORTED: Final = -233
RESTRICTED: Final = -244

BAD_APP: Final = -14002
BAD_SECRET: Final = -14004
BAD_CODE: Final = -14005
BAD_GRANT: Final = -14018
BAD_REFRESH: Final = -14020

OA_WORDS: Final = {
    TOO_MANY: "Application has reached its limit of requests per minute",
    -100: "Attachment has expired",
    SEND_FAILED: "Send message failed",
    BAD_FIELD: "Parameter is invalid",
    -204: "Official Account has been deleted",
    -205: "Official Account does not exist",
    -209: "Application is not active",
    OVER_LIMIT: "Parameter is over its limit",
    QUOTA_SPENT: "Out of quota",
    -212: "Official Account has not registered this API",
    NOT_FOLLOWED: "User has not followed the Official Account",
    BAD_TOKEN: "Access token is invalid",
    -217: "User has blocked invitations",
    -218: "Out of the quota of messages that this user receives",
    -219: "Application has been removed or disabled",
    OLD_TOKEN: "Access token has expired or has been removed",
    -221: "Official Account has not been verified",
    -223: "Official Account has not authorised the application",
    -224: "The package of the Official Account does not hold this feature",
    INACTIVE: "User is banned or has been inactive for more than 45 days",
    NO_INTERACTION: "User has not interacted with the Official Account in the past 7 days",
    -232: "The last interaction of the user has expired",
    UNSUPPORTED: "Message type is not supported",
    -234: "This message cannot be sent between 22:00 and 06:00",
    -235: "This type of Official Account is not supported",
    -240: "Message API V2 has been shut down, use V3",
    -242: "appsecret_proof is invalid",
    RESTRICTED: "User has restricted this kind of message",
    -248: "Message breaks the rules of the platform",
    -320: "Application has not been linked to a billing account",
    -321: "The billing account has run out of money",
}

OAUTH_WORDS: Final = {
    BAD_APP: "Invalid app id",
    -14003: "Invalid redirect uri",
    BAD_SECRET: "Invalid secret key",
    BAD_CODE: "Invalid authorization code",
    BAD_GRANT: "Invalid grant type",
    BAD_REFRESH: "Refresh token is used or expired",
    -14029: "Application has not been approved",
}


class Refused(Exception):
    """A call that Zalo answers with an error number; `message` falls back to the number's words in `OA_WORDS`."""

    def __init__(self, code: int, message: str = "") -> None:
        self.code = code
        self.message = message or OA_WORDS.get(code, "Unknown error")
        super().__init__(f"{code} {self.message}")
