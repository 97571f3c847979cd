"""``twin access``: who may see and do what on a server."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from twin.cli.console import Json, Quiet, print_json, print_table

if TYPE_CHECKING:
    from twin.access.keys import ApiKey, KeyStore

app = typer.Typer(
    name="access",
    no_args_is_help=True,
    help="Who may see and do what on a server: access.toml and its API keys.",
)
File = Annotated[
    Path,
    typer.Option(
        "--file",
        "-f",
        envvar="TWIN_ACCESS",
        help="The access.toml of the server.",
        dir_okay=False,
        metavar="FILE",
    ),
]
_HERE = Path("access.toml")
_EXAMPLE = """\
# Who may see and do what. Serve with: twin serve OUT --access access.toml
# Every key is explained in docs/developers/settings.md. Anybody sees what is openbaar.

[server]
keys = "keys.json"     # API keys, hashed; made by: twin access add
audit = "audit.jsonl"  # who read what that is not openbaar
rate = 50.0            # requests per second that a client may go on making
burst = 500            # and at once
# origins = ["https://kaart.example.nl"]  # other sites whose pages may use the API

# [contact]
# name = "Team Geo-informatie"
# email = "geo@example.nl"
# url = "https://www.example.nl/geo"

# [[provider]]  # OpenID Connect: staff log in with their own account
# issuer = "https://login.example.nl/realms/gemeente"
# audience = "gemeentetwin"
# client = "gemeentetwin-viewer"  # a public client with PKCE; its redirect address is that of the viewer
# claim = "roles"
# roles = { "twin-medewerker" = "intern", "twin-woz" = "vertrouwelijk", "twin-planner" = "planner" }
"""


@app.command("init")
def init(
    file: File = _HERE,
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")] = False,
    quiet: Quiet = False,
) -> None:
    """Write an access.toml with everything explained, and its file for API keys."""
    from twin.access import load_access
    from twin.errors import SettingsError
    from twin.store.atomic import write_bytes

    if file.exists() and not force:
        raise SettingsError(f"{file}: exists already. Choose another --file, or --force to overwrite it")
    write_bytes(file, _EXAMPLE.encode())
    load_access(file)
    if not quiet:
        typer.echo(f"Wrote {file}. Make a key with: twin access add NAME --sees intern --file {file}")


@app.command("add")
def add(
    name: Annotated[str, typer.Argument(help="For whom or what the key is.", metavar="NAME")],
    sees: Annotated[
        str,
        typer.Option(
            help="What it may see: openbaar, intern or vertrouwelijk, with all that is less strict."
        ),
    ] = "openbaar",
    planner: Annotated[bool, typer.Option("--planner", help="It may save scenarios.")] = False,
    days: Annotated[
        int | None, typer.Option(min=1, max=3660, help="Days that it is good for; default: for ever.")
    ] = None,
    file: File = _HERE,
    json: Json = False,
) -> None:
    """Make an API key and show it: this once, as only its hash is kept.

    A client sends it as X-API-Key, or as Authorization: Bearer.
    """
    from twin.access.audience import Right
    from twin.catalogue import STRICTNESS
    from twin.errors import SettingsError

    if sees not in STRICTNESS:
        raise SettingsError(f"--sees: {sees!r} is not openbaar, intern or vertrouwelijk")
    rights: list[Right] = [c for c in STRICTNESS if c == sees]
    rights += ["planner"] if planner else []
    last = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=days) if days else None
    key, text = _store(file).make(name, rights, last)
    if json:
        print_json({"key": text, **_shown(key)})
    else:
        typer.echo(text)


@app.command("list")
def list_(file: File = _HERE, json: Json = False) -> None:
    """Show all keys: what they may, and whether they are still good."""
    keys = _store(file).all()
    if json:
        print_json({"keys": [_shown(k) for k in keys]})
        return
    rows: list[tuple[object, ...]] = [
        (k.id, k.name, ", ".join(k.rights), k.made, k.expires or "–", _state(k)) for k in keys
    ]
    print_table("API keys", ("id", "name", "rights", "made", "expires", "state"), rows)


@app.command("revoke")
def revoke(
    number: Annotated[
        str, typer.Argument(help="Id of the key, as `twin access list` shows it.", metavar="ID")
    ],
    file: File = _HERE,
    quiet: Quiet = False,
) -> None:
    """Make a key worthless, at once and for servers that run as well."""
    key = _store(file).revoke(number)
    if not quiet:
        typer.echo(f"Revoked {key.id} ({key.name})")


def _store(file: Path) -> KeyStore:
    from twin.access import load_access
    from twin.access.keys import KeyStore

    return KeyStore(load_access(file).server.keys)


def _shown(key: ApiKey) -> dict[str, object]:
    return {
        "id": key.id,
        "name": key.name,
        "rights": list(key.rights),
        "made": key.made,
        "expires": key.expires,
        "state": _state(key),
    }


def _state(key: ApiKey) -> str:
    if key.revoked:
        return "revoked"
    return "good" if key.good_on(dt.datetime.now(dt.UTC).date()) else "expired"
