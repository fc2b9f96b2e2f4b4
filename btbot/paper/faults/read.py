"""From a file of rules, or one rule as the admin port gets it, to checked rules."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from btbot.config.document import Document, Place
from btbot.config.reader import MAX_BYTES, parse
from btbot.errors import ConfigError
from btbot.paper.faults import mistakes
from btbot.paper.faults.rule import FaultFile, Rule


def read_file(path: Path) -> FaultFile:
    """Read and check a file of rules; raise `ConfigError` where something is wrong with it."""
    try:
        raw = path.read_bytes()
        text = raw.decode("utf-8-sig")
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: is not text in UTF-8 (byte {error.start}); save it as UTF-8") from None
    if len(raw) > MAX_BYTES:
        raise ConfigError(f"{path}: has {len(raw):,} bytes; a file of faults may have {MAX_BYTES:,}")
    data, places = parse(text, str(path))
    if isinstance(data, list):  # the rules alone
        places = {("faults", *keys): place for keys, place in places.items()}
        data = {"faults": data}
    if data is None or not isinstance(data, dict):
        raise ConfigError(f"{path}: must be a mapping such as 'faults: [{{do: drop_after}}]', was {_kind(data)}")
    document = Document(data, {(): Place(str(path), "file"), **places})
    try:
        return FaultFile.model_validate(data)
    except ValidationError as error:
        raise ConfigError("\n".join(mistakes.lines(error, document, FaultFile))) from None


def read_rule(given: Mapping[str, Any]) -> Rule:
    """Check one rule that came as a mapping; raise `ConfigError` with a line for each mistake."""
    document = Document(dict(given), {(): Place("<rule>", "mapping")})
    try:
        return Rule.model_validate(document.data)
    except ValidationError as error:
        raise ConfigError("\n".join(mistakes.lines(error, document, Rule))) from None


def _kind(value: object) -> str:
    return "empty" if value is None else "a single value"
