"""Files of a twin that lies in object storage."""

from __future__ import annotations

import mimetypes
from typing import Any

import anyio.to_thread
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

_KINDS = {".glb": "model/gltf-binary", ".json": "application/json"}


class RemoteFiles:
    """Answers with the files below a folder.

    Parameters
    ----------
    folder
        With the methods of a ``Path``, see :func:`twin.store.remote.root_of`.
    """

    def __init__(self, folder: Any) -> None:
        self._folder = folder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request for a file; of a name that leads out of the folder there is none."""
        if scope["method"] not in ("GET", "HEAD"):
            raise HTTPException(405, headers={"Allow": "GET, HEAD"})
        name = scope["path"].removeprefix(scope.get("root_path", "")).lstrip("/")
        parts = name.split("/")
        if not all(parts) or any(p in (".", "..") or "\\" in p or "\0" in p or ":" in p for p in parts):
            raise HTTPException(404)
        try:
            content = await anyio.to_thread.run_sync(self._folder.joinpath(*parts).read_bytes)
        except OSError:
            raise HTTPException(404) from None
        kind = _KINDS.get(f".{name.rpartition('.')[2]}") or mimetypes.guess_type(name)[0]
        body = b"" if scope["method"] == "HEAD" else content
        headers = {"Content-Length": str(len(content))}
        await Response(body, media_type=kind or "application/octet-stream", headers=headers)(
            scope, receive, send
        )
