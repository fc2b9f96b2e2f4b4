"""The kinds of value a key may hold, and the base of all sections."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from btbot.config.document import resolve_words
from btbot.config.mask import is_masked
from btbot.errors import ConfigError
from btbot.timeframe import Timeframe as Length

_DATABASE = re.compile(r"sqlite(\+\w+)?:///(?!:memory:|\?|$).+|postgresql(\+\w+)?://.*", re.DOTALL)
_LENGTH = "^[1-9][0-9]{0,3}[smhdw]$"


class Section(BaseModel):
    """Frozen group of keys; unknown keys are errors and an empty key means its default."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _drop_empty(cls, data: Any) -> Any:
        if not isinstance(data, Mapping):
            return data
        given = {key: value for key, value in data.items() if value is not None or key not in cls.model_fields}
        # A masked secret, as a saved configuration has it, is no secret: it is absent.
        return {key: value for key, value in given.items() if not is_masked(value)}


def _not_a_bool(value: Any) -> Any:
    # Python takes true for 1; a fee of "true" is a slip of the pen.
    if isinstance(value, bool):
        raise PydanticCustomError("custom", "must be a number")
    return value


def _timeframe(value: Any) -> Length:
    if isinstance(value, Length):
        return value
    try:
        return Length.parse(value)
    except ConfigError:
        raise PydanticCustomError(
            "custom", "must be a number and a unit out of s, m, h, d, w, such as 15m, 1h or 1d"
        ) from None


def _span(value: Any) -> int | Length:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    try:
        return _timeframe(value)
    except PydanticCustomError:
        raise PydanticCustomError("custom", "must be a number of bars, or a duration such as 36h, 30d or 12w") from None


def _moment(value: Any) -> dt.datetime:
    """Return a date or time as a time in UTC; what carries no zone is UTC."""
    try:
        if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
            value = dt.datetime(value.year, value.month, value.day, tzinfo=dt.UTC)
        moment = value if isinstance(value, dt.datetime) else dt.datetime.fromisoformat(value.strip())
    except (AttributeError, ValueError):
        raise PydanticCustomError(
            "custom", "must be a date or a time in UTC such as 2024-01-31 or 2024-01-31T12:00"
        ) from None
    return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)


def _distinct(values: tuple[str, ...]) -> tuple[str, ...]:
    for index, value in enumerate(values):
        if value in values[:index]:
            raise PydanticCustomError("custom", "must not repeat an entry, {value} is there twice", {"value": value})
    return values


def _database(address: str) -> str:
    # Whoever opens it reads more of it; that needs SQLAlchemy, which takes long to import.
    if not _DATABASE.fullmatch(address):
        raise PydanticCustomError("custom", "must be sqlite:///FILE or postgresql://USER@HOST/DATABASE")
    return address


NotBool = BeforeValidator(_not_a_bool)
Positive = Annotated[float, Field(gt=0), NotBool]
NotNegative = Annotated[float, Field(ge=0), NotBool]
Share = Annotated[float, Field(gt=0, lt=1), NotBool]
PositiveShare = Annotated[float, Field(gt=0, le=1), NotBool]
ShareOrNothing = Annotated[float, Field(ge=0, lt=1), NotBool]
Count = Annotated[int, Field(ge=0), NotBool]
PositiveCount = Annotated[int, Field(ge=1), NotBool]
Word = Annotated[str, Field(min_length=1)]
Database = Annotated[Word, AfterValidator(_database)]
Timeframe = Annotated[
    Length,
    PlainValidator(_timeframe),
    PlainSerializer(str),
    WithJsonSchema({"type": "string", "pattern": _LENGTH, "examples": ["15m", "1h", "1d"]}),
]
Span = Annotated[
    int | Length,
    PlainValidator(_span),
    PlainSerializer(lambda value: value if isinstance(value, int) else str(value)),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": _LENGTH}]}),
]
"""A number of bars (int) or a duration (`Timeframe`)."""
Moment = Annotated[
    dt.datetime,
    PlainValidator(_moment),
    WithJsonSchema({"type": "string", "examples": ["2024-01-31", "2024-01-31T12:00"]}),
]
Params = Annotated[dict[str, Any], BeforeValidator(resolve_words)]
Distinct = AfterValidator(_distinct)
Names = Annotated[tuple[Word, ...], Distinct]
Symbols = Annotated[tuple[Word, ...], Field(min_length=1), Distinct]
