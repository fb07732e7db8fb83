"""The start page, the form on one page, and the receipt: the same one whether anybody is known or not."""

from collections import defaultdict
from typing import Any

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, RedirectResponse, Response

from chassis import clock
from chassis.database import Transaction
from chassis.envelope import new_id
from chassis.service import Commits
from chassis.web import StrictRoute, language, page, translator
from contracts.vocabulary import VOCABULARY
from intake import households
from intake.bodies.reading import Refused, read
from intake.bodies.registration import Registration
from intake.pages import form as fields
from intake.store import replies

router = APIRouter(route_class=StrictRoute, default_response_class=HTMLResponse)


@router.get("/")
async def start(request: Request) -> Response:
    return page(request, "start.html")


@router.get("/anmal")
async def empty_form(request: Request) -> Response:
    return _form(request, FormData(), {})


@router.post("/anmal")
async def register(request: Request, commits: Commits) -> Response:
    form = await request.form()
    t = translator(request)
    try:
        body = read(Registration, fields.given(form), clock.now(), t)
    except Refused as refused:
        return _form(request, form, fields.errors(refused.faults, t))

    async def work(tx: Transaction) -> None:
        if await _is_first(request, tx, form, body):
            await households.register(tx, body)

    await commits.do(work)
    return RedirectResponse("/anmal/tack", 303)


async def _is_first(request: Request, tx: Transaction, form: FormData, body: Registration) -> bool:
    """Whether this copy of the form has not been sent before: who presses twice has registered once."""
    key = form.get("copy")
    if not isinstance(key, str) or not key:
        return True
    secret = request.app.state.settings.cookie_secret
    asked = replies.Asked.of(secret, "form", key[:100], body.model_dump_json())
    asked = replies.Asked(asked.key + asked.payload, asked.payload)  # changed and sent again is another registration
    if not await replies.claim(tx, asked) or await replies.earlier(tx, asked):
        return False
    await replies.keep(tx, asked, 303, {})
    return True


@router.get("/anmal/tack")
async def thanks(request: Request) -> Response:
    return page(request, "thanks.html")


def _form(request: Request, form: FormData, errors: dict[str, str]) -> Response:
    chosen, t = language(request), translator(request)
    context: dict[str, Any] = {
        "errors": defaultdict(str, errors),
        "filled": lambda name, default="": form.get(name, default),
        "picked": form.getlist,
        "is_new": not form,
        "second_open": any(name.startswith("adults-1-") for name in errors) or fields.has_second(form),
        "copy": form.get("copy") or str(new_id()),
        "occupations": _names(VOCABULARY.occupations, chosen),
        "skills": _names(VOCABULARY.skills, chosen),
        "licences": [(licence.id, licence.name(chosen), "") for licence in VOCABULARY.licences.values()],
        "areas": [
            (area.id, area.name(chosen), "") for area in VOCABULARY.areas.values() if area.municipality == "2580"
        ],
        "adults": range(fields.ADULTS),
        "children": range(fields.CHILDREN),
        "child_rows": [(str(n), t("Barn %(n)s", n=n + 1), "") for n in range(fields.CHILDREN)],
        "lists": {
            name: [(id, choice.name(chosen), "") for id, choice in choices.items()]
            for name, choices in VOCABULARY.lists.items()
        },
        "opened": lambda prefix: any(
            name.startswith(prefix) for name in (*errors, *(name for name, value in form.multi_items() if value))
        ),
        "skill_lines": range(fields.SKILLS),
    }
    return page(request, "register.html", status=422 if errors else 200, **context)


def _names(records: Any, chosen: str) -> list[str]:
    return sorted(record.name(chosen) for record in records.values())
