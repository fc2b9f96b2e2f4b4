"""From a file, a mapping or another configuration to a checked `RunConfig`."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from btbot.config import conflicts, explain, layers
from btbot.config.document import Document, Place
from btbot.config.dump import unmasked
from btbot.config.environment import from_environment, variable
from btbot.config.mask import secrets
from btbot.config.model import VERSION, RunConfig
from btbot.config.reader import read
from btbot.errors import ConfigError, did_you_mean

log = logging.getLogger(__name__)

Source = str | Path | Mapping[str, Any] | RunConfig


def load_config(
    source: Source, *, overrides: Sequence[str] = (), environ: Mapping[str, str] | None = None
) -> RunConfig:
    """Read a configuration, lay the environment and then the overrides over it, and check it.

    Parameters
    ----------
    source
        YAML file, mapping of the same form, or a configuration that is already checked, to which the
        environment is not applied again.
    overrides
        ``key.path=value`` as after ``--set``; the value is YAML, list entries have their number as key.
    environ
        Environment; the process's own by default. A ``.env`` file of mode 0600 beside the configuration
        counts as part of it, the real environment wins.

    Raises
    ------
    ConfigError
        With one line for each mistake: where, which key, what is allowed, what was found.
    """
    if isinstance(source, RunConfig):
        return source if not overrides else checked(_set(document_of(source), overrides), source.folder, source.source)
    environ = os.environ if environ is None else environ
    if isinstance(source, Mapping):
        document, folder, name = _of_mapping(source), Path.cwd(), "<mapping>"
        settings = from_environment(environ, None)
    else:
        path = find(Path(source))
        document, folder, name = _extended(path, ()), path.resolve().parent, str(source)
        settings = from_environment(environ, path.parent / ".env")
    return checked(_set(layers.apply(document, settings), overrides), folder, name)


def _set(document: Document, overrides: Sequence[str]) -> Document:
    return layers.apply(document, layers.from_command(overrides))


def _of_mapping(source: Mapping[str, Any]) -> Document:
    return Document(_plain(source), {(): Place("<mapping>", "mapping")})


def document_of(config: RunConfig) -> Document:
    """Return what a checked configuration was made of, its secrets in clear."""
    # They were allowed in when it was loaded.
    return Document(unmasked(config), config._written.places | {(): Place(config.source, "environment")})


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    return value


def shipped_configs() -> Path:
    """Return the folder of the configurations that come with btbot."""
    package = Path(__file__).resolve().parent.parent
    bundled = package / "_bundled" / "configs"
    return bundled if bundled.is_dir() else package.parent / "configs"


def find(path: Path) -> Path:
    """Return `path`, or the shipped file of the same name under ``configs/`` if there is no such file.

    Raises
    ------
    ConfigError
        If there is neither.
    """
    if path.is_file():
        return path
    inner = Path(*path.parts[1:]) if path.parts[:1] == ("configs",) else path
    shipped = shipped_configs() / inner
    if not path.is_absolute() and shipped.is_file():
        log.info("%s is not here; using the one that comes with btbot: %s", path, shipped)
        return shipped
    if path.is_dir():
        raise ConfigError(f"{path}: is a folder; name one of its files")
    known = {str(near): near for folder in (path.parent, Path("configs")) for near in sorted(folder.glob("*.yml"))}
    hint = did_you_mean(str(path), known)
    raise ConfigError(f"{path}: there is no such file{hint}; 'btbot new-config' writes one")


def _extended(path: Path, chain: tuple[Path, ...]) -> Document:
    """Read a file and lay it over the file it extends, if any."""
    document = read(path)
    if "extends" not in document.data:
        return document
    where, named = document.place(("extends",)), document.data["extends"]
    if not isinstance(named, str) or not named:
        raise ConfigError(f"{where}: extends: must be the name of one file, was {named!r}")
    base = _base(path, named, where)
    chain = (*chain, path.resolve())
    if base.resolve() in chain:
        names = " -> ".join(link.name for link in (*chain, base))
        raise ConfigError(f"{where}: extends: goes in a circle ({names}); one of them must not extend")
    document = layers.merge(_extended(base, chain), document)
    data = {key: value for key, value in document.data.items() if key != "extends"}
    return Document(data, document.places)


def _base(path: Path, named: str, where: Place) -> Path:
    for base in (path.parent / named, shipped_configs() / named):
        if base.is_file():
            return base
    raise ConfigError(
        f"{where}: extends: there is no file {named!r} beside {path.name} or among the configurations "
        f"that come with btbot ({shipped_configs()})"
    )


def checked(document: Document, folder: Path, source: str) -> RunConfig:
    """Return the configuration that a document describes; raise `ConfigError` with a line for each mistake."""
    _check_version(document)
    mistakes = _written_secrets(document)
    try:
        config = RunConfig.model_validate(document.data)
    except ValidationError as error:
        raise ConfigError("\n".join(mistakes + explain.lines(error, document))) from None
    mistakes += explain.located(conflicts.find(config), document)
    if mistakes:
        raise ConfigError("\n".join(mistakes))
    config._folder, config._source, config._written = folder, source, Document({}, document.places)
    return config


def _check_version(document: Document) -> None:
    version = document.data.get("version")
    if version in (None, VERSION) and not isinstance(version, bool):
        return
    newer = isinstance(version, int) and version > VERSION
    todo = (
        "it was written for a newer btbot: upgrade with 'pip install -U btbot'"
        if newer
        else f"write 'version: {VERSION}' and let 'btbot validate' name the keys to change"
    )
    where = document.place(("version",))
    raise ConfigError(f"{where}: version: must be {VERSION}, the format that this btbot reads, was {version!r}; {todo}")


def _written_secrets(document: Document) -> list[str]:
    """Return a line for each secret that stands in a file or on the command line."""
    return explain.located(
        (
            (
                keys,
                "holds a secret, which is read from the environment alone; delete it here and set "
                f"{variable(keys)} there, or in a .env file of mode 0600 beside the configuration",
            )
            for keys in secrets(document.data)
            if document.place(keys).origin != "environment"
        ),
        document,
    )
