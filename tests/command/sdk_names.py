"""What the tap needs of singer-sdk beyond its documented surface: names, and their calls."""

from __future__ import annotations

import typing as t

from singer_sdk import Stream, Tap
from singer_sdk.helpers._state import StateWriter
from singer_sdk.io_base import SingerWriter
from singer_sdk.mapper import SameRecordTransform
from singer_sdk.metrics import Counter
from singer_sdk.plugin_base import _ConfigInput
from singer_sdk.singerlib import Catalog, CatalogEntry

OVERRIDDEN: dict[type, dict[str, str]] = {
    Tap: {
        "__init__": "takes the runtime, and refuses a catalog that is none",
        "_handle_termination": "a signal ends the run when its line is whole, by its exit code",
        "_validate_config": "a refusal names the setting and never its value",
        "cb_config": "a file that cannot be read is named",
        "cb_test": "--test asks each account once per stream",
        "discover_streams": "the streams of the configured providers",
        "invoke": "what cannot be used is a line, and nothing more",
        "load_state": "what this version does not know is passed on",
        "run_sync_dry_run": "streams do not sync themselves",
        "setup_mapper": "keys that a catalog leaves out are filled in",
        "sync_all": "one failure leaves the other streams be",
    },
    Stream: {
        "__init__": "one stream for all accounts",
        "apply_catalog": "keys that a catalog leaves out stay",
        "get_records": "abstract upstream, and never called: rows go from page to line",
    },
    SingerWriter: {
        "write_message": "lines are never cut, and a closed pipe is quiet",
    },
}
"""What the tap overrides, and why; facts such as a schema or a key are not listed."""


FACTS = {
    *("name", "schema", "primary_keys", "replication_key", "config_jsonschema", "capabilities"),
    *("message_writer_class", "TYPE_CONFORMANCE_LEVEL", "selected_by_default"),
}


USED: list[tuple[type, str, tuple[t.Any, ...] | None]] = [
    (Tap, "append_builtin_config", ({},)),
    (Tap, "state_writer", None),
    (Tap, "catalog", None),
    (Tap, "streams", None),
    (Tap, "plugin_version", None),
    (Tap, "config", None),
    (Stream, "_generate_record_messages", (None, {})),
    (Stream, "_generate_schema_messages", (None,)),
    (Stream, "get_sync_timer", (None,)),
    (Stream, "get_record_counter", (None,)),
    (Stream, "mask", None),
    (Stream, "metadata", None),
    (Stream, "stream_maps", None),
    (Stream, "effective_schema", None),
    (Stream, "replication_method", None),
    (Stream, "selected", None),
    (Stream, "TYPE_CONFORMANCE_LEVEL", None),
    (StateWriter, "write_state", (None, {})),
    (SingerWriter, "format_message", (None, None)),
    (SameRecordTransform, "flattening_enabled", None),
    (Catalog, "get_stream", (None, "name")),
    (Counter, "increment", (None, 5)),
]
"""What it calls or reads on the SDK's classes; with arguments, what it is called with."""


INSTANCES: list[tuple[type, str]] = [
    (Tap, "_config"),
    (Tap, "message_writer"),
    (Tap, "metrics_logger"),
    (Stream, "_tap"),
    (Stream, "forced_replication_method"),
    (Counter, "value"),
    (CatalogEntry, "key_properties"),
    (_ConfigInput, "config"),
    (_ConfigInput, "parse_env"),
]
"""What it reads or sets on their instances."""
