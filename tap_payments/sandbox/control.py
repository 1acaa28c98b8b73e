"""`/_sandbox`: the endpoints that tell another process what the sandbox is, and change it."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from tap_payments.sandbox.faults import FaultError
from tap_payments.sandbox.messages import Answer, RefusedError
from tap_payments.sandbox.moods import MoodError
from tap_payments.sandbox.rows.spelling import to_instant

if TYPE_CHECKING:
    from tap_payments.sandbox.messages import Request
    from tap_payments.sandbox.world import World


class Control:
    """The sandbox's own endpoints; they are in no journal and no fault strikes them."""

    def __init__(self, world: World) -> None:
        self._world = world

    def answer(self, request: Request) -> Answer:
        """The answer to a request to `/_sandbox<path>`."""
        routes = {
            ("GET", ""): self._status,
            ("GET", "/config"): self._config,
            ("GET", "/env"): self._env,
            ("GET", "/journal"): self._journal,
            ("DELETE", "/journal"): self._forget,
            ("GET", "/rows"): self._rows,
            ("GET", "/moods"): self._moods,
            ("POST", "/moods"): self._set_mood,
            ("DELETE", "/moods"): self._reset_moods,
            ("POST", "/clock"): self._advance,
            ("POST", "/faults"): self._fault,
            ("DELETE", "/faults"): self._lift,
        }
        route = routes.get((request.method, request.path.rstrip("/")))
        if route is None:
            known = [f"{method} /_sandbox{path}" for method, path in routes]
            raise RefusedError(404, {"message": "there is only " + ", ".join(known)})
        return Answer.of_json(route(request))

    def _status(self, _: Request) -> Any:
        world = self._world
        return {
            "url": world.origins.apis,
            "downloads_url": world.origins.downloads,
            "now": world.clock.now().isoformat(),
            "first_day": world.first.isoformat(),
            "seed": world.seed,
            "replays": [f"{each.provider}.{each.account}" for each in world.recordings],
            "accounts": {name: list(api.accounts) for name, api in world.apis.items()},
            "requests": len(world.journal),
            "faults": [asdict(fault) for fault in world.faults],
        }

    def _config(self, request: Request) -> Any:
        return self._world.config(*self._providers(request))

    def _env(self, request: Request) -> Any:
        return self._world.env(*self._providers(request))

    def _providers(self, request: Request) -> list[str]:
        names = [name for name in request.query.get("providers", "").split(",") if name]
        if unknown := set(names) - set(self._world.apis):
            raise RefusedError(400, {"message": f"there is no provider {min(unknown)}"})
        return names

    def _journal(self, _: Request) -> Any:
        return [
            {
                **asdict(request),
                "at": request.at.isoformat(),
                "body": request.body.decode("utf-8", "replace"),
            }
            for request in self._world.journal
        ]

    def _forget(self, _: Request) -> Any:
        self._world.journal.clear()
        return {}

    def _rows(self, request: Request) -> Any:
        api = self._world.apis.get(request.query.get("provider", ""))
        account = request.query.get("account", "main")
        text = request.query.get("at")
        at = to_instant(text)
        kind = request.query.get("kind", api.usual_kind if api else None)
        if api is None or account not in api.accounts or (text and at is None):
            raise RefusedError(400, {"message": "rows?provider=..&account=..[&kind=..][&at=..]"})
        if kind not in api.kinds:
            raise RefusedError(400, {"message": "kind is one of " + ", ".join(api.kinds)})
        return api.rows(account, at, kind=kind)

    def _advance(self, request: Request) -> Any:
        seconds = _member(request, "advance_seconds")
        if not isinstance(seconds, int | float) or isinstance(seconds, bool):
            raise RefusedError(400, {"message": 'the body is {"advance_seconds": <number>}'})
        return {"now": self._world.clock.advance(seconds).isoformat()}

    def _moods(self, _: Request) -> Any:
        return self._world.moods.now()

    def _set_mood(self, request: Request) -> Any:
        try:
            self._world.moods.set(_spec(request, "PROVIDER.OPTION=VALUE"))
        except MoodError as error:
            raise RefusedError(400, {"message": str(error)}) from None
        return self._world.moods.now()

    def _reset_moods(self, _: Request) -> Any:
        self._world.moods.reset()
        return self._world.moods.now()

    def _fault(self, request: Request) -> Any:
        try:
            return asdict(self._world.faults.add(_spec(request, "PROVIDER:EFFECT")))
        except FaultError as error:
            raise RefusedError(400, {"message": str(error)}) from None

    def _lift(self, _: Request) -> Any:
        self._world.faults.clear()
        return {}


def _spec(request: Request, form: str) -> str:
    spec = _member(request, "spec")
    if not isinstance(spec, str):
        raise RefusedError(400, {"message": f'the body is {{"spec": "{form}"}}'})
    return spec


def _member(request: Request, name: str) -> Any:
    try:
        body = json.loads(request.body)
    except ValueError:
        return None
    return body.get(name) if isinstance(body, dict) else None
