from __future__ import annotations

import typing as t

import pytest

from tap_payments.output.batch_settings import DEFAULT_SIZE, BatchSettings, batch_problems

Config = dict[str, t.Any]


def config(encoding: Config, **storage: str) -> Config:
    return {"encoding": encoding, "storage": {"root": "memory://b", **storage}}


def test_what_is_not_said_has_a_default() -> None:
    found = BatchSettings.of(config({"format": "jsonl"}))
    assert found == BatchSettings("jsonl", "gzip", "memory://b", "", DEFAULT_SIZE)
    assert found.encoding == {"format": "jsonl", "compression": "gzip"}
    plain = BatchSettings.of(config({"format": "jsonl", "compression": "none"}))
    assert plain.encoding == {"format": "jsonl", "compression": "none"}


def test_columns_are_compressed_in_their_own_way_and_nobody_is_told_of_it() -> None:
    assert BatchSettings.of(config({"format": "parquet"})).encoding == {"format": "parquet"}


@pytest.mark.parametrize(
    ("given", "problems"),
    [
        (config({"format": "jsonl", "compression": "gzip"}, prefix="canary-"), []),
        (config({"format": "arrow"}), []),
        (
            config({"format": "arrow", "compression": "gzip"}),
            ["batch_config.encoding.compression: is for jsonl only; leave it out"],
        ),
        (
            config({"format": "jsonl"}, root="canary"),
            ["batch_config.storage.root: must be a URL, such as file:///data/batches"],
        ),
        (
            config({"format": "jsonl"}, prefix="canary/"),
            ["batch_config.storage.prefix: must be the beginning of a name, without a slash"],
        ),
    ],
)
def test_what_is_wrong_is_named_and_no_value_is(given: Config, problems: list[str]) -> None:
    assert list(batch_problems(given)) == problems
