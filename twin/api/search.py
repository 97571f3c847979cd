"""Finding an object by what people type: an address, a street, a postcode, a buurt or an id.

Words are compared without case, accents and punctuation, and each word typed must begin a word of what is
found. Whole words count before beginnings, so that number 12 comes before 120.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from twin.api.data import Twin

_POSTCODE = re.compile(r"\b(\d{4}) ([a-z]{2})\b")
_POSTCODE_LIKE = re.compile(r"\d{4}[a-z]{0,2}")
_CITY_OBJECT = re.compile(r"^NL\.(IMBAG\.\w+|IMGeo)\.", re.IGNORECASE)
# The lines of other addresses than the main one are ours, see twin.attach.verblijfsobjecten.address_line.
_LINE = r"^(.*?) ?([0-9]+)([A-Za-z]?)(?:-([^,]+))?(?:, ([0-9]{4}[A-Z]{2})?(?:^| )?(.*))?$"


@dataclass(frozen=True, slots=True)
class Place:
    """Something found.

    Attributes
    ----------
    kind : str
        ``pand``, ``adres``, ``straat``, ``postcode``, ``buurt``, or the collection of another object.
    id, collection : str or None
        The object to show; None for a street or postcode.
    label : str
    x, y : float [m, RD]
    z : float or None [m, NAP]
    """

    kind: str
    id: str | None
    collection: str | None
    label: str
    x: float
    y: float
    z: float | None


def find(twin: Twin, text: str, limit: int) -> list[Place]:
    """At most ``limit`` places that match, best first: ids, then streets and buurten, then addresses."""
    words = words_of(text)
    found = _ids(twin, _CITY_OBJECT.sub("", text.strip()), limit)
    if words:
        for collection in ("verblijfsobject", "pand", "buurt"):
            if collection in twin.collections:
                twin.require(collection)
        twin.prepare(_tables(twin))
        found += _places(twin, words, limit)
        found += _addresses(twin, words, limit)
    return [Place(*row) for row in found[:limit]]


def words_of(text: str) -> list[str]:
    """Words to look for; a postcode is one word, however it is written.

    >>> words_of("1234 AB 12a, 's-Gravenzande")
    ['1234ab', '12a', 's', 'gravenzande']
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return _POSTCODE.sub(r"\1\2", re.sub(r"[^a-z0-9]+", " ", plain)).split()


def _ids(twin: Twin, text: str, limit: int) -> list[tuple[Any, ...]]:
    """Objects whose id begins with the query."""
    if len(text) < 4 or not any(c.isdigit() for c in text) or " " in text:
        return []
    found: list[tuple[Any, ...]] = []
    for collection in sorted(twin.collections, key=lambda c: (c != "pand", c)):
        names = {a.name for a in twin.attributes(collection)}
        label = {"buurt": "buurtnaam", "verblijfsobject": "adres"}.get(collection, "identificatie")
        label = f"coalesce({label}, identificatie)" if label in names else "identificatie"
        kind = "adres" if collection == "verblijfsobject" else collection
        height = "h_maaiveld" if "h_maaiveld" in names else "null"
        found += twin.query(
            f"select '{kind}', identificatie, '{collection}', {label}, (minx + maxx) / 2, (miny + maxy) / 2, "
            f'{height} from "{collection}" where starts_with(lower(identificatie), ?) and minx is not null '
            f"order by identificatie limit {limit - len(found)}",
            [text.lower()],
        )
        if len(found) >= limit:
            break
    return found


def _places(twin: Twin, words: list[str], limit: int) -> list[tuple[Any, ...]]:
    """Streets, buurten and, if typed in full, postcodes: all words begin one of theirs, one of the name's."""
    begins = " and ".join("contains(words, ' ' || ?)" for _ in words)
    named = " or ".join("contains(' ' || name, ' ' || ?)" for _ in words)
    whole = " + ".join("contains(words, ' ' || ? || ' ')::int" for _ in words)
    return twin.query(
        f"select kind, id, collection, label, x, y, null from search_places where {begins} and ({named}) "
        f"and (kind <> 'postcode' or list_contains(?::varchar[], name)) "
        f"order by {whole} desc, length(name), kind desc, label limit {limit}",
        [*words, *words, words, *words],
    )


def _addresses(twin: Twin, words: list[str], limit: int) -> list[tuple[Any, ...]]:
    """Addresses: all words begin one of theirs; a whole number before the beginning of a longer one."""
    begins, whole, begin_values, whole_values = [], [], [], []
    for word in words:
        if _POSTCODE_LIKE.fullmatch(word):
            begins.append("(contains(words, ' ' || ?) or starts_with(postcode, ?))")
            begin_values += [word, word]
        else:
            begins.append("contains(words, ' ' || ?)")
            begin_values.append(word)
        whole.append("(contains(words, ' ' || ? || ' ') or postcode = ?)::int")
        whole_values += [word, word]
    return twin.query(
        "select 'adres', id, collection, label, x, y, z from search_addresses "
        f"where {' and '.join(begins)} "
        f"order by {' + '.join(whole)} desc, list_has_any(numbers, ?::varchar[]) desc, length(street), "
        f"street, number, letter nulls first, suffix nulls first, label limit {limit}",
        [*begin_values, *whole_values, words],
    )


def _tables(twin: Twin) -> list[str]:
    """Statements that lay out what is searched; half a second for a city, once."""
    return [
        f"create or replace table search_addresses as {_address_rows(twin)}",
        f"create or replace table search_places as {_place_rows(twin)}",
    ]


def _plain(sql: str) -> str:
    """SQL for the words of a text, as :func:`words_of` makes them."""
    return f"trim(regexp_replace(lower(strip_accents(coalesce({sql}, ''))), '[^a-z0-9]+', ' ', 'g'))"


def _has(twin: Twin, collection: str, *names: str) -> bool:
    known = {a.name for a in twin.attributes(collection)} if collection in twin.collections else set()
    return known.issuperset(names)


def _address_rows(twin: Twin) -> str:
    parts = ("adres", "straatnaam", "huisnummer", "huisletter", "huisnummertoevoeging", "adres_postcode",
             "woonplaatsnaam", "nevenadressen", "pand_ids")  # fmt: skip
    if not _has(twin, "verblijfsobject", *parts):
        return (
            "select null::varchar id, null::varchar collection, null::varchar label, null::double x, "
            "null::double y, null::double z, null::varchar street, null::varchar straatnaam, "
            "null::varchar town, null::varchar plaats, null::varchar postcode, null::integer number, "
            "null::varchar letter, null::varchar suffix, null::varchar[] numbers, null::varchar words limit 0"
        )
    panden, height = "(select null::varchar identificatie limit 0)", "null"
    if "pand" in twin.collections:
        panden, height = '"pand"', "p.h_maaiveld" if _has(twin, "pand", "h_maaiveld") else "null"
    group = ["straat", "nummer", "letter", "toevoeging", "postcode", "plaats"]
    return f"""
    with line as (
        select identificatie, pand_ids, minx, miny, adres, straatnaam, huisnummer::integer huisnummer,
               huisletter, huisnummertoevoeging, adres_postcode, woonplaatsnaam
        from verblijfsobject where adres is not null
        union all
        select identificatie, pand_ids, minx, miny, neven,
               nullif(d.straat, ''), try_cast(d.nummer as integer),
               nullif(d.letter, ''), nullif(d.toevoeging, ''), nullif(d.postcode, ''), nullif(d.plaats, '')
        from (select *, regexp_extract(neven, '{_LINE}', {group}) d
              from (select *, unnest(nevenadressen) neven from verblijfsobject))
    ), part as (
        select *, {_plain("straatnaam")} street, {_plain("woonplaatsnaam")} town,
               lower(huisletter) letter, {_plain("huisnummertoevoeging")} suffix_words,
               coalesce(huisnummer::varchar, '') digits
        from line
    )
    select coalesce(p.identificatie, v.identificatie) id,
           case when p.identificatie is null then 'verblijfsobject' else 'pand' end collection,
           adres label, v.minx x, v.miny y, {height}::double z, street, straatnaam, town,
           woonplaatsnaam plaats, lower(replace(adres_postcode, ' ', '')) postcode, huisnummer number, letter,
           huisnummertoevoeging suffix, [digits, digits || coalesce(letter, '')] numbers,
           concat_ws(' ', '', street, digits, digits || letter, letter, suffix_words,
                     digits || coalesce(letter, '') || replace(suffix_words, ' ', ''), town, '') words
    from part v left join {panden} p on p.identificatie = v.pand_ids[1]
    where v.minx is not null
    """


def _place_rows(twin: Twin) -> str:
    """Streets and postcodes stand at the address nearest the middle of theirs, so along the street."""
    rows = []
    for kind, name, label in (
        ("straat", "street", "straatnaam || coalesce(', ' || plaats, '')"),
        ("postcode", "postcode", "upper(postcode) || coalesce(' ' || plaats, '')"),
    ):
        key = f"{name}, town, {label}"
        rows.append(f"""
        select '{kind}' kind, null::varchar id, null::varchar collection, label, name,
               ' ' || name || ' ' || town || ' ' words, arg_min(x, off) x, arg_min(y, off) y
        from (select {name} as name, town, {label} label, x, y,
                     pow(x - avg(x) over (partition by {key}), 2)
                     + pow(y - avg(y) over (partition by {key}), 2) off
              from search_addresses where {name} <> '')
        group by label, name, town
        """)
    if _has(twin, "buurt", "buurtnaam"):
        rows.append(f"""
        select 'buurt', identificatie, 'buurt', buurtnaam, {_plain("buurtnaam")},
               ' ' || {_plain("buurtnaam")} || ' ', (minx + maxx) / 2, (miny + maxy) / 2
        from buurt where buurtnaam is not null and minx is not null
        """)
    return " union all ".join(rows)
