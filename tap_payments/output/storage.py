"""Where files of rows go: a folder of this machine, or what fsspec knows."""

from __future__ import annotations

import contextlib
import os
import tempfile
import typing as t
from pathlib import Path
from urllib.parse import urlsplit

import fsspec

LOCAL = "file://"


class Draft(t.Protocol):
    """A file that nobody is told of yet."""

    file: t.BinaryIO

    def publish(self) -> str:
        """Gives the file its name, once it is whole and on disk, and says its URL."""

    def discard(self) -> None:
        """Leaves nothing of the file, under neither of its names."""


def root_problem(root: str) -> str | None:
    """What keeps files from being written below a root; None: nothing, as far as one can see."""
    scheme = urlsplit(root).scheme
    if root.startswith(LOCAL):
        folder = local_path(root)
        if not folder.is_dir():
            return "the folder does not exist: create it, the loader has to find it, too"
        return None if os.access(folder, os.W_OK | os.X_OK) else "the folder is not writable"
    if not scheme or "://" not in root:
        return "must be a URL, such as file:///data/batches"
    try:
        fsspec.get_filesystem_class(scheme)
    except ImportError:
        return f"the package that fsspec needs for {scheme}:// is not installed beside the tap"
    except ValueError:
        return f"{scheme}:// is nothing that fsspec knows"
    return None


def local_path(root: str) -> Path:
    """The folder of a `file://` URL."""
    return Path(root.removeprefix(LOCAL)).absolute()


def open_draft(root: str, stream: str, name: str) -> Draft:
    """A file of a stream below a root, to be written.

    Raises:
        OSError: it cannot be created.
    """
    if root.startswith(LOCAL):
        return LocalDraft(local_path(root) / stream, name)
    return RemoteDraft(f"{root.rstrip('/')}/{stream}/{name}")


class LocalDraft:
    """A file beside its place, under a name that no pattern for rows finds."""

    def __init__(self, folder: Path, name: str) -> None:
        folder.mkdir(exist_ok=True)
        self._path = folder / name
        self._draft = folder / f".{name}.part"
        self.file: t.BinaryIO = self._draft.open("xb")

    def publish(self) -> str:
        """Gives the file its name, once it is whole and on disk, and says its URL."""
        self.file.flush()
        os.fsync(self.file.fileno())
        self.file.close()
        self._draft.rename(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return f"{LOCAL}{self._path}"

    def discard(self) -> None:
        """Leaves nothing of the file, under neither of its names."""
        with contextlib.suppress(OSError):  # what a full disk does not take
            self.file.close()
        for path in (self._draft, self._path):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)


class RemoteDraft:
    """A file of this machine, which is copied to its place when it is whole."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._is_published = False
        self._files, self._path = fsspec.core.url_to_fs(url)
        self._temporary = tempfile.NamedTemporaryFile(prefix="tap-payments-")  # noqa: SIM115 - closed below
        self.file = t.cast("t.BinaryIO", self._temporary)

    def publish(self) -> str:
        """Copies the file to its place and says its URL."""
        self._temporary.flush()
        self._is_published = True
        try:
            self._files.makedirs(self._path.rpartition("/")[0], exist_ok=True)
            self._files.put_file(self._temporary.name, self._path)
        except OSError:
            raise
        except Exception as error:
            raise OSError(f"{type(error).__name__} while a file was copied there") from error
        self._temporary.close()
        return self._url

    def discard(self) -> None:
        """Leaves nothing of the file, neither here nor there."""
        with contextlib.suppress(OSError):
            self._temporary.close()
        if self._is_published:
            with contextlib.suppress(Exception):
                self._files.rm_file(self._path)
