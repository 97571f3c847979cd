"""``report/``: quality per pand, rejects with their reasons, and a page to look at."""

from __future__ import annotations

from html import escape
from typing import Any

import pandas as pd

from twin.catalogue import CATALOGUE
from twin.store import Layout, Manifest
from twin.store.atomic import write_bytes

_COUNTED = {"records": "records", "links": "verwijzingen", "objects": "objecten"}
_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;color:#1f2933;max-width:60rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.8rem;margin:0}h2{font-size:1.2rem;margin:2rem 0 .5rem}p{margin:.25rem 0 1rem;color:#52606d}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:.3rem .75rem .3rem 0;border-bottom:1px solid #e4e7eb;vertical-align:top}
th{font-weight:600}td.n,th.n{text-align:right}
"""


def write_report(
    layout: Layout,
    manifest: Manifest,
    quality: pd.DataFrame,
    rejects: pd.DataFrame,
    heights: pd.DataFrame,
) -> None:
    """Write ``quality.parquet``, ``rejects.parquet`` and ``index.html``."""
    # Through memory: a file that would hold the same is not touched.
    write_bytes(layout.report / "quality.parquet", quality.to_parquet(index=False))
    write_bytes(layout.report / "rejects.parquet", rejects.to_parquet(index=False))
    write_bytes(layout.report / "index.html", _page(manifest, quality, rejects, heights).encode())


def _page(manifest: Manifest, quality: pd.DataFrame, rejects: pd.DataFrame, heights: pd.DataFrame) -> str:
    lower = quality[quality["lod"] != "2.2"] if len(quality) else quality
    reasons = lower.groupby(["lod", "lod_reden"]).size().reset_index() if len(lower) else pd.DataFrame()
    sources = heights.groupby(["collection", "h_bron"]).size().reset_index()
    grouped = rejects.groupby(["stage", "collection", "reason"]).size().reset_index()
    sections = [
        ("Objecten", "Aantal per collectie.", _table(["Collectie", "Aantal"], manifest.counts.items())),
        (
            "Detailniveau",
            "Panden per hoogste bereikte LoD.",
            _table(["LoD", "Panden"], manifest.lods.items()),
        ),
        (
            "Panden onder LoD 2.2",
            "Met de reden; per pand in quality.parquet.",
            _table(["LoD", "Reden", "Panden"], reasons.itertuples(index=False)),
        ),
        (
            "Kwaliteit",
            "Mediaan over de panden.",
            _table(["Maat", "Omschrijving", "Mediaan"], _quality_rows(manifest.quality)),
        ),
        (
            "Hoogten van de BGT",
            "Waaruit ze zijn afgeleid; per object in h_bron en h_gemeten.",
            _table(["Collectie", "Bron van de hoogte", "Objecten"], sources.itertuples(index=False)),
        ),
        (
            "Koppelingen",
            "Hoeveel records een object vonden; bij buurten hoeveel objecten er in een liggen.",
            _table(
                [
                    "Koppeling",
                    "Sleutel",
                    "Objecten",
                    "met record",
                    "Records",
                    "gekoppeld",
                    "Aandeel van",
                    "Aandeel",
                ],
                (
                    (
                        j["name"],
                        j["key"],
                        j["left"],
                        j["left_matched"],
                        j["right"],
                        j["right_matched"],
                        _COUNTED[j["counted"]],
                        f"{100 * j['rate']:.1f}%",
                    )
                    for j in manifest.joins
                ),
            ),
        ),
        (
            "Telling",
            "Van elke stap: erin, eruit en afgewezen. Niets verdwijnt zonder reden.",
            _table(
                ["Stap", "Collectie", "In", "Uit", "Afgewezen"],
                (
                    (x["stage"], x["collection"], x["objects_in"], x["objects_out"], x["rejected"])
                    for x in manifest.ledger
                ),
            ),
        ),
        (
            "Afgewezen records",
            "Per record in rejects.parquet.",
            _table(["Stap", "Collectie", "Reden", "Aantal"], grouped.itertuples(index=False)),
        ),
        (
            "Bronnen",
            "Datum, licentie en aannames.",
            _table(
                ["Bron", "Datum", "Licentie", "Naamsvermelding", "Opmerkingen"],
                (
                    (
                        s["title"],
                        s["date"] or "onbekend",
                        s["licence"],
                        s["attribution"],
                        "; ".join(s["notes"]),
                    )
                    for s in manifest.sources
                ),
            ),
        ),
    ]
    body = "".join(f"<h2>{escape(t)}</h2><p>{escape(p)}</p>{table}" for t, p, table in sections)
    title = f"Bouwverslag {manifest.name}"
    return (
        f'<!doctype html><html lang="nl"><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style>'
        f"<h1>{escape(title)}</h1><p>Gebouwd op {escape(manifest.built)}.</p>{body}</html>\n"
    )


def _quality_rows(quality: dict[str, Any]) -> list[tuple[str, str, str]]:
    rows = []
    for name, value in quality.items():
        attribute = CATALOGUE[name]
        rows.append((attribute.nl.label, attribute.nl.description, f"{value:g} {attribute.unit or ''}"))
    return rows


def _table(heads: list[str], rows: Any) -> str:
    def cell(value: Any, tag: str) -> str:
        kind = ' class="n"' if isinstance(value, int | float) else ""
        return f"<{tag}{kind}>{escape(str(value))}</{tag}>"

    lines = ["".join(cell(v, "td") for v in row) for row in rows]
    if not lines:
        return "<p>Geen.</p>"
    head = "".join(cell(h, "th") for h in heads)
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
