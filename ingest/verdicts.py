"""The account of why records of a source are left out, a verdict per record."""

from __future__ import annotations

import pandas as pd

from ingest.delivery import Reject, rejects_frame


class Verdicts:
    """First reason found against each record.

    Parameters
    ----------
    object_ids : pandas.Series of str
        What to call each record; its index is that of everything given to :meth:`add`.
    """

    def __init__(self, object_ids: pd.Series) -> None:
        self._ids = object_ids
        self._reason = pd.Series(index=object_ids.index, dtype="str")
        self._detail = pd.Series(index=object_ids.index, dtype="str")

    def add(self, against: pd.Series, reason: Reject, detail: pd.Series | str) -> None:
        """Reject records that were not yet, with one detail for all or one for each."""
        new = against.to_numpy(dtype=bool) & self._reason.isna().to_numpy()
        if new.any():
            self._reason[new] = str(reason)
            self._detail[new] = detail if isinstance(detail, str) else detail[new]

    def accepted(self) -> pd.Series:
        """Bool per record: nothing was found against it."""
        return self._reason.isna()

    def rejects(self) -> pd.DataFrame:
        """Reject lines, in the order of the records."""
        bad = self._reason.notna()
        if not bad.any():
            return rejects_frame()
        columns = {"object_id": self._ids[bad], "reason": self._reason[bad], "detail": self._detail[bad]}
        return pd.DataFrame(columns).fillna("").astype("str").reset_index(drop=True)
