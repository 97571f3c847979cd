"""Answers as pages to look at: the same content as the JSON, with links to follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any
from urllib.parse import quote

from fastapi.responses import HTMLResponse

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;color:#1f2933;max-width:75rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem;margin:0 0 1rem}table{border-collapse:collapse;font-variant-numeric:tabular-nums}
.wide{overflow-x:auto}th,td{text-align:left;padding:.25rem .75rem .25rem 0;border-bottom:1px solid #e4e7eb;
vertical-align:top}dt{font-weight:600}dd{margin:0 0 .5rem}nav a{margin-right:1rem}a{color:#154273}
"""
_DEEPEST = 6


def page(title: str, content: Mapping[str, Any]) -> HTMLResponse:
    """Any answer: names with their values, lists of like things as tables, addresses as links."""
    links = content.get("links", [])
    rest = {k: v for k, v in content.items() if k != "links"}
    return _document(title, f"{_navigation(links)}{_shown(rest)}")


def features_page(title: str, content: Mapping[str, Any], item: str) -> HTMLResponse:
    """A page of objects as a table; ``item`` is the address that an id comes after."""
    rows = [
        {"id": f["id"]} | {k: v for k, v in f["properties"].items() if k != "identificatie"}
        for f in content["features"]
    ]
    names = list(dict.fromkeys(k for row in rows for k in row))
    names = [n for n in names if n == "id" or any(row.get(n) is not None for row in rows)]
    head = "".join(f"<th>{escape(n)}</th>" for n in names)
    lines = "".join(
        "<tr>"
        + "".join(
            f"<td>{_anchor(f'{item}/{quote(str(row[n]), safe=str())}?f=html', str(row[n]))}</td>"
            if n == "id"
            else f"<td>{_text(row.get(n))}</td>"
            for n in names
        )
        + "</tr>"
        for row in rows
    )
    count = f"<p>{content['numberReturned']} van {content['numberMatched']}</p>"
    table = f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table></div>'
    return _document(title, f"{_navigation(content['links'])}{count}{table}")


def feature_page(title: str, content: Mapping[str, Any]) -> HTMLResponse:
    """One object with all that is known of it."""
    return _document(title, f"{_navigation(content['links'])}{_shown(content['properties'])}")


def _document(title: str, body: str) -> HTMLResponse:
    return HTMLResponse(
        f'<!doctype html><html lang="nl"><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style>'
        f"<h1>{escape(title)}</h1>{body}</html>\n"
    )


def _navigation(links: Sequence[Mapping[str, str]]) -> str:
    words = {"self": "deze pagina", "next": "volgende", "alternate": "anders"}
    anchors = (
        _anchor(link["href"], link.get("title") or words.get(rel, rel))
        for link in links
        if (rel := link["rel"].rpartition("/")[2])
    )
    return f"<nav>{''.join(anchors)}</nav>"


def _shown(value: Any, depth: int = 0) -> str:
    if depth > _DEEPEST or not isinstance(value, Mapping | list | tuple):
        return _text(value)
    if isinstance(value, Mapping):
        pairs = (f"<dt>{escape(str(k))}</dt><dd>{_shown(v, depth + 1)}</dd>" for k, v in value.items())
        return f"<dl>{''.join(pairs)}</dl>"
    return f"<ul>{''.join(f'<li>{_shown(v, depth + 1)}</li>' for v in value)}</ul>" if value else "–"


def _text(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "ja" if value else "nee"
    if isinstance(value, list | tuple):
        return escape(", ".join(map(str, value)))
    text = str(value)
    if text.startswith(("http://", "https://")):
        return _anchor(text, text)
    return escape(text)


def _anchor(href: str, text: str) -> str:
    return f'<a href="{escape(href)}">{escape(text)}</a>'
