import json
import stat

import pytest
from cryptography.hazmat.primitives import serialization

from btbot.errors import ConfigError
from btbot.paper.accounts import Accounts
from btbot.paper.keys import Key, key_pair, random_text


@pytest.fixture
def path(tmp_path):
    return tmp_path / "keys.json"


def test_first_start_makes_one_key_that_can_trade_but_not_withdraw(path):
    accounts = Accounts.open(path, now_ms=7)
    assert accounts.names() == ["default"]
    (key,) = accounts.keys("default")
    assert (key.name, key.kind, key.reading, key.trading, key.withdrawals, key.ips, key.created_ms) == (
        "main", "HMAC", True, True, False, (), 7,
    )  # fmt: skip
    assert len(key.api_key) == len(key.secret) == 64
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_later_starts_read_the_same_keys_and_open_new_names(path):
    first = Accounts.open(path, names=["default", "alice"], fees={"maker": 5, "taker": 7})
    again = Accounts.open(path, names=["default", "bob"])
    assert again.names() == ["default", "alice", "bob"]
    assert again.keys("alice") == first.keys("alice")
    assert (again.account("alice").maker, again.account("alice").taker) == (5, 7)
    assert again.account("bob").maker == 100_000


def test_no_change_of_keys_is_lost(path):
    accounts = Accounts.open(path)
    first = accounts.keys()[0]
    accounts.change_key(first.api_key, trading=False, withdrawals=True, ips=("10.0.0.0/8", "127.0.0.1"))
    second, private = accounts.add_key("default", name="rsa", kind="Ed25519")
    accounts.add_account("carol", {"discount": 0})
    again = Accounts.open(path)
    assert [again.key(one.api_key) for one in accounts.keys(None)] == accounts.keys(None)
    assert again.key(first.api_key).ips == ("10.0.0.0/8", "127.0.0.1")
    assert again.account("carol").discount == 0
    again.remove_key(first.api_key)
    assert [one.name for one in Accounts.open(path).keys(None)] == ["rsa"]
    assert "PRIVATE" in private
    assert "PRIVATE" not in path.read_text()
    assert second.secret == ""


@pytest.mark.parametrize("kind", ["RSA", "Ed25519"])
def test_a_pair_fits_together(kind):
    key, private = Accounts().add_key("alice", kind=kind)
    loaded = serialization.load_pem_private_key(private.encode(), None)
    public = loaded.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    assert public.decode() == key.public_key


def test_own_public_key_is_taken(path):
    _, public = key_pair("Ed25519")
    key, private = Accounts.open(path).add_key("default", kind="Ed25519", public_key=public)
    assert (key.public_key, private) == (public, "")


def test_secrets_are_not_shown():
    key, _ = Accounts().add_key("alice")
    assert key.secret not in repr(key)


def test_addresses_limit_a_key():
    key = Key("a", "b", "c", ips=("10.1.0.0/16", "::1"))
    assert [key.allows(ip) for ip in ("10.1.2.3", "10.2.0.1", "::1", "", "nonsense")] == [
        True,
        False,
        True,
        False,
        False,
    ]
    assert Key("a", "b", "c").allows("8.8.8.8")


def change(path, entry):
    document = json.loads(path.read_text())
    document["accounts"]["default"]["keys"][0] |= entry
    path.write_text(json.dumps(document))


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"tradng": True}, "account 'default': 'tradng' is no field of a key; did you mean 'trading'?"),
        ({"kind": "DSA"}, "account 'default': kind must be one of HMAC, RSA, Ed25519, was 'DSA'"),
        ({"secret": "abc"}, "key 'main' of account 'default': secret: an HMAC key needs one of at least 16 characters"),
        (
            {"api_key": "a b"},
            "key 'main' of account 'default': api_key: must be at least 16 letters and digits, was 'a b'",
        ),
        (
            {"ips": ["300.1.1.1"]},
            "key 'main' of account 'default': ips: must be addresses such as 127.0.0.1 or 10.0.0.0/8, was '300.1.1.1'",
        ),
        (
            {"kind": "RSA", "public_key": "x"},
            "key 'main' of account 'default': public_key: must be the PEM text of the public half of an RSA pair",
        ),
    ],
)
def test_a_mistake_in_the_file_is_one_message(path, entry, message):
    Accounts.open(path)
    change(path, entry)
    with pytest.raises(ConfigError) as caught:
        Accounts.open(path)
    assert str(caught.value) == f"{path}: {message}"


@pytest.mark.parametrize("content", ["", "{", "[]", '{"version": 1}', '{"version": 1, "accounts": {"a": 5}}', "null"])
def test_a_file_of_something_else_is_refused(path, content):
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(ConfigError, match=r"is no file of accounts and keys .*; repair or delete it"):
        Accounts.open(path)


def test_a_file_of_another_version_is_refused(path):
    path.write_text('{"version": 2, "accounts": {}}')
    path.chmod(0o600)
    with pytest.raises(ConfigError, match="is of version 2, this btbot reads version 1"):
        Accounts.open(path)


def test_messages_of_calls():
    accounts = Accounts()
    accounts.add_key("alice", api_key="k" * 20)
    for call, message in [
        (lambda: accounts.account("alise"), "there is no account 'alise', only alice; did you mean 'alice'?"),
        (lambda: accounts.add_account("a b"), "account 'a b': must be 1 to 40 letters, digits, - or _"),
        (lambda: accounts.add_account("x", {"maker": -1}), "account 'x': maker: must be between 0 and 1, was -0.00000001"),
        (lambda: accounts.add_key("bob", name="b", api_key="k" * 20), "key 'b' of account 'bob': api_key: is in use already"),
        (lambda: accounts.change_key("k" * 20, secret="x"), "key: 'secret' cannot be changed, only ips, name, reading, trading, withdrawals"),
        (lambda: accounts.remove_key("nobody"), "there is no key 'nobody'"),
    ]:  # fmt: skip
        with pytest.raises(ConfigError) as caught:
            call()
        assert str(caught.value) == message
    assert accounts.names() == ["alice"]


def test_random_text_is_random():
    assert len({random_text() for _ in range(100)}) == 100
