"""Style sheets, scripts and pictures: those that stand beside the pages, by their digest, and nothing else."""

from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response

from agi.stamp import stamp

_PAGES = Path(__file__).resolve().parent.parent
_KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_FOR_EVER = "public, max-age=31536000, immutable"


@cache
def _files() -> dict[str, tuple[Path, str]]:
    """All of them by name ("shared/pages.css"), with their digests."""
    return {
        path.relative_to(_PAGES).as_posix(): (path, stamp(path.read_bytes()))
        for path in sorted(_PAGES.rglob("*"))
        if path.suffix in _KINDS
    }


def address(name: str) -> str:
    """Where the browser finds the file `name`; another address as soon as it has changed. Raises KeyError."""
    return f"/aset/{name}?v={_files()[name][1]}"


async def serve(request: Request) -> Response:
    """The file of that name."""
    found = _files().get(request.path_params["name"])
    if found is None:
        return PlainTextResponse("Tidak ada.", 404)
    path, digest = found
    kept = _FOR_EVER if request.query_params.get("v") == digest else "no-cache"
    return FileResponse(path, media_type=_KINDS[path.suffix], headers={"cache-control": kept})
