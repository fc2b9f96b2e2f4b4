import pytest

from btbot.config.mask import MASK, is_secret_key, mask_url, secrets, shown


@pytest.mark.parametrize(
    ("url", "masked"),
    [
        ("postgresql://bot:hush@db:5432/x", f"postgresql://bot:{MASK}@db:5432/x"),
        ("postgresql+psycopg://:hush@db/x", f"postgresql+psycopg://:{MASK}@db/x"),
        ("postgresql://bot@db/x", "postgresql://bot@db/x"),
        ("sqlite:///var/btbot.db", "sqlite:///var/btbot.db"),
    ],
)
def test_mask_url(url, masked):
    assert mask_url(url) == masked


def test_secrets_are_found_by_key_and_by_address_at_any_depth():
    data = {
        "exchange": {"api_key": "x", "name": "binance", "password": None},
        "feed": {"apiKey": "y", "paths": ["http://u:p@h"]},
        "strategies": [{"params": {"token": "BTC", "db_password": 5}}],
        "database": f"pg://u:{MASK}@h",
    }
    assert list(secrets(data)) == [
        ("exchange", "api_key"),
        ("feed", "apiKey"),
        ("feed", "paths", 0),
        ("strategies", 0, "params", "db_password"),
    ]


def test_is_secret_key():
    assert [is_secret_key(key) for key in ("secret", "SECRET", "bot_token", "keys", 3)] == [
        True,
        True,
        True,
        False,
        False,
    ]


def test_shown():
    assert shown("hush", ("exchange", "secret")) == MASK
    assert shown("http://u:hush@h", ("x",)) == f"'http://u:{MASK}@h'"
    assert shown({}, ("x",)) == "a mapping"
    assert shown([], ("x",)) == "a list"
    assert shown(None, ("x",)) == "nothing"
    assert shown(True, ("x",)) == "true"
    assert shown(2.5, ("x",)) == "2.5"
