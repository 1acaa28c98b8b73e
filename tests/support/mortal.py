"""An output that dies, and takes the run that writes to it along."""

from __future__ import annotations

import io
import typing as t


class Killed(BaseException):
    """The process is gone; nothing catches this."""


class Mortal(io.BytesIO):
    """An output that takes so many lines and half of one more, and then ends the run."""

    def __init__(self, lines: int) -> None:
        super().__init__()
        self._left = lines

    def write(self, data: t.Any) -> int:
        """Writes, or dies."""
        for piece in bytes(data).splitlines(keepends=True):
            if not self._left:
                super().write(piece[: len(piece) // 2])
                raise Killed
            self._left -= piece.endswith(b"\n")
            super().write(piece)
        return len(data)

    def whole_lines(self) -> list[bytes]:
        """What a reader takes: a line that is not whole is none."""
        return [line for line in self.getvalue().splitlines(keepends=True) if line.endswith(b"\n")]
