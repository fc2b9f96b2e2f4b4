"""Who may come in: keys, permissions, signatures, and the time of signed requests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from btbot.exchange import request_refusals as refusals
from btbot.paper.accounts import Accounts
from btbot.paper.api.endpoint import Security
from btbot.paper.api.signing import check_signature
from btbot.paper.api.timing import Stamp, read_stamp
from btbot.paper.keys import Key


@dataclass(frozen=True, slots=True)
class Admission:
    """A caller who was let in; `stamp` is to be looked at again before the request takes effect."""

    key: Key
    stamp: Stamp


def admit(
    accounts: Accounts,
    security: Security,
    raw: Mapping[str, str],
    *,
    api_key: str,
    ip: str,
    now_ms: int,
    payload: Callable[[], str],
    signed: bool = True,
) -> Admission:
    """Check a call that is not public.

    Parameters
    ----------
    payload
        Gives what the call was signed over.
    signed
        False for calls of a session that is logged on: these need no signature, but a timestamp like all others.

    Raises
    ------
    Refused
        -2014 without a key, -2015 for a key that is unknown or may not do this from here, -1102, -1021, -1022.
    """
    if not (api_key.isascii() and api_key.isalnum()):
        raise refusals.bad_key_format()
    key = accounts.key(api_key)
    if key is None or not key.allows(ip):
        raise refusals.rejected_key()
    stamp = read_stamp(raw)
    if signed and not raw.get("signature"):
        raise refusals.missing("signature")
    stamp.check_arrival(now_ms)
    if signed:
        check_signature(key, payload(), raw["signature"])
    if not (key.trading if security == "TRADE" else key.reading):
        raise refusals.rejected_key()
    return Admission(key, stamp)
