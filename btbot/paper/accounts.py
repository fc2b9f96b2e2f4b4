"""Who trades at the exchange: accounts and their keys, and the file that keeps them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, get_args

from btbot.errors import ConfigError, did_you_mean
from btbot.exchange.units import text, units
from btbot.paper.keys import Key, KeyKind, checked, key_pair, random_text
from btbot.paper.secret_file import read_secret, write_secret

FIRST = "default"
_WRITTEN = [one.name for one in fields(Key) if one.name != "account"]
_FEES = ("maker", "taker", "discount")


@dataclass(frozen=True, slots=True)
class Account:
    """What does not change by trading; all in units of 1e-8 of a fraction (0.001 is 100_000).

    Attributes
    ----------
    discount
        The part of a fee that is charged where it is paid in the discount asset: 0.75 is a quarter off, 0 never is.
    """

    name: str
    maker: int = 100_000
    taker: int = 100_000
    discount: int = 75_000_000


class Accounts:
    """Accounts by name and keys by their text; every change is written to the file at once.

    Parameters
    ----------
    path
        ``keys.json``, mode 0600. None keeps everything in memory.

    Examples
    --------
    >>> accounts = Accounts()
    >>> key, _ = accounts.add_key("alice", name="bot")
    >>> accounts.key(key.api_key).account
    'alice'
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self._accounts: dict[str, Account] = {}
        self._keys: dict[str, Key] = {}

    @classmethod
    def open(
        cls,
        path: Path | None,
        *,
        names: Iterable[str] = (FIRST,),
        fees: Mapping[str, int] | None = None,
        now_ms: int = 0,
    ) -> Accounts:
        """Read the file, and give every name that is not in it an account with those fees and an HMAC key.

        Raises
        ------
        ConfigError
            If others may read the file or something in it is wrong.
        """
        accounts = cls(path)
        if path is not None and path.exists():
            accounts._read(read_secret(path))
        for name in names:
            if name not in accounts._accounts:
                accounts.add_account(name, fees)
                accounts.add_key(name, name="main", now_ms=now_ms)
        return accounts

    def names(self) -> list[str]:
        return list(self._accounts)

    def account(self, name: str) -> Account:
        """Return an account.

        Raises
        ------
        ConfigError
            If there is none of that name.
        """
        if name not in self._accounts:
            known = ", ".join(self._accounts) or "none"
            raise ConfigError(f"there is no account {name!r}, only {known}{did_you_mean(name, self._accounts)}")
        return self._accounts[name]

    def key(self, api_key: str) -> Key | None:
        """Return the key with that text, None where nobody has it."""
        return self._keys.get(api_key)

    def keys(self, account: str | None = None) -> list[Key]:
        """Return all keys, or those of one account, oldest first."""
        return [key for key in self._keys.values() if account is None or key.account == account]

    def add_account(self, name: str, fees: Mapping[str, int] | None = None) -> Account:
        """Open an account, or change the fees (`maker`, `taker`, `discount`) of one that is there."""
        if not name or len(name) > 40 or not name.replace("-", "").replace("_", "").isalnum() or not name.isascii():
            raise ConfigError(f"account {name!r}: must be 1 to 40 letters, digits, - or _")
        values = {fee: getattr(self._accounts.get(name, Account(name)), fee) for fee in _FEES} | dict(fees or {})
        account = Account(name, **values)
        for fee in _FEES:
            if not 0 <= getattr(account, fee) <= 10**8:
                raise ConfigError(
                    f"account {name!r}: {fee}: must be between 0 and 1, was {text(getattr(account, fee))}"
                )
        self._accounts[name] = account
        self._write()
        return account

    def add_key(self, account: str, *, kind: KeyKind = "HMAC", now_ms: int = 0, **wanted: Any) -> tuple[Key, str]:
        """Add a key to an account, which is opened where it is not there.

        Parameters
        ----------
        wanted
            Further fields of `Key`. What is missing of `api_key`, `secret` and `public_key` is made.

        Returns
        -------
        The key, and the private key (PEM) if a pair was made here, which nobody keeps; else an empty text.
        """
        private = ""
        name = wanted.pop("name", None) or f"key{len(self.keys(account)) + 1}"
        if kind == "HMAC":
            wanted["secret"] = wanted.get("secret") or random_text()
        elif not wanted.get("public_key"):
            private, wanted["public_key"] = key_pair(kind)
        api_key = wanted.pop("api_key", None) or random_text()
        key = checked(Key(name=name, account=account, api_key=api_key, kind=kind, created_ms=now_ms, **wanted))
        if key.api_key in self._keys:
            raise ConfigError(f"key {name!r} of account {account!r}: api_key: is in use already")
        if account not in self._accounts:
            self.add_account(account)
        self._keys[key.api_key] = key
        self._write()
        return key, private

    def change_key(self, api_key: str, **changes: Any) -> Key:
        """Change the name, the permissions or the addresses of a key."""
        allowed = {"name", "reading", "trading", "withdrawals", "ips"}
        for one in changes:
            if one not in allowed:
                raise ConfigError(f"key: {one!r} cannot be changed, only {', '.join(sorted(allowed))}")
        key = checked(replace(self._found(api_key), **changes))
        self._keys[api_key] = key
        self._write()
        return key

    def remove_key(self, api_key: str) -> None:
        """Revoke a key."""
        self._found(api_key)
        del self._keys[api_key]
        self._write()

    def _found(self, api_key: str) -> Key:
        if api_key not in self._keys:
            raise ConfigError(f"there is no key {api_key!r}")
        return self._keys[api_key]

    def _write(self) -> None:
        if self.path is None:
            return
        entries = {
            name: {fee: text(getattr(account, fee)) for fee in _FEES}
            | {"keys": [_entry(key) for key in self.keys(name)]}
            for name, account in self._accounts.items()
        }
        write_secret(self.path, json.dumps({"version": 1, "accounts": entries}, indent=2) + "\n")

    def _read(self, content: str) -> None:
        try:
            document = json.loads(content)
            entries = document["accounts"].items()
            if document["version"] != 1:
                raise ConfigError(f"{self.path}: is of version {document['version']!r}, this btbot reads version 1")
            for name, entry in entries:
                self._accounts[name] = Account(name, **{fee: units(entry[fee]) for fee in _FEES if fee in entry})
                for one in entry.get("keys", []):
                    key = _key(name, one)
                    self._keys[key.api_key] = key
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ConfigError(f"{self.path}: is no file of accounts and keys ({error}); repair or delete it") from error
        except ConfigError as error:
            raise ConfigError(f"{self.path}: {error}") from error


def _entry(key: Key) -> dict[str, Any]:
    entry = asdict(key)
    del entry["account"], entry["public_key" if key.kind == "HMAC" else "secret"]
    return entry


def _key(account: str, entry: dict[str, Any]) -> Key:
    for name in entry:
        if name not in _WRITTEN:
            raise ConfigError(f"account {account!r}: {name!r} is no field of a key{did_you_mean(name, _WRITTEN)}")
    if entry.get("kind", "HMAC") not in get_args(KeyKind):
        raise ConfigError(f"account {account!r}: kind must be one of HMAC, RSA, Ed25519, was {entry['kind']!r}")
    return checked(Key(account=account, **{**entry, "ips": tuple(entry.get("ips", ()))}))
