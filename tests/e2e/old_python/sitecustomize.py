"""Lets loaders of 2019 run: Python 3.10 took these names out of `collections`."""

from __future__ import annotations

import collections
import collections.abc

collections.MutableMapping = collections.abc.MutableMapping  # type: ignore[attr-defined]
