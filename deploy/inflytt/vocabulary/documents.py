"""What the paths hold: files, folders and archives opened into named documents. Nothing is skipped but hidden files."""

import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from inflytt.errors import Stop

LARGEST = 500_000_000  # bytes unpacked: a file beyond this is no part of a classification
FETCH = "fetch it again"


@dataclass(frozen=True)
class Document:
    """A file's bytes. `name` is its path, and for a part of an archive the archive's path before it."""

    name: str
    data: bytes

    def text(self) -> str:
        """Its text. Raises Stop when it is empty or not in UTF-8, with the line and the byte."""
        if not self.data.strip():
            raise Stop(f"{self.name} is empty: {FETCH}")
        if self.data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise Stop(f"{self.name} is in UTF-16: save it as UTF-8, or {FETCH}")
        try:
            return self.data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = self.data.count(b"\n", 0, error.start) + 1
            raise Stop(
                f"{self.name}, line {line}: the byte {self.data[error.start]:#04x} is not UTF-8: "
                f"save it as UTF-8, or {FETCH}"
            ) from None


def documents(paths: Iterable[Path]) -> Iterator[Document]:
    """Every document in the files, folders and archives, in the order of their names. Raises Stop for what can't be read."""
    for path in paths:
        if not path.exists():
            raise Stop(f"{path} does not exist: name the files, folders or archives to import")
        files = sorted(_visible(path)) if path.is_dir() else [path]
        if not files:
            raise Stop(f"{path} has no files: name the folder that the JobTech and ESCO files are in")
        for file in files:
            yield from _opened(str(file), _read(file))


def _visible(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        if path.is_file() and not _hidden(path.relative_to(folder).parts):
            yield path


def _hidden(parts: Iterable[str]) -> bool:
    return any(part.startswith(".") or part == "__MACOSX" for part in parts)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise Stop(f"{file} can't be read: {error.strerror}") from None


def _opened(name: str, data: bytes) -> Iterator[Document]:
    if not data.startswith(b"PK"):
        yield Document(name, data)
        return
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for part in sorted(archive.infolist(), key=lambda part: part.filename):
                if not part.is_dir() and not _hidden(PurePosixPath(part.filename).parts):
                    yield from _opened(f"{name}: {part.filename}", _unpacked(name, archive, part))
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise Stop(f"{name} is a damaged or truncated archive ({error}): {FETCH}") from None


def _unpacked(name: str, archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bytes:
    if part.file_size > LARGEST:
        raise Stop(f"{name}: {part.filename} is {part.file_size:,} bytes, which no classification is: {FETCH}")
    try:
        return archive.read(part)
    except (RuntimeError, NotImplementedError) as error:
        raise Stop(f"{name}: {part.filename} can't be unpacked ({error}): unpack it, and name the folder") from None
