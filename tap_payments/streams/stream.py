"""What every stream of this tap is: rows of one provider, read account by account."""

from __future__ import annotations

import abc
import typing as t
from functools import cached_property

from singer_sdk import Stream
from singer_sdk.helpers.conform import TypeConformanceLevel
from singer_sdk.mapper import SameRecordTransform

from tap_payments.errors import StreamFailed
from tap_payments.rows.codec import RowCodec
from tap_payments.rows.privacy import Rules, replacement
from tap_payments.streams.partition import Partition

if t.TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Sequence
    from datetime import datetime

    from singer_sdk import Tap
    from singer_sdk.singerlib import Catalog, RecordMessage, SchemaMessage

    from tap_payments.accounts.account import Account
    from tap_payments.rows.batch import Batch
    from tap_payments.streams.page import Item, Noted
    from tap_payments.streams.partition import Context
    from tap_payments.streams.reading import Reading
    from tap_payments.streams.run import Run
    from tap_payments.windows.window import Window


class TapStream(Stream, abc.ABC):
    """A stream whose messages are made here and written elsewhere."""

    TYPE_CONFORMANCE_LEVEL = TypeConformanceLevel.NONE
    """Rows are fitted to their schema before the SDK sees them."""

    def get_records(self, context: t.Any) -> Iterable[dict[str, t.Any]]:  # noqa: ARG002
        """Nothing: rows go from page to line without passing through the SDK one by one."""
        return iter(())

    def schema_messages(self, columns: Sequence[str] = ()) -> Iterable[SchemaMessage]:  # noqa: ARG002
        """The SCHEMA of the stream; `columns` are those that it has besides the declared ones."""
        return self._generate_schema_messages()

    def map_record(self, record: dict[str, t.Any]) -> list[RecordMessage]:
        """The RECORDs that the SDK makes of a row, which maps and flattens it.

        Raises:
            StreamFailed: a stream map cannot be applied.
        """
        try:
            return list(self._generate_record_messages(record))
        except Exception as error:
            raise StreamFailed(
                f"a record cannot be mapped ({type(error).__name__}): check stream_maps",
                kind="config",
            ) from error

    @cached_property
    def is_mapped(self) -> bool:
        """Whether rows pass through the SDK: for stream maps, flattening, nested deselection."""
        maps = self.stream_maps
        return not (
            self.config.get("fast_records") is not False
            and len(maps) == 1
            and type(maps[0]) is SameRecordTransform
            and not maps[0].flattening_enabled
            and all(selected or len(path) <= 2 for path, selected in self.mask.items())
        )


class ProviderStream(TapStream):
    """A stream of one provider: it says what there is to read and how, and writes nothing.

    A subclass lists facts. `page` is the type of an answer, generic in its rows, and `rows_field`
    names them in it (None: the answer is the array itself). `personal` are the paths of personal
    data, see `privacy.py`; `texts_sent_as_numbers` are columns of texts that the vendor sends as
    whole numbers, too; `open_columns` says that rows have columns which only their own SCHEMA
    declares.
    """

    page: t.ClassVar[t.Any] = list
    rows_field: t.ClassVar[str | None] = None
    personal: t.ClassVar[tuple[str, ...]] = ()
    texts_sent_as_numbers: t.ClassVar[tuple[str, ...]] = ()
    open_columns: t.ClassVar[bool] = False

    def __init__(self, tap: Tap, accounts: Sequence[Account]) -> None:
        self.accounts = accounts
        self._warned: set[str] = set()
        super().__init__(tap)

    # What there is to read

    def contexts(self, account: Account, run: Run) -> list[Context]:  # noqa: ARG002 - for subclasses
        """What names the partitions of an account in the state."""
        return [{"_account": account.account}]

    def series(self, context: Context) -> str:  # noqa: ARG002 - for subclasses
        """The name of a context in `sync_windows`."""
        return "all"

    def partitions_of(self, account: Account, run: Run) -> list[Partition]:
        """The partitions of an account; each is read on its own and can fail alone."""
        return [
            Partition(self.name, account, context, self.series(context))
            for context in self.contexts(account, run)
        ]

    def lane_of(self, partition: Partition) -> Hashable:
        """What partitions of one account have in common that share a lane; see `Lane`."""
        return partition

    def open_lane(self, members: Sequence[Member], run: Run) -> Lane:
        """The lane of partitions, of which this stream has the first."""
        return Lane(members, run)

    @abc.abstractmethod
    def plan(self, partition: Partition, run: Run) -> Iterable[Window | None]:
        """What is read one by one, in this order; None: a partition that has no windows.

        Raises:
            StreamFailed: the state is none.
        """

    @abc.abstractmethod
    def read(self, reading: Reading) -> Iterator[Item]:
        """Asks for what was planned, page by page.

        Raises:
            StreamFailed: it could not be read whole.
        """

    @abc.abstractmethod
    def probe(self, partition: Partition, run: Run) -> None:
        """Asks the account once, and delivers nothing.

        Raises:
            StreamFailed: the account refuses.
        """

    def delivered_until(self, account: Account, run: Run) -> str:  # noqa: ARG002 - for subclasses
        """The account's watermark for the summary; a stream without one says nothing."""
        return ""

    # How its rows are read and written

    def codec(self, account: Account) -> RowCodec:
        """How this stream's rows are decoded and encoded for an account."""
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
            only_careful=self.is_mapped,
            whole_sections=bool(self.config.get("flattening_enabled")),
        )

    def warn_once(self, message: str) -> None:
        """Warns, unless this run has said so of this stream already."""
        if message not in self._warned:
            self._warned.add(message)
            self.logger.warning("%s: %s", self.name, message)

    def apply_catalog(self, catalog: Catalog) -> None:
        """Takes selection and method from a catalog; keys that it leaves out stay."""
        entry = catalog.get_stream(self.name)
        declared = entry.schema.properties if entry else None
        lacking = [name for name in self.schema["properties"] if name not in (declared or ())]
        super().apply_catalog(catalog)
        if declared and lacking:
            self.warn_once(
                f"the catalog lacks {', '.join(lacking)}: it is of another version of the tap, and "
                "these columns go into _extra; make it anew with --discover"
            )
        if not self.primary_keys:
            self.primary_keys = type(self).primary_keys  # type: ignore[assignment]  # a tuple here
        cursor: t.Any = type(self).replication_key  # a property of the SDK's where we name none
        if not self.replication_key and self.forced_replication_method != "FULL_TABLE":
            self.replication_key = cursor if isinstance(cursor, str) else None


Member = tuple[ProviderStream, Partition]


class Lane:
    """Partitions of one account that are requested at the same time and handed out in order.

    What one of them has to know of another is remembered here, for this run: the lane is made
    before the first request. `width` is how many of its windows may be read at once.
    """

    width: t.ClassVar[int | None] = None

    def __init__(self, members: Sequence[Member], run: Run) -> None:
        self.members = members
        self.run = run

    def start(self) -> None:
        """Does what comes before the first request; called before every job, by its thread."""

    def noted(self) -> Iterable[Noted]:
        """What the state has to remember by now, besides watermarks."""
        return ()

    def deduplicate(
        self,
        partition: Partition,  # noqa: ARG002
        window: Window | None,  # noqa: ARG002
        batch: Batch,
        codec: RowCodec,  # noqa: ARG002
    ) -> Batch:
        """The rows of a batch that this run has not delivered as they are."""
        return batch

    def delivered(self, partition: Partition, batch: Batch, codec: RowCodec) -> None:
        """Remembers rows that were written; called after their lines are out."""

    def beginnings(self, partition: Partition) -> Iterable[tuple[Context, datetime]]:  # noqa: ARG002
        """The watermarks that other contexts get, where they have none, once a window closes."""
        return ()
