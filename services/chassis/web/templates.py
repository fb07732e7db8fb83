"""A service's Jinja2 templates over the chassis's own, in every language it speaks; for pages and for mails."""

from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from chassis.web.catalogues import OWN, SOURCE, Translator, folder, translators
from chassis.web.formats import Formats
from chassis.web.shelf import Shelf

NAMES = {
    "sv": "Svenska",
    "en": "English",
    "fi": "suomi",
    "fit": "meänkieli",
    "se": "davvisámegiella",
    "uk": "українська",
}


class Templates:
    """Templates of `package` (its `templates/`, `locale/`, `static/`), which may extend `base.html` and `macros.html`.

    In templates: `t("…")`, `plural(…)`, `{% trans %}`, `url_static("…")`, the filters of `Formats`. HTML is escaped,
    `.txt` is not. An undefined name is an error.
    """

    def __init__(self, package: str = OWN) -> None:
        self.package = package
        self.translators = translators(package)
        self.shelf = Shelf(folder(OWN, "static"), folder(package, "static"))
        self._environments = {t.language: self._environment(t) for t in self.translators.values()}

    @property
    def languages(self) -> dict[str, str]:
        """Language code → its name in itself, Swedish first."""
        return {code: NAMES.get(code, code) for code in sorted(self._environments, key=lambda c: (c != SOURCE, c))}

    def render(self, name: str, /, *, language: str = SOURCE, **context: Any) -> str:
        """The text of a template. A language the service does not speak falls to Swedish, as `language` says there."""
        environment = self._environments.get(language) or self._environments[SOURCE]
        return environment.get_template(name).render(**context)

    def translator(self, language: str) -> Translator:
        return self.translators.get(language) or self.translators[SOURCE]

    def _environment(self, t: Translator) -> Environment:
        environment = Environment(
            loader=FileSystemLoader([folder(self.package, "templates"), folder(OWN, "templates")]),
            autoescape=select_autoescape(("html", "svg")),
            undefined=StrictUndefined,
            extensions=["jinja2.ext.i18n"],
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.policies["ext.i18n.trimmed"] = True
        environment.install_gettext_translations(t.translations, newstyle=True)  # type: ignore[attr-defined]
        environment.globals |= {
            "t": t,
            "_": t,
            "plural": t.plural,
            "language": t.language,
            "url_static": self.shelf.url,
        }
        environment.filters |= Formats(t.language).filters()
        return environment
