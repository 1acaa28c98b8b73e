from __future__ import annotations

import typing as t

import pytest

from tests.http.client_box import clients

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.http.client_box import Make
    from tests.support.server import Server


@pytest.fixture
def make(server: Server) -> Iterator[Make]:
    with clients(server) as made:
        yield made
