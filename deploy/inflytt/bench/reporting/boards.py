"""How long a board's reports take to build: a period is followed up through the doors, published, and its files are fetched."""

import re
import time
from datetime import date, timedelta
from pathlib import Path
from statistics import median

import httpx

from inflytt import followup
from inflytt.bench.figures import Figure, counted
from inflytt.bench.reporting.dashboards import signed_in
from inflytt.bench.reporting.ground import SECRET, Say
from inflytt.errors import Stop

PROGRAMME = Path(followup.__file__).parent / "programmes" / "uppsala.toml"
TIMES = 5  # each file is built
CSRF = re.compile(r'name="csrf" value="([^"]+)"')


def loaded(client: httpx.Client) -> None:
    """The programme of Uppsala, as `inflytt followup load` brings it."""
    text, told = followup.read(PROGRAMME)
    followup.send(client, SECRET, text, told, PROGRAMME)


def measure(client: httpx.Client, say: Say) -> list[Figure]:
    """Seconds to publish a period, and to build each of its files; the median of some."""
    _, told = followup.read(PROGRAMME)
    per = date.today().replace(day=1) - timedelta(days=1)  # noqa: DTZ011
    goal, at = told["goals"][0], f"/arbete/{told['id']}/{per}"
    scales = {scale["id"]: scale["levels"][0]["key"] for scale in told["scales"]}
    _open(client, f"/arbete/{told['id']}", per)
    subjects = [(goal["id"], goal["scale"]), *((one["id"], goal["assignment_scale"]) for one in told["assignments"])]
    for subject, scale in subjects:
        _reviewed(client, f"{at}/{subject}", scales[scale])
    began = time.monotonic()
    _send(client, f"{at}/publish", at)
    found = [counted("report_published", "s", time.monotonic() - began)]
    report = f"/rapporter/{told['id']}/{per}/{goal['id']}"
    for name, address in (
        ("report_pdf", f"{report}.pdf"),
        ("report_docx", f"{report}.docx"),
        ("report_xlsx", f"/mal/{goal['id']}/uppdrag.xlsx"),
        ("households_xlsx", "/data/hushall.xlsx"),
    ):
        found.append(counted(name, "s", median(_took(client, address) for _ in range(TIMES))))
        say(f"{name}: {found[-1].value} s")
    return found


def _open(client: httpx.Client, path: str, per: date) -> None:
    days = (0, 10, 20, 30)
    names = ("per", "report_by", "review_by", "publish_by")
    signed_in(client, "writer")
    told = {name: str(per + timedelta(days=day)) for name, day in zip(names, days, strict=True)}
    _send(client, path, "/arbete", **told)


def _reviewed(client: httpx.Client, path: str, status: str) -> None:
    """One writes it and calls it ready, another reviews it."""
    signed_in(client, "writer")
    _send(client, path, do="save", version="0", status=status, text="Arbetet fortgår enligt plan. " * 40)
    _send(client, path, do="ready")
    signed_in(client, "reviewer")
    _send(client, path, do="review")


def _send(client: httpx.Client, path: str, seen: str = "", **told: str) -> None:
    """Posts a form as a browser does: with the token of the page it stands on. Raises Stop when it is refused."""
    found = CSRF.search(client.get(seen or path).text)
    if found is None:
        raise Stop(f"{seen or path} has no form; nothing was measured.")
    answer = client.post(path, data={"csrf": found[1], **told})
    if answer.status_code != 303:
        raise Stop(f"{path} was answered with {answer.status_code}; nothing was measured.")


def _took(client: httpx.Client, address: str) -> float:
    began = time.monotonic()
    answer = client.get(address)
    if answer.status_code != 200 or not answer.content:
        raise Stop(f"{address} was answered with {answer.status_code}; nothing was measured.")
    return time.monotonic() - began
