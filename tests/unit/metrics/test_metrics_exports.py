"""What the folder offers."""

import btbot.metrics


def test_every_promised_name_is_there():
    assert all(hasattr(btbot.metrics, name) for name in btbot.metrics.__all__)
    assert len(btbot.metrics.__all__) < 15
