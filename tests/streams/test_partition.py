from __future__ import annotations

import typing as t

import pytest

from tests.sync.parts import partition


@pytest.mark.parametrize(
    ("context", "label"),
    [
        ({}, "acme_rows (account 'main')"),
        ({"team": 7}, "acme_rows (account 'main', 7)"),
        ({"method": "card", "pass": "paid"}, "acme_rows (account 'main', card, paid)"),
    ],
)
def test_a_partition_is_told_from_others_in_messages(context: dict[str, t.Any], label: str) -> None:
    assert partition(**context).label == label


def test_two_partitions_of_the_same_name_are_two() -> None:
    assert len({partition(), partition()}) == 2
