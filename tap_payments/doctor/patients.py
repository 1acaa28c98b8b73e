"""The accounts that are examined: those of the tap's settings."""

from __future__ import annotations

import typing as t

from tap_payments.errors import Refused
from tap_payments.tap import TapPayments

if t.TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractContextManager

    from tap_payments.accounts.account import Account
    from tap_payments.http.retries import Policy
    from tap_payments.streams.provider import Provider

RETRIES = 1
"""How often a token is asked for again: somebody waits."""
TIMEOUT = 60
WAIT = 5

Patient = tuple["Provider", "Account"]


class Patients(TapPayments):
    """The tap, of which only the accounts are used, and those with little patience."""

    def _policy(self, settings: Mapping[str, t.Any]) -> Policy:
        policy = super()._policy(settings)
        return policy._replace(
            max_retries=min(policy.max_retries, RETRIES),
            max_retry_wait=min(policy.max_retry_wait, WAIT),
            request_timeout=min(policy.request_timeout, TIMEOUT),
        )

    def redacted(self) -> AbstractContextManager[None]:
        """While this is open, no log line holds a secret."""
        return self._redacting()


def chosen(patients: Patients, names: Sequence[str] | None) -> list[Patient]:
    """The accounts of these names, in the order of the settings; all of them without names.

    Raises:
        Refused: there is no account of a name.
    """
    found: dict[str, Patient] = {
        f"{provider.name}.{account.account}": (provider, account)
        for provider in patients.enabled
        if provider.probes is not None
        for account in patients.accounts_of(provider)
    }
    unknown = [name for name in names or () if name not in found]
    if unknown:
        raise Refused(f"--accounts: there is no {unknown[0]}, only {', '.join(found)}")
    return [patient for name, patient in found.items() if names is None or name in names]
