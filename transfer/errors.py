"""Errors of the data layer: one line with file, value and limits."""

from __future__ import annotations


class TransferError(RuntimeError):
    """Anything that is wrong with data, weights or a report."""


class DatasetError(TransferError):
    """A dataset that cannot be written or read."""
