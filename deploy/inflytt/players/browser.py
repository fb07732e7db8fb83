"""A person's browser, without a screen: cookies, pages read by a real parser, forms filled in and sent as they stand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode, urljoin

import httpx

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
Answers = Mapping[str, str | list[str]]


@dataclass
class Form:
    """A form as the page gave it: where it goes, and what it holds before anybody has written in it."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)

    def filled(self, answers: Answers) -> list[tuple[str, str]]:
        """What a browser would send when these fields have been answered and the others left."""
        kept = [(name, value) for name, value in self.fields if name not in answers]
        given = [(n, v) for n, answer in answers.items() for v in ([answer] if isinstance(answer, str) else answer)]
        return kept + given


@dataclass
class Mark:
    """An element with data attributes, and the forms inside it."""

    data: dict[str, str]
    forms: list[Form] = field(default_factory=list)

    def form(self, ending: str) -> Form:
        return next(form for form in self.forms if form.action.endswith(ending))


class Page(HTMLParser):
    """What stands on a page: its title, links, forms, and elements with data attributes."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__()
        self.status, self.url, self.text = response.status_code, str(response.url), response.text
        self.hops = [one.status_code for one in response.history]
        self.title, self.links = "", list[str]()
        self.forms, self.marks = list[Form](), list[Mark]()
        self._open: list[tuple[str, Mark | None]] = []
        self._form: Form | None = None
        self._select: tuple[str, list[tuple[str, bool]]] | None = None
        self._area = ""
        if "html" in response.headers.get("content-type", ""):
            self.feed(self.text)
            self.close()

    def marked(self, name: str) -> list[Mark]:
        """The elements with `data-<name>`."""
        return [mark for mark in self.marks if name in mark.data]

    def form(self, ending: str) -> Form:
        """The form whose address ends so. Raises LookupError where there is none."""
        for form in self.forms:
            if form.action.endswith(ending):
                return form
        raise LookupError(f"{self.url} answered {self.status} and has no form for {ending}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        data = {name.removeprefix("data-"): v for name, v in attributes.items() if name.startswith("data-")}
        mark = Mark(data) if data else None
        if mark:
            self.marks.append(mark)
        if tag not in VOID:
            self._open.append((tag, mark))
        if tag == "a" and "href" in attributes:
            self.links.append(urljoin(self.url, attributes["href"]))
        self._read_form(tag, attributes)

    def _read_form(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "form":
            action = urljoin(self.url, attributes.get("action") or self.url)
            self._form = Form(action, attributes.get("method", "get"))
            self.forms.append(self._form)
            for _, mark in self._open:
                if mark:
                    mark.forms.append(self._form)
        elif self._form is None:
            return
        elif tag == "input" and attributes.get("name"):
            ticked = attributes.get("type") not in ("checkbox", "radio") or "checked" in attributes
            if ticked and attributes.get("type") != "submit":
                self._form.fields.append((attributes["name"], attributes.get("value", "")))
        elif tag == "select":
            self._select = (attributes.get("name", ""), [])
        elif tag == "option" and self._select:
            self._select[1].append((attributes.get("value", ""), "selected" in attributes))
        elif tag == "textarea":
            self._area = attributes.get("name", "")

    def handle_endtag(self, tag: str) -> None:
        while self._open and tag in [name for name, _ in self._open] and self._open.pop()[0] != tag:
            pass
        if tag == "form":
            self._form = None
        elif tag == "select" and self._select and self._form:
            name, options = self._select
            chosen = [value for value, selected in options if selected] or [value for value, _ in options[:1]]
            self._form.fields += [(name, value) for value in chosen]
            self._select = None
        elif tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1][0] == "title" and not self.title:
            self.title = data.strip()
        if self._area and self._form:
            self._form.fields.append((self._area, data.strip()))


class Browser:
    """One person's: the cookies are theirs alone, the connections are everybody's."""

    def __init__(self, connections: httpx.AsyncBaseTransport, language: str = "sv") -> None:
        headers = {"accept": "text/html", "accept-language": language}
        self.client = httpx.AsyncClient(transport=connections, headers=headers, follow_redirects=True, timeout=30)

    async def open(self, url: str) -> Page:
        return Page(await self.client.get(url))

    async def send(self, form: Form, answers: Answers | None = None) -> Page:
        """Presses the form's button."""
        content = urlencode(form.filled(answers or {}))
        headers = {"content-type": "application/x-www-form-urlencoded"}
        return Page(await self.client.request(form.method.upper(), form.action, content=content, headers=headers))

    async def call(self, method: str, url: str, **more: Any) -> httpx.Response:
        """A program's call: JSON in, JSON out."""
        headers = {"accept": "application/json", **more.pop("headers", {})}
        return await self.client.request(method, url, headers=headers, **more)
