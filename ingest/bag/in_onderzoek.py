"""Which facts of which objects the municipality is looking into (the InOnderzoek part of an extract)."""

from __future__ import annotations

import datetime as dt

import pandas as pd
from lxml import etree

from ingest import ids
from ingest.bag.extract import Member
from ingest.bag.tables import Judged
from ingest.bag.versions import BEGIN, END, INACTIVE, REGISTERED, SUPERSEDED, why_not_current
from ingest.delivery import Reject
from ingest.errors import SourceError
from ingest.verdicts import Verdicts

COLUMNS = ("identificatie", "objecttype", "kenmerk")

_DATES = {
    "beginGeldigheid": BEGIN,
    "eindGeldigheid": END,
    "tijdstipRegistratieLV": REGISTERED,
    "tijdstipEindRegistratieLV": SUPERSEDED,
    "tijdstipInactiefLV": INACTIVE,
}


def judge(member: Member, on: dt.date | None) -> Judged:
    """Facts under investigation on a day: columns :data:`COLUMNS`, a row per object and fact.

    Records of an investigation that was closed (``inOnderzoek`` N) or superseded are rejected.
    """
    raw = _parse(member)
    normalise = ids.woonplaats_ids if member.table == "woonplaats" else ids.bag_ids
    found = normalise(raw["identificatie"])
    verdicts = Verdicts(found.ids.where(found.ids.notna(), raw["identificatie"]))
    verdicts.add(found.ids.isna(), Reject.BAD_ID, found.reason)
    why = why_not_current(raw, on)
    for reason in (Reject.NOT_CURRENT, Reject.HISTORIC):
        verdicts.add(why["reason"] == str(reason), reason, why["detail"])
    verdicts.add(
        raw["inOnderzoek"] != "J", Reject.NOT_CURRENT, "no longer under investigation: " + raw["kenmerk"]
    )
    frame = raw.assign(identificatie=found.ids, objecttype=member.table)
    return Judged(frame.loc[verdicts.accepted(), list(COLUMNS)], verdicts.rejects())


def _parse(member: Member) -> pd.DataFrame:
    """One row per record, a column per element with text, whatever namespace version it is in."""
    rows: list[dict[str, str | None]] = []
    try:
        root = etree.fromstring(member.xml)
    except etree.XMLSyntaxError as fault:
        raise SourceError(
            member.name,
            found=f"its XML breaks off or is malformed ({fault})",
            expected="a complete inOnderzoek file of the BAG extract 2.0",
            remedy="Download the extract again.",
        ) from None
    for record in root.iterfind(".//{*}kenmerkInOnderzoek"):
        fields = {
            etree.QName(e).localname: e.text for e in record.iter(etree.Element) if e.text and not len(e)
        }
        fields["identificatie"] = next(
            (v for k, v in fields.items() if k.startswith("identificatieVan")), None
        )
        rows.append(fields)
    wanted = ["identificatie", "kenmerk", "inOnderzoek", *_DATES]
    raw = pd.DataFrame(rows, columns=wanted, dtype="str").rename(columns=_DATES)
    dates = {
        name: pd.to_datetime(raw[name], format="ISO8601").astype("datetime64[us]") for name in _DATES.values()
    }
    return raw.assign(**dates)
