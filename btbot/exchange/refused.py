"""What an exchange answers when it says no."""

from __future__ import annotations


class Refused(Exception):
    """A request without effect, with the code and text that Binance gives for it.

    Parameters
    ----------
    code
        Such as -2010.
    message
        Such as ``Account has insufficient balance for requested action.``
    status
        Of HTTP: 400 for most, 401, 403, 409, 418, 429, 5xx.
    data
        Further fields of the error body, as cancel-replace has them.
    """

    def __init__(self, code: int, message: str, *, status: int = 400, data: dict[str, object] | None = None) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.status = status
        self.data = data
