"""What every stream of this tap is: rows of one provider, delivered account by account."""

from __future__ import annotations

import abc
import typing as t
from functools import partial

from singer_sdk import Stream
from singer_sdk.exceptions import MaxRecordsLimitException
from singer_sdk.helpers.conform import TypeConformanceLevel
from singer_sdk.mapper import SameRecordTransform

from tap_payments.errors import StreamFailed
from tap_payments.http.calls import Tally
from tap_payments.rows.codec import RowCodec
from tap_payments.rows.privacy import Rules, replacement

if t.TYPE_CHECKING:
    import threading
    from collections.abc import Generator, Iterable

    from singer_sdk.singerlib import Catalog

    from tap_payments.accounts.account import Provider
    from tap_payments.rows.batch import Batch, RowWriter
    from tap_payments.tap import TapPayments

Context = dict[str, t.Any]


class ProviderStream(Stream, abc.ABC):
    """A stream of one provider. A subclass lists facts.

    `page` is the type of an answer, generic in its rows, and `rows_field` names them in it (None:
    the answer is the array itself). `personal` are the paths of personal data, see `privacy.py`;
    `texts_sent_as_numbers` are columns of texts that the vendor sends as whole numbers, too;
    `open_columns` says that rows have columns which only the rows' own SCHEMA declares.
    """

    page: t.ClassVar[t.Any] = list
    rows_field: t.ClassVar[str | None] = None
    personal: t.ClassVar[tuple[str, ...]] = ()
    texts_sent_as_numbers: t.ClassVar[tuple[str, ...]] = ()
    open_columns: t.ClassVar[bool] = False

    TYPE_CONFORMANCE_LEVEL = TypeConformanceLevel.NONE
    """Rows are fitted to their schema before the SDK sees them."""

    def __init__(self, tap: TapPayments, provider: type[Provider]) -> None:
        self.provider = provider
        self.tap = tap
        self.plain = True
        self.written = 0
        self._warned: set[str] = set()
        super().__init__(tap)

    # What a provider's stream says

    def contexts(self, account: Provider) -> list[Context]:
        """The partitions of an account: each has a watermark of its own."""
        return [{"_account": account.account}]

    def series(self, context: Context) -> str:  # noqa: ARG002 - for subclasses
        """The name of a context in `sync_windows`."""
        return "all"

    def label(self, context: Context) -> str:
        """A context in messages: the stream's name, the account, and what else tells it apart."""
        account, *others = context.values()
        return f"{self.name} (" + ", ".join([f"account '{account}'", *map(str, others)]) + ")"

    def delivered_until(self, account: Provider) -> str:  # noqa: ARG002 - for subclasses
        """The account's watermark for the summary; a stream without one says nothing."""
        return ""

    @abc.abstractmethod
    def sync_context(self, account: Provider, context: Context) -> None:
        """Delivers what there is for one partition.

        Raises:
            StreamFailed: it could not be delivered whole.
        """

    @abc.abstractmethod
    def probe(self, account: Provider) -> None:
        """Asks the account once, and delivers nothing.

        Raises:
            StreamFailed: the account refuses.
        """

    # What the SDK asks

    def warn_once(self, message: str) -> None:
        """Warns, unless this run has said so of this stream already."""
        if message not in self._warned:
            self._warned.add(message)
            self.logger.warning("%s: %s", self.name, message)

    @property
    def partitions(self) -> list[dict[str, t.Any]] | None:
        """The contexts of all configured accounts."""
        return [
            context
            for account in self.tap.accounts_of(self.provider)
            for context in self.contexts(account)
        ]

    @property
    def emit_activate_version_messages(self) -> bool:
        """Never: sent before the rows, it empties a table that a failed run would not refill."""
        return False

    def get_replication_key_signpost(self, context: t.Any = None) -> None:
        """None: a watermark is the end of a window, and never the date of a record."""

    def apply_catalog(self, catalog: Catalog) -> None:
        """Takes selection and method from a catalog; keys that it leaves out stay."""
        super().apply_catalog(catalog)
        if not self.primary_keys:
            self.primary_keys = type(self).primary_keys  # type: ignore[assignment]  # a tuple here
        cursor: t.Any = type(self).replication_key  # a property of the SDK's where we name none
        if not self.replication_key and self.forced_replication_method != "FULL_TABLE":
            self.replication_key = cursor if isinstance(cursor, str) else None

    def get_records(self, context: t.Any) -> Iterable[dict[str, t.Any]]:  # noqa: ARG002
        """Nothing: rows go from page to line without passing through the SDK one by one."""
        return iter(())

    def finalize_state_progress_markers(self, state: dict[str, t.Any] | None = None) -> None:
        """Nothing: a watermark is final when it is set."""

    def _sync_records(
        self,
        context: t.Any = None,  # noqa: ARG002
        *,
        write_messages: bool = True,  # noqa: ARG002
    ) -> Generator[dict[str, t.Any], t.Any, t.Any]:
        self.plain = self._is_plain()
        if not self.plain:
            self.logger.debug("%s: records pass through the SDK one by one", self.name)
        with self.get_sync_timer(), self.get_record_counter() as self.counter:
            for account in self.tap.accounts_of(self.provider):
                for each in self.contexts(account):
                    self.tap.attempt(self, each, partial(self.sync_context, account, each))
        yield from ()

    # What streams build on

    def codec(self, account: Provider) -> RowCodec:
        """How this stream's rows are read and written for an account."""
        mode = self.config.get("personal_data") or "keep"
        replace = replacement(mode, self.config.get("personal_data_key"))
        return RowCodec(
            schema=self.effective_schema,
            keys=self.primary_keys,
            page=self.page,
            rows_field=self.rows_field,
            texts_sent_as_numbers=self.texts_sent_as_numbers,
            selected=lambda name: self.mask[("properties", name)],
            added={"_account": account.account},
            rules=Rules(self.personal, replace) if replace else None,
            warn=self.warn_once,
            only_careful=not self.plain,
        )

    def _is_plain(self) -> bool:
        """Whether records leave as they are: no stream map, flattening or nested deselection."""
        maps = self.stream_maps
        return (
            self.config.get("fast_records") is not False
            and len(maps) == 1
            and type(maps[0]) is SameRecordTransform
            and not maps[0].flattening_enabled
            and all(selected or len(path) <= 2 for path, selected in self.mask.items())
        )

    def write(self, codec: RowWriter, batch: Batch) -> None:
        """Writes rows as RECORD messages."""
        limit = self.ABORT_AT_RECORD_COUNT
        if limit is not None and self.written + len(batch.rows) > limit:
            del batch.rows[max(0, limit - self.written) :]
        if batch.rows:
            if self.plain:
                lines = codec.encode(batch)
                now = self.tap.runtime.clock()
                self.tap.writer.write_rows(self.name, lines, now)
            else:
                self._write_mapped(codec, batch)
            self.counter.increment(len(batch.rows))
            self.written += len(batch.rows)
            self.tap.progress.moved(rows=len(batch.rows))
        if limit is not None and self.written >= limit:
            self._abort_sync(MaxRecordsLimitException(f"the limit of {limit} records is reached"))

    def _write_mapped(self, codec: RowWriter, batch: Batch) -> None:
        """Writes rows through the SDK, which maps and flattens them."""
        for row in batch.rows:
            try:
                self._write_record_message(codec.to_python(row))
            except Exception as error:
                raise StreamFailed(
                    f"a record cannot be mapped ({type(error).__name__}): check stream_maps",
                    kind="config",
                ) from error


class SnapshotStream(ProviderStream):
    """Rows as they are now; each run delivers all of them."""

    @abc.abstractmethod
    def read(
        self, account: Provider, codec: RowCodec, *, tally: Tally, cancelled: threading.Event
    ) -> list[t.Any]:
        """All rows, in one answer."""

    def sync_context(self, account: Provider, context: Context) -> None:  # noqa: ARG002
        """Asks once and writes what there is."""
        codec, tally = self.codec(account), Tally()
        rows = self.read(account, codec, tally=tally, cancelled=self.tap.cancelled)
        for batch in codec.batches(rows):
            self.write(codec, batch)

    def probe(self, account: Provider) -> None:
        """Asks once."""
        self.read(account, self.codec(account), tally=Tally(), cancelled=self.tap.cancelled)
