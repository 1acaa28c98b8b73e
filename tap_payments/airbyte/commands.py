"""The four things that a platform asks of a source."""

from __future__ import annotations

import json
import typing as t

from singer_sdk.exceptions import ConfigValidationError

from tap_payments.airbyte import messages
from tap_payments.airbyte.catalog import parse_catalog
from tap_payments.airbyte.checking import CheckedSource
from tap_payments.airbyte.reading import ReadSource
from tap_payments.airbyte.source import PaymentsSource
from tap_payments.airbyte.specification import specification
from tap_payments.airbyte.states import parse_states
from tap_payments.errors import Refused
from tap_payments.rows.exact_json import loads

if t.TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable
    from pathlib import Path

    from tap_payments.airbyte.writer import AirbyteWriter


def spec(_given: Namespace, writer: AirbyteWriter) -> None:
    """Tells what can be configured."""
    writer.tell(messages.to_spec(specification()))


def check(given: Namespace, writer: AirbyteWriter) -> None:
    """Tells whether the settings work, and if not, why."""
    try:
        source = CheckedSource(config=read_settings(given.config), message_writer=writer)
        problems = source.problems()
    except ConfigValidationError as refusal:
        problems = list(refusal.errors)
    except Refused as refusal:
        problems = list(refusal.problems)
    writer.tell(messages.to_connection_status(problems))


def discover(given: Namespace, writer: AirbyteWriter) -> None:
    """Tells which streams there are; asks nobody, and takes settings that are not complete."""
    source = PaymentsSource(
        config=read_settings(given.config), validate_config=False, message_writer=writer
    )
    writer.tell(messages.to_catalog(list(source.described_streams())))


def read(given: Namespace, writer: AirbyteWriter) -> None:
    """Reads the streams of a catalog from where a state says.

    Raises:
        SyncFailed: some of them failed; each has been told of.
    """
    configured = parse_catalog(read_file("catalog", given.catalog, json.loads))
    bookmarks = parse_states(read_file("state", given.state, loads)) if given.state else {}
    source = ReadSource(writer=writer, config=read_settings(given.config))
    source.choose(configured, bookmarks)
    source.sync_all()


def read_settings(path: Path) -> dict[str, t.Any]:
    """The settings.

    Raises:
        Refused: the file holds none.
    """
    settings = read_file("config", path, json.loads)
    if not isinstance(settings, dict):
        raise Refused("the config file is not a JSON object")
    return settings


def read_file(what: str, path: Path, parse: Callable[[str], t.Any]) -> t.Any:
    """What a file on the command line holds; None where it is empty.

    Raises:
        Refused: it cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        return parse(text) if text.strip() else None
    except OSError as error:
        raise Refused(f"the {what} file: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise Refused(f"the {what} file is not JSON") from error
