"""One pass over an XML file, within its rows and outside; without DTD and entities."""

from __future__ import annotations

import abc
import typing as t
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler

from defusedxml.common import DefusedXmlException
from defusedxml.expatreader import DefusedExpatParser

from tap_payments.tables.table import ReportUnreadable

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tap_payments.tables.elements import Node, Shape

_CHUNK = 2**16
DEEPEST = 200


class XmlWalker(DefusedExpatParser, ContentHandler, abc.ABC):
    """One pass over a file. What it finds, it tells the methods at the end of this class."""

    def __init__(self, *, elements: int = 0) -> None:
        DefusedExpatParser.__init__(self, forbid_dtd=True)
        ContentHandler.__init__(self)
        self.setContentHandler(self)
        self._node: Node | None = None
        self._parents: list[Node | None] = []
        self.shape: Shape
        """The tree of the rows that are read now."""
        self.elements = elements
        """Elements of rows so far; over both passes, since each place remembers its last one."""
        self._is_leaf = False
        self._text: list[str] = []

    def walk(self, stream: t.BinaryIO) -> Iterator[None]:
        """Reads a file to its end, a piece at a time.

        Raises:
            ReportUnreadable: it is no well-formed XML, or declares what it must not.
        """
        try:
            while chunk := stream.read(_CHUNK):
                self.feed(chunk)
                yield
            self.close()
        except DefusedXmlException as error:
            raise ReportUnreadable("the XML has a DTD or entities, which is refused") from error
        except SAXParseException as error:
            line, words = error.getLineNumber(), error.getMessage()
            raise ReportUnreadable(
                f"the XML is broken or cut off at line {line}: {words}"
            ) from error
        except ReportUnreadable:
            raise
        except (LookupError, ValueError) as error:
            raise ReportUnreadable("the XML is in an encoding that cannot be read") from error
        yield

    def reset(self) -> None:
        """Text goes straight into a list: a method of ours would be called for every cell."""
        super().reset()
        parser = self._parser  # type: ignore[attr-defined] # the stub leaves it out
        parser.CharacterDataHandler = self._text.append

    def start_element(self, name: str, attrs: Mapping[str, str]) -> None:
        """An element begins: the parser calls it with the qualified name."""
        parent = self._node
        if len(self._parents) == DEEPEST:
            raise ReportUnreadable(f"the XML is nested deeper than {DEEPEST} levels")
        if parent is None:
            node = self._enter_outside(name, len(self._parents))
        else:
            text = self._text
            if text and not (len(text) == 1 and text[0].isspace()):  # not just indentation
                self._read_text(parent, is_leaf=False)
            child = parent.children.get(name) or self.shape.element(parent, name)
            while child.seen_in == parent.instance:
                child = child.again or self.shape.repeated(parent, child)
            child.seen_in = parent.instance
            node = child
        self._parents.append(parent)
        self._node = node
        self._text.clear()
        if node is not None:
            self._is_leaf = True
            self.elements += 1
            node.instance = self.elements
            if attrs:
                self._read_attributes(node, attrs)

    def end_element(self, _name: str) -> None:
        """An element ends."""
        node = self._node
        self._node = parent = self._parents.pop()
        if node is None:
            return
        if self._text:
            self._read_text(node, is_leaf=self._is_leaf)
            self._text.clear()
        self._is_leaf = False
        if parent is None:
            self._end_row()

    @abc.abstractmethod
    def _enter_outside(self, name: str, depth: int) -> Node | None:
        """The place of a row that begins here; None where none does."""

    @abc.abstractmethod
    def _end_row(self) -> None:
        """A row has ended."""

    @abc.abstractmethod
    def _read_attributes(self, node: Node, attributes: Mapping[str, str]) -> None:
        """What an element has for attributes."""

    @abc.abstractmethod
    def _read_text(self, node: Node, *, is_leaf: bool) -> None:
        """`_text` is an element's; unless it is a leaf, there may be more of it."""
