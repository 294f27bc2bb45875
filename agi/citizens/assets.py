"""The style sheet, the script and the icon, by their digest, and nothing else."""

from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from agi.stamp import stamp

_KINDS = {"citizens.css": "text/css", "citizens.js": "text/javascript", "icon.svg": "image/svg+xml"}
_FOR_EVER = "public, max-age=31536000, immutable"


@cache
def _files() -> dict[str, tuple[bytes, str]]:
    """What they hold, with their digests."""
    found = {name: Path(__file__).with_name(name).read_bytes() for name in _KINDS}
    return {name: (content, stamp(content)) for name, content in found.items()}


def address(name: str) -> str:
    """Where the browser finds the file `name`; another address as soon as it has changed. Raises KeyError."""
    return f"/aset/{name}?v={_files()[name][1]}"


async def serve(request: Request) -> Response:
    """The file of that name."""
    name = request.path_params["name"]
    if name not in _files():
        return PlainTextResponse("Tidak ada.", 404)
    content, digest = _files()[name]
    kept = _FOR_EVER if request.query_params.get("v") == digest else "no-cache"
    return Response(content, media_type=_KINDS[name], headers={"cache-control": kept})
