"""Reading the pages of docs/ as tests need them."""

from __future__ import annotations

import re
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
DOCS = REPOSITORY / "docs"


def page(name: str) -> str:
    """Text of a page below ``docs/``."""
    return (DOCS / name).read_text(encoding="utf-8")


def sections(text: str) -> dict[str, str]:
    """Text below each heading, up to the next of any level, by the heading's plain words."""
    parts = re.split(r"^#{1,6} +(.+)$", re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S), flags=re.M)
    return {
        title.replace("`", "").strip(): body for title, body in zip(parts[1::2], parts[2::2], strict=True)
    }


def rows(text: str) -> list[list[str]]:
    """Cells of the tables in ``text``, without their heads; backticks are kept."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    rules = {n for n, line in enumerate(lines) if re.fullmatch(r"[|\s:-]+", line)}
    body = [line for n, line in enumerate(lines) if n not in rules and n + 1 not in rules]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in body]


def code_words(text: str) -> set[str]:
    """Everything between backticks outside code blocks."""
    return set(re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)))
