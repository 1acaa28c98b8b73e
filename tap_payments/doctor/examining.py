"""Examines one account: finds a way in, and then every fact."""

from __future__ import annotations

import statistics
import typing as t
from dataclasses import dataclass, field

from tap_payments.accounts.facts import Finding, Reply, Unknowable, examined, is_name, sentence
from tap_payments.doctor.asking import AccountInquiry, Exchange, TokenRefused
from tap_payments.http.origins import origin_of

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tap_payments.accounts.account import Account
    from tap_payments.accounts.facts import Fact, Probes
    from tap_payments.accounts.settings import Settings
    from tap_payments.streams.provider import Provider

TOLERATED_SKEW = 60
"""Seconds that this machine's clock may differ without a warning of the tap."""
LIMIT_HEADERS = ("ratelimit-", "x-ratelimit-", "x-rate-limit-")

LET_IN = (400, 409, 413, 422, 504)
"""Answers that are no refusal; where there are other ways in, they are tried all the same."""

REFUSED = Unknowable("the account lets nobody in")
VERIFIED = "verified"
_OTHER_HOST = "The certificate is another host's: check {}.api_url."
DISTRUST = {
    9: "The certificate is not valid yet: check this machine's clock.",
    10: "The certificate has expired: check this machine's clock, then tell the provider.",
    62: _OTHER_HOST,
    64: _OTHER_HOST,
    None: "Nobody that this machine trusts vouches for the certificate: where a proxy or a company "
    "has a CA of its own, REQUESTS_CA_BUNDLE names its file.",
}
"""What to do about a certificate, by OpenSSL's `X509_V_ERR_...`; None is any other."""


@dataclass
class Examination:
    """What was found out about an account, and what it cost."""

    provider: str
    account: str
    requests: int = 0
    facts: list[Finding] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        """Whether the account answers and nothing that the tap assumes is contradicted."""
        by_id = {each.id: each.verdict for each in self.facts}
        return by_id["authenticated"] == "confirmed" and "contradicted" not in by_id.values()

    def to_dict(self) -> dict[str, t.Any]:
        """The examination as JSON has it."""
        return {
            "provider": self.provider,
            "account": self.account,
            "requests": self.requests,
            "facts": [each.to_dict() for each in self.facts],
        }


def budget_of(probes: Probes, most: int | None) -> int:
    """How many requests an account gets at most."""
    return probes.budget if most is None else min(probes.budget, most)


def examine(provider: Provider, account: Account, most: int | None = None) -> Examination:
    """Everything that can be found out about an account within its budget."""
    probes = t.cast("Probes", provider.probes)
    inquiry = AccountInquiry(account, budget_of(probes, most))
    authenticated = _let_in(inquiry, probes, account)
    findings = [authenticated, *(_found(fact, inquiry) for fact in probes.facts)]
    findings += _of_all(inquiry, account)
    return Examination(
        provider.name, account.account, inquiry.requests, findings, inquiry.exchanges
    )


def _found(fact: Fact, inquiry: AccountInquiry) -> Finding:
    """What is known of a fact; nothing of most where the account lets nobody in."""
    is_of_use = fact.is_about_access and inquiry.closed is REFUSED
    if inquiry.closed and not is_of_use:
        assumed = fact.assumed(inquiry.configured)
        return Finding(fact.id, assumed, None, "unknown", None, sentence(f"{inquiry.closed}."))
    return examined(fact, inquiry)


def _let_in(inquiry: AccountInquiry, probes: Probes, account: Account) -> Finding:
    """Tries the ways in, one after the other, and says whether one of them is right."""
    answers: list[tuple[Settings, Reply | TokenRefused]] = []
    for way in probes.ways(inquiry.configured):
        try:
            answers.append((way, _first_answer(inquiry, probes, way)))
        except Unknowable as reason:
            if answers:
                break
            inquiry.close(Unknowable("the account does not answer", ""))
            return _unknown(f"{reason}. Check {_urls(account)}, and the network")
        if _status(answers[-1][1]) not in (401, 403, *LET_IN):
            break
    usable = [each for each in answers if _status(each[1]) not in (401, 403)]
    if not usable:
        return _refused(inquiry, [reply for _, reply in answers], account)
    way, reply = next((each for each in usable if _status(each[1]) == 200), usable[0])
    inquiry.turn_to(way)
    return _judged(inquiry, t.cast("Reply", reply), account)


def _first_answer(inquiry: AccountInquiry, probes: Probes, way: Settings) -> Reply | TokenRefused:
    inquiry.turn_to(way)
    try:
        return inquiry.ask(probes.first(way, inquiry.now))
    except TokenRefused as refusal:
        return refusal


def _status(reply: Reply | TokenRefused) -> int:
    return reply.status if isinstance(reply, Reply) else 401


def _refused(
    inquiry: AccountInquiry, replies: Sequence[Reply | TokenRefused], account: Account
) -> Finding:
    """The account lets nobody in: what each way was answered, and what to check."""
    inquiry.close(REFUSED)
    said = [
        f"the answer was {each.status}" if isinstance(each, Reply) else str(each)
        for each in replies
    ]
    hints = [account.hints.get(each.status, "") for each in replies if isinstance(each, Reply)]
    advice = ". ".join(dict.fromkeys(sentence(each) for each in (*said, *hints[:1]) if each))
    return Finding("authenticated", True, False, "contradicted", None, f"{advice}.")  # noqa: FBT003


def _urls(account: Account) -> str:
    """The settings that say where the account is asked."""
    names = [name for name in ("api_url", "token_url") if name in account.settings]
    return " and ".join(f"{account.name}.{name}" for name in names)


def _judged(inquiry: AccountInquiry, reply: Reply, account: Account) -> Finding:
    """What an answer that is no refusal says."""
    if reply.status in LET_IN or (reply.status == 200 and reply.json is not None):
        changed = {
            name: value
            for name, value in inquiry.settings.items()
            if inquiry.configured.get(name) != value
        }
        advice = " ".join(
            f"Set {account.name}.{name} to {value}." for name, value in changed.items()
        )
        return Finding("authenticated", True, True, "confirmed", None, advice)  # noqa: FBT003
    inquiry.close(Unknowable("the account gives no answer that can be used", ""))
    if reply.status == 200:
        return _unknown(f"the answer is no JSON. Check {account.name}.api_url")
    if reply.status == 429 or reply.status >= 500:
        return _unknown(f"the answer was {reply.status}. Run the doctor again later")
    return _unknown(f"the answer was {reply.status}. Check {account.name}.api_url")


def _unknown(reason: str) -> Finding:
    return Finding("authenticated", True, None, "unknown", None, sentence(f"{reason}."))  # noqa: FBT003


def _of_all(inquiry: AccountInquiry, account: Account) -> Iterator[Finding]:
    """What can be found out about every provider, from the answers that came anyway."""
    replies = [each.reply for each in inquiry.exchanges if each.reply.status]
    asked = [each.reply for each in inquiry.exchanges if each.reply.headers]
    yield _clock_skew(inquiry)
    yield _rate_limit_headers(asked)
    if replies:
        latency = round(statistics.median(reply.milliseconds for reply in replies))
        yield Finding("latency_ms", None, latency, "observed")
    else:
        yield Finding("latency_ms", None, None, "unknown", None, "No answer came.")
    yield _tls(inquiry, account)


def _clock_skew(inquiry: AccountInquiry) -> Finding:
    if not inquiry.skews:
        return Finding(
            "clock_skew_seconds",
            0,
            None,
            "unknown",
            None,
            "No answer had a date. Set this machine's clock by NTP.",
        )
    exact = statistics.median(inquiry.skews)
    skew = 0 if abs(exact) < 2 else round(exact)
    if abs(skew) <= TOLERATED_SKEW:
        return Finding("clock_skew_seconds", 0, skew, "confirmed")
    where = "behind" if skew > 0 else "ahead of"
    advice = (
        f"This machine's clock is {abs(skew)} s {where} the provider's: set it, for instance by "
        "NTP. Until then the tap commits windows by the provider's time."
    )
    return Finding("clock_skew_seconds", 0, skew, "contradicted", None, advice)


def _rate_limit_headers(replies: list[Reply]) -> Finding:
    if not replies:
        return Finding("rate_limit_headers", None, None, "unknown", None, "No answer came.")
    names = {name for reply in replies for name in reply.headers if name.startswith(LIMIT_HEADERS)}
    names |= {"retry-after" for reply in replies if "retry-after" in reply.headers}
    found = sorted(name for name in names if is_name(name.replace("-", "_")))
    limited = sum(reply.status == 429 for reply in replies)
    were = "answer was" if limited == 1 else "answers were"
    advice = f"{limited} {were} 429: lower the account's concurrency." if limited else ""
    return Finding("rate_limit_headers", None, found, "observed", None, advice)


def _tls(inquiry: AccountInquiry, account: Account) -> Finding:
    if origin_of(account.api_url).scheme != "https":
        return Finding("tls", None, "none, on loopback", "observed")
    if inquiry.tls:
        return Finding("tls", VERIFIED, f"{VERIFIED}, {inquiry.tls}", "confirmed")
    if inquiry.distrust is not None:
        code = inquiry.distrust.verify_code
        advice = DISTRUST.get(code, DISTRUST[None]).format(account.name)
        return Finding("tls", VERIFIED, f"not {VERIFIED}", "contradicted", None, advice)
    advice = f"No answer came. Check {account.name}.api_url: its port has to speak TLS 1.2 or 1.3."
    return Finding("tls", VERIFIED, None, "unknown", None, advice)
