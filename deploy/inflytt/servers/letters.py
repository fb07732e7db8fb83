"""What the mail catcher keeps: each message a file as it came, read back as JSON and as a page."""

import html
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

STYLE = """<meta name=viewport content="width=device-width"><style>
:root{color-scheme:light dark;--line:light-dark(#cdd3cd,#354144);--quiet:light-dark(#4a5653,#adb8b4)}
body{font:17px/1.55 system-ui,sans-serif;max-inline-size:60rem;margin:2rem auto;padding:0 1rem;
background:light-dark(#f5f6f2,#12181a);color:light-dark(#18211f,#ecefea)}a{color:light-dark(#2d3f86,#b3c0ff)}
table{border-collapse:collapse;inline-size:100%}th,td{text-align:start;padding:.4rem 1rem .4rem 0;vertical-align:top;
border-block-end:1px solid var(--line)}thead th,dt{color:var(--quiet);font-weight:400;font-size:14px}dd{margin:0 0 .5rem}
pre{font:inherit;white-space:pre-wrap;overflow-wrap:anywhere}iframe{inline-size:100%;block-size:40rem;border:1px solid
var(--line);background:#fff}
button{font:inherit;font-weight:600;padding:.6rem 1.5rem;border:0;border-radius:4px;cursor:pointer;
background:light-dark(#2d3f86,#b3c0ff);color:light-dark(#fff,#10173a)}</style>"""


@dataclass(frozen=True)
class Letter:
    id: str
    received_at: str  # ISO 8601, UTC
    sender: str  # of the envelope, like `to`
    to: list[str]
    subject: str
    text: str
    html: str
    headers: dict[str, str]

    def as_json(self) -> dict[str, Any]:
        fields = asdict(self)
        return {"from": fields.pop("sender"), **fields}


class Letters:
    """The letters in a folder, oldest first; they are there again after a restart."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.all = [read(path) for path in sorted(folder.glob("*.eml"))]

    def keep(self, sender: str, to: Sequence[str], content: bytes) -> Letter:
        number = int(self.all[-1].id) + 1 if self.all else 1
        envelope = {"Envelope-From": sender, "Envelope-To": ", ".join(to), "Received-At": datetime.now(UTC).isoformat()}
        head = "".join(f"X-{name}: {value}\r\n" for name, value in envelope.items())
        path = self.folder / f"{number:06}.eml"
        part = path.with_suffix(".part")
        part.write_bytes(head.encode() + content)
        part.rename(path)
        letter = read(path)
        self.all.append(letter)
        return letter

    def those(self, to: str = "", after: str = "") -> list[Letter]:
        """Those to an address, and those that came after the one with the id `after`."""
        return [letter for letter in self.all if (not to or to in letter.to) and letter.id > after]


def read(path: Path) -> Letter:
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    headers = {name: str(value) for name, value in reversed(message.items())}  # the first of a name counts
    return Letter(
        path.stem,
        headers["X-Received-At"],
        headers["X-Envelope-From"],
        headers["X-Envelope-To"].split(", "),
        headers.get("Subject", ""),
        _body(message, "plain"),
        _body(message, "html"),
        headers,
    )


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    if part is None:
        return ""
    try:
        return str(part.get_content())
    except LookupError:  # a charset that nobody knows
        content = part.get_payload(decode=True)
        return content.decode("utf-8", "replace") if isinstance(content, bytes) else str(content)


def list_page(letters: Sequence[Letter]) -> str:
    rows = "".join(
        f"<tr><td>{letter.received_at[11:19]}<td>{html.escape(', '.join(letter.to))}"
        f"<td><a href=/messages/{letter.id}>{html.escape(letter.subject) or '(no subject)'}</a>"
        for letter in reversed(letters)
    )
    head = "<thead><tr><th>Came, UTC<th>To<th>Subject</thead>"
    return (
        f"<!doctype html><title>Mail</title>{STYLE}<meta http-equiv=refresh content=5><h1>Mail</h1>"
        f"<p>{len(letters)} caught; none left this machine. <a href=/messages.json>As JSON</a></p><table>{head}{rows}</table>"
    )


def letter_page(letter: Letter) -> str:
    subject = html.escape(letter.subject)
    facts = {"From": letter.headers.get("From", letter.sender), "To": ", ".join(letter.to), "Came": letter.received_at}
    listed = "".join(f"<dt>{name}<dd>{html.escape(value)}" for name, value in facts.items())
    linked = re.sub(r"(https?://[^\s<>]+)", r'<a href="\1">\1</a>', html.escape(letter.text))
    shown = html.escape(f"<base target=_top>{letter.html}")
    framed = f'<iframe sandbox="allow-top-navigation-by-user-activation" srcdoc="{shown}"></iframe>'
    return (
        f"<!doctype html><title>{subject}</title>{STYLE}<p><a href=/>All mail</a><h1>{subject}</h1>"
        f"<dl>{listed}</dl><pre>{linked}</pre>{framed if letter.html else ''}"
    )
