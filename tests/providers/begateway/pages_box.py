"""beGateway's pages from a script: what no sandbox would send."""

from __future__ import annotations

import typing as t

from tests.providers.begateway.box import ONE_DAY
from tests.support.clock import Clock
from tests.support.server import Answer
from tests.support.taps import sync

if t.TYPE_CHECKING:
    from tests.support.server import Request, Server
    from tests.support.taps import Row, Run


def served(server: Server, pages: list[t.Any], **own: t.Any) -> Run:
    """A run of one window whose answers are these, in turn; the last one for ever."""
    left = list(pages)

    def answer(_request: Request) -> Answer:
        page = left.pop(0) if len(left) > 1 else left[0]
        return page if isinstance(page, Answer) else Answer(page)

    server.handler = answer
    config: Row = {
        **ONE_DAY,
        "max_retries": 2,
        "begateway": {
            "api_url": server.url,
            "shop_id": "1",
            "secret_key": "key",
            "payment_method_types": ["credit_card"],
            **own,
        },
    }
    return sync(Clock(), config)


def page(*numbers: int, more: t.Any = False, cursor: t.Any = None) -> Row:
    rows = [{"uid": f"uid-{number}", "id": number} for number in numbers]
    return {"transactions": rows, "count": len(rows), "has_more": more, "last_object_id": cursor}
