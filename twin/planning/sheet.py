"""The sheet for the council: a variant on one printable page, in Dutch, whole in itself.

No script, no font, no picture from elsewhere; every text of a file is escaped, whoever wrote it.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from html import escape
from typing import Any

from twin.planning.plan import plan_svg
from twin.planning.surroundings import Planner
from twin.scenario import Evaluation, Town, Variant
from twin.scenario.indicators import Indicator
from twin.scenario.variant import Add, Change, Demolish, Edit, Import, Move, Raise
from twin.store import Manifest

_MONTHS = (
    "januari", "februari", "maart", "april", "mei", "juni",
    "juli", "augustus", "september", "oktober", "november", "december",
)  # fmt: skip
_ROOFS = {"flat": "plat dak", "gable": "zadeldak", "hip": "schilddak"}
_LEVELS = {"ok": "verwerkt", "warning": "let op", "error": "niet verwerkt"}
_UNITS = {"m2": "m²", "m3": "m³", "EUR": "€", "h": "uur"}
_ATTRIBUTES = {
    "gebruiksdoel": "gebruiksdoel",
    "oppervlakte_verblijfsobjecten": "gebruiksoppervlakte (m²)",
    "aantal_woningen": "aantal woningen",
}
_STYLE = """
@page { size: A4; margin: 16mm 15mm }
body { font: 10.5pt/1.45 "Segoe UI", "Helvetica Neue", Arial, sans-serif; color: #1a1a1a; background: #fff;
  max-width: 180mm; margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere }
h1 { font-size: 20pt; line-height: 1.2; margin: 0 0 .2em }
h2 { font-size: 13pt; margin: 1.6em 0 .4em; break-after: avoid }
.under { color: #555; margin: 0 0 1em }
.story { white-space: pre-line }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .32em .6em .32em 0;
  border-bottom: 1px solid #d4d4d4 }
thead th { border-bottom: 2px solid #1a1a1a; font-weight: 600 }
tr { break-inside: avoid }
.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums }
small { display: block; color: #555; font-size: 8.5pt; line-height: 1.35 }
figure { margin: 1em 0; break-inside: avoid }
figure svg { width: 100%; height: auto; max-height: 120mm; border: 1px solid #d4d4d4 }
.error { font-weight: 600 }
footer { margin-top: 2em; color: #555; font-size: 8.5pt; border-top: 1px solid #d4d4d4; padding-top: .6em }
@media print { body { margin: 0; padding: 0; max-width: none } }
"""


def sheet(variant: Variant, evaluation: Evaluation, town: Town, planner: Planner, made: dt.date) -> bytes:
    """HTML of a variant.

    Parameters
    ----------
    variant : Variant
    evaluation : Evaluation
        Of that variant on that town.
    town : Town
    planner : Planner
        Of the twin, for its name, date and sources.
    made : date
        Of the sheet.
    """
    body = [
        f"<h1>{escape(variant.title)}</h1>",
        f'<p class="under">{escape(_under(variant, planner.manifest, made))}</p>',
        f'<p class="story">{escape(variant.description)}</p>' if variant.description else "",
        "<h2>Plattegrond</h2>",
        f"<figure>{plan_svg(evaluation, town)}</figure>",
        "<h2>Wat er verandert</h2>",
        _changes(variant, evaluation),
        "<h2>Cijfers</h2>",
        f"<p>{escape(_area(evaluation))}</p>",
        _indicators(evaluation.indicators),
        "<h2>Bronnen</h2>",
        _sources(planner.sources),
        "<footer>De cijfers zijn berekend uit de 3D-stad en de registraties hierboven; zij zijn een "
        "hulpmiddel bij het ontwerp en geen toets aan het omgevingsplan.</footer>",
    ]
    title = escape(f"{variant.title} · {planner.manifest.name}")
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    page = (
        '<!doctype html>\n<html lang="nl">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(part for part in body if part)
        + "\n</body>\n</html>\n"
    )
    return page.encode()


def number(value: float | None, decimals: int) -> str:
    """A number as it is written in Dutch; a dash for none."""
    if value is None or not math.isfinite(value):
        return "–"
    return f"{value:,.{decimals}f}".translate(str.maketrans(",.", ".,")).replace("-", "−")


def day(date: dt.date) -> str:
    """A date as it is written in Dutch."""
    return f"{date.day} {_MONTHS[date.month - 1]} {date.year}"


def words_of(edit: Edit) -> str:
    """What an edit does, in a line of Dutch."""
    if isinstance(edit, Demolish):
        words = f"Pand {edit.pand} wordt gesloopt"
    elif isinstance(edit, Add):
        base = f" vanaf {number(edit.base, 1)} m" if edit.base else ""
        words = (
            f"Nieuw volume{base}: {_storeys(edit.floors)}, goothoogte {number(edit.height, 1)} m, "
            f"{_ROOFS[edit.roof.form]}, {edit.gebruiksdoel}"
        )
    elif isinstance(edit, Raise):
        words = f"Pand {edit.pand} krijgt {_storeys(edit.floors)} erop ({number(edit.height, 1)} m)"
    elif isinstance(edit, Move):
        words = f"Pand {edit.pand} wordt {number(math.hypot(edit.dx, edit.dy), 1)} m verplaatst"
        words += f" en {number(edit.rotation, 0)}° gedraaid" if edit.rotation else ""
    elif isinstance(edit, Import):
        floors = f": {_storeys(edit.floors)}" if edit.floors is not None else ""
        words = f"Ingelezen ontwerp{floors}, {edit.gebruiksdoel}"
    else:
        words = f"Pand {edit.pand}: {_set(edit)}"
    return f"{edit.label} – {words}" if edit.label else words


def _storeys(count: int) -> str:
    return "1 bouwlaag" if count == 1 else f"{count} bouwlagen"


def _set(edit: Change) -> str:
    given = edit.set.model_dump(exclude_none=True)
    listed = [
        f"{_ATTRIBUTES[k]} wordt {v if isinstance(v, str) else number(float(v), 0)}" for k, v in given.items()
    ]
    return ", ".join(listed) or "er verandert niets"


def _under(variant: Variant, manifest: Manifest, made: dt.date) -> str:
    parts = [f"Variant op de 3D-stad {manifest.name} van {day(dt.date.fromisoformat(manifest.built[:10]))}"]
    if variant.modified:
        parts.append(f"gewijzigd {day(variant.modified.date())}")
    return " · ".join([*parts, f"blad gemaakt {day(made)}"])


def _area(evaluation: Evaluation) -> str:
    area, size = evaluation.area, number(evaluation.area.m2 / 10_000, 2)
    if area.kind == "buurten":
        return f"Over de buurt(en) {', '.join(area.names)}: {size} ha."
    if area.kind == "drawn":
        return f"Over het getekende gebied: {size} ha."
    return f"Over de grond tot 50 m rondom wat verandert: {size} ha."


def _changes(variant: Variant, evaluation: Evaluation) -> str:
    if not variant.edits:
        return "<p>Deze variant heeft nog geen wijzigingen.</p>"
    words = {edit.id: words_of(edit) for edit in variant.edits}
    rows, told = [], set()
    for verdict in evaluation.verdicts:
        content = verdict.as_json()
        what = "" if verdict.edit in told else words[verdict.edit]
        told.add(verdict.edit)
        level = content["level"]
        said = f"<small>{escape(content['nl'])}</small>" if level != "ok" else ""
        rows.append(f'<tr><td>{escape(what)}</td><td class="{level}">{_LEVELS[level]}{said}</td></tr>')
    return _table(("Wijziging", "Uitkomst"), rows)


def _indicators(indicators: Iterable[Indicator]) -> str:
    rows, said = [], ""
    for indicator in indicators:
        i = indicator.as_json()
        unit = _UNITS.get(i["unit"], i["unit"])
        reason = f"<small>{escape(i['reason']['nl'])}</small>" if i["reason"] else ""
        before, after = number(i["before"], i["decimals"]), number(i["after"], i["decimals"])
        difference = number(i["difference"], i["decimals"])
        sign = "+" if i["difference"] is not None and i["difference"] > 0 else ""
        definition = "Als hierboven." if i["nl"]["definition"] == said else escape(i["nl"]["definition"])
        said, label = i["nl"]["definition"], escape(i["nl"]["label"])
        rows.append(
            f"<tr><td>{label}{f' ({escape(unit)})' if unit else ''}<small>{definition}</small>{reason}</td>"
            f'<td class="n">{before}</td><td class="n">{after}</td><td class="n">{sign}{difference}</td></tr>'
        )
    return _table(("Indicator", "Nu", "Met plan", "Verschil"), rows)


def _table(heads: tuple[str, ...], rows: list[str]) -> str:
    numeric = {"Nu", "Met plan", "Verschil"}
    cells = "".join(f'<th scope="col"{" class=n" if h in numeric else ""}>{h}</th>' for h in heads)
    return f"<table><thead><tr>{cells}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _sources(sources: list[dict[str, Any]]) -> str:
    listed = []
    for source in sources:
        parts = [str(source.get(k) or "") for k in ("title", "date", "licence", "attribution")]
        parts[0] = parts[0] or str(source.get("kind", ""))
        listed.append(f"<li>{escape(', '.join(p for p in parts if p))}</li>")
    return f"<ul>{''.join(dict.fromkeys(listed))}</ul>"
