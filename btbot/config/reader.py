"""Read YAML into a `Document`, with the line of every key and nothing that could run code.

No constructor of the YAML library is used at all: the text is composed into nodes, and the nodes become
mappings, lists and plain scalars here. Tags of Python, duplicate keys, recursive or exploding aliases, deep
nesting and files over 1 MiB are refused.
"""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import yaml
from yaml.composer import Composer
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.resolver import BaseResolver
from yaml.scanner import Scanner

from btbot.config.document import Document, Keys, Place, Word
from btbot.errors import ConfigError

MAX_BYTES = 1 << 20
MAX_VALUES = 50_000
MAX_DEPTH = 40
_CORE = "tag:yaml.org,2002:"
_MERGE = _CORE + "merge"
_WORDS = {"yes": True, "on": True, "no": False, "off": False}


class Rules(BaseResolver):
    """Which bare scalar is what: YAML 1.1 without octal and sexagesimal numbers, and with ``1e-3`` a number.

    ``09:30`` and ``0700`` are a time and a ticker to a trader, not 570 and 448.
    """


_EXPONENT = r"[eE][-+]?[0-9]+"
_CLOCK = r"(?:[Tt]|[ \t]+)\d\d?:\d\d(?::\d\d(?:\.\d*)?)?\s*(?:Z|[-+]\d\d?(?::?\d\d)?)?"
for _tag, _pattern, _first in (
    ("null", r"~|null|Null|NULL|", [*"~nN", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", [*"tTfF"]),
    ("word", r"(?i:yes|no|on|off)", [*"yYnNoO"]),
    ("int", r"[-+]?(?:0|[1-9][0-9_]*)", [*"-+0123456789"]),
    (
        "float",
        rf"[-+]?(?:(?:[0-9][0-9_]*\.[0-9]*|\.[0-9]+)(?:{_EXPONENT})?|[0-9]+{_EXPONENT})",
        [*"-+0123456789."],
    ),
    ("timestamp", rf"\d{{4}}-\d\d?-\d\d?(?:{_CLOCK})?", [*"0123456789"]),
    ("merge", r"<<", ["<"]),
):
    Rules.add_implicit_resolver(_CORE + _tag, re.compile(rf"(?:{_pattern})\Z"), _first)


class _Composer(Reader, Scanner, Parser, Composer, Rules):
    """Text to nodes, of bounded depth."""

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)
        Composer.__init__(self)
        Rules.__init__(self)
        self.depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise _refused(mark, f"lists or mappings nested more than {MAX_DEPTH} levels deep")
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


class _Walker:
    """Nodes to plain values, noting the line of each."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.places: dict[Keys, Place] = {}
        self.count = 0
        self.open: list[int] = []

    def value(self, node: yaml.Node, keys: Keys) -> Any:
        self.count += 1
        if self.count > MAX_VALUES:
            raise _refused(node.start_mark, f"more than {MAX_VALUES} values after its aliases are expanded")
        if id(node) in self.open:
            raise _refused(node.start_mark, "an alias that contains itself")
        self.open.append(id(node))
        try:
            if isinstance(node, yaml.MappingNode):
                return self.mapping(node, keys)
            if isinstance(node, yaml.SequenceNode):
                return self.sequence(node, keys)
            return _scalar(node)
        finally:
            self.open.pop()

    def mapping(self, node: yaml.MappingNode, keys: Keys) -> dict[str, Any]:
        _check_tag(node, "map")
        result: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        lines: dict[str, int] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if key_node.tag == _MERGE:
                merged |= self.merged(value_node, keys)
                continue
            if not isinstance(key_node, yaml.ScalarNode):
                raise _refused(key_node.start_mark, "a key that is a list or a mapping; keys are words")
            key = str(key_node.value)
            if key in result:
                raise _refused(
                    key_node.start_mark,
                    f"the key {key!r} twice, first in line {lines[key]}; delete one of them",
                )
            lines[key] = line
            self.places[(*keys, key)] = Place(self.source, "file", line)
            result[key] = self.value(value_node, (*keys, key))
        return merged | result

    def merged(self, node: yaml.Node, keys: Keys) -> dict[str, Any]:
        """Return what ``<<`` brings in: of several mappings the first wins."""
        result: dict[str, Any] = {}
        for part in node.value if isinstance(node, yaml.SequenceNode) else [node]:
            if not isinstance(part, yaml.MappingNode):
                raise _refused(node.start_mark, "'<<' with something that is not a mapping")
            result = self.value(part, keys) | result
        return result

    def sequence(self, node: yaml.SequenceNode, keys: Keys) -> list[Any]:
        _check_tag(node, "seq")
        for index, entry in enumerate(node.value):
            self.places[(*keys, index)] = Place(self.source, "file", entry.start_mark.line + 1)
        return [self.value(entry, (*keys, index)) for index, entry in enumerate(node.value)]


def _scalar(node: yaml.Node) -> Any:
    text, kind = str(node.value), node.tag.removeprefix(_CORE)
    try:
        match kind:
            case "str" | "merge":
                return text
            case "null":
                return None
            case "bool":
                return text.lower() == "true"
            case "word":
                return Word(text, _WORDS[text.lower()])
            case "int":
                return int(text.replace("_", ""))
            case "float":
                return float(text.replace("_", ""))
            case "timestamp":
                return Word(text, _moment(text))
    except (ValueError, KeyError):
        raise _refused(node.start_mark, f"{text[:40]!r}, which is no {kind}") from None
    raise _refused(node.start_mark, f"the tag {node.tag!r}; write plain words, numbers, lists and mappings")


def _moment(text: str) -> dt.date | str:
    """Return a bare date as a date; a time stays text, and so does a date that no calendar has."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return text


def _check_tag(node: yaml.Node, kind: str) -> None:
    if node.tag != _CORE + kind:
        raise _refused(node.start_mark, f"the tag {node.tag!r}; write plain words, numbers, lists and mappings")


class _Refusal(Exception):
    """What is wrong, and in which line; the caller knows the name of the source."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(text)
        self.line = line


def _refused(mark: yaml.Mark, found: str) -> _Refusal:
    return _Refusal(mark.line + 1, f"holds {found}")


def parse(text: str, source: str) -> tuple[Any, dict[Keys, Place]]:
    """Read one YAML value.

    Parameters
    ----------
    text
        YAML, one document.
    source
        Name for messages, such as the file's.

    Returns
    -------
    tuple
        The value and the places of its keys.

    Raises
    ------
    ConfigError
        With source and line, if it is not YAML or holds something refused.
    """
    walker = _Walker(source)
    try:
        node = _Composer(text).get_single_node()
        return (None if node is None else walker.value(node, ())), walker.places
    except _Refusal as refusal:
        raise ConfigError(f"{source}:{refusal.line}: {refusal}") from None
    except yaml.MarkedYAMLError as error:
        # The library's own text quotes the line, which may hold a secret.
        mark = error.problem_mark or error.context_mark
        where = f"{source}:{mark.line + 1}" if mark else source
        problem = str(error.problem or error.context)
        advice = "look at this line and the one above"
        if problem.endswith("but got '{'"):
            advice = "a value with {braces} inside { } needs quotes, such as path: '{symbol}.csv'"
        raise ConfigError(f"{where}: is not YAML: {problem}; {advice}") from None
    except yaml.YAMLError as error:
        raise ConfigError(f"{source}: is not YAML: {getattr(error, 'reason', 'unreadable')}") from None


def read(path: Path) -> Document:
    """Read a configuration file; raise `ConfigError` with file and line if it is refused."""
    try:
        size = path.stat().st_size
        raw = path.read_bytes() if size <= MAX_BYTES else b""
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    if size > MAX_BYTES:
        raise ConfigError(f"{path}: has {size:,} bytes; a configuration may have {MAX_BYTES:,}; is it the right file?")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: is not text in UTF-8 (byte {error.start}); save it as UTF-8") from None
    data, places = parse(text, str(path))
    if data is None:
        raise ConfigError(f"{path}: is empty; it needs at least symbols, timeframe, feed and strategies")
    if not isinstance(data, dict):
        raise ConfigError(f"{path}: must be a mapping of keys such as 'symbols: [BTC/USDT]', was a {_kind(data)}")
    return Document(data, {(): Place(str(path), "file"), **places})


def _kind(value: object) -> str:
    return "list" if isinstance(value, list) else "single value"
