"""Swedish source text in other languages: `locale/<language>.po` files, compiled in memory when a service starts."""

import gettext
import io
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

SOURCE = "sv"
OWN = "chassis.web"
_KEYWORDS: dict[str, Any] = {"t": None, "_": None, "gettext": None, "plural": (1, 2), "ngettext": (1, 2), "sv": None}


def sv(text: str) -> str:
    """Marks a Swedish text in code that is translated where it is shown: `Problem(409, "taken", sv("…"))`."""
    return text


class Translator:
    """`t("Hej %(namn)s", namn=…)` and `t.plural("ett rum", "%(n)s rum", 4)`, in `t.language`."""

    def __init__(self, language: str, translations: gettext.NullTranslations) -> None:
        self.language = language
        self.translations = translations

    def __call__(self, message: str, **values: Any) -> str:
        text = self.translations.gettext(message) if message else ""
        return text % values if values and "%(" in text else text

    def plural(self, one: str, many: str, n: int, **values: Any) -> str:
        return self.translations.ngettext(one, many, n) % {"n": n, **values}


def folder(package: str, name: str) -> Path:
    return Path(str(files(package))) / name


def translators(package: str) -> dict[str, Translator]:
    """A translator per language the service speaks: Swedish, and each `locale/*.po` of its own."""
    spoken = {SOURCE, *(file.stem for file in folder(package, "locale").glob("*.po"))}
    return {language: Translator(language, _translations(package, language)) for language in sorted(spoken)}


def _translations(package: str, language: str) -> gettext.NullTranslations:
    if language == SOURCE:
        return gettext.NullTranslations()
    found: gettext.NullTranslations = gettext.NullTranslations()
    for source in (OWN, package):
        file = folder(source, "locale") / f"{language}.po"
        if file.exists():
            compiled = io.BytesIO()
            with file.open("rb") as lines:
                write_mo(compiled, read_po(lines, locale=language))
            compiled.seek(0)
            more = gettext.GNUTranslations(compiled)
            more.add_fallback(found)
            found = more
    return found


def untranslated(package: str, language: str) -> set[str]:
    """The Swedish texts of a package's templates and code that `language` lacks: for a test that wants none."""
    t = _translations(package, language)
    return {text for text in _texts(package) if t.gettext(text) == text and t.ngettext(text, text, 2) == text}


def _texts(package: str) -> Iterator[str]:
    root = folder(package, "")
    for file in (*root.rglob("*.py"), *root.rglob("templates/**/*.*")):
        method = "python" if file.suffix == ".py" else "jinja2.ext:babel_extract"
        options = {"trimmed": "true", "newstyle_gettext": "true", "silent": "false"}
        with file.open("rb") as lines:
            for _, text, _, _ in extract(method, lines, keywords=_KEYWORDS, options=options):
                yield from [text] if isinstance(text, str) else text[:1]
