"""Static files, read once, with their content's hash in the address so that browsers may keep them for ever."""

import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from starlette.responses import Response

from chassis.web.problems import general

FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class StaticFile:
    content: bytes
    digest: str
    media_type: str


class Shelf:
    """The static files of some folders by name; a later folder's file replaces an earlier one's."""

    def __init__(self, *folders: Path) -> None:
        self.files = {
            str(file.relative_to(folder)): _read(file)
            for folder in folders
            for file in sorted(folder.rglob("*"))
            if file.is_file()
        }

    def url(self, name: str) -> str:
        """`base.css` → `/static/3f2a…/base.css`. KeyError where there is no such file."""
        return f"/static/{self.files[name].digest}/{name}"

    async def serve(self, digest: str, name: str) -> Response:
        """The file; under an old hash the present one, not to be kept (a page from before a deployment asked)."""
        found = self.files.get(name)
        if found is None:
            raise general(404)
        cache = FOR_EVER if digest == found.digest else "no-cache"
        return Response(found.content, media_type=found.media_type, headers={"Cache-Control": cache})


def _read(file: Path) -> StaticFile:
    content = file.read_bytes()
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return StaticFile(content, hashlib.sha256(content).hexdigest()[:16], kind)
