"""What a new flow says, in the languages of its bot, and what a database needs to speak them.

Where there is no translation the text is English behind the language in brackets: to be translated.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from wa_webhook.migrate.files import SqlFile, read_text
from wa_webhook.migrate.flows import DECLARATION, find_flows, read_declaration
from wa_webhook.scaffold.files import ScaffoldError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SPOKEN_ALWAYS = ("en", "fr")
"""What every database begins with, and a bot speaks unless somebody says otherwise."""

MARK = re.compile(r'"\[([a-z]{2}(?:-[A-Z]{2})?)\] ')
"""What a text begins with that is to be translated, as a declaration has it."""

_LANGUAGE = re.compile(r"[a-z]{2}(-[A-Z]{2})?")
_ADD = """\
insert into wa.locales (locale, name) values
{rows}
on conflict (locale) do nothing;
"""
_LEAVE_OUT = "update wa.locales set is_offered = false where locale in ({listed});\n"
_BEGIN_WITH = """update wa.settings set value = '"{language}"' where key = 'default_locale';\n"""
_LINE_LENGTH = 120
_TITLE_LENGTH = 24
"""Characters of a menu row's title that WhatsApp shows."""


class _Named(NamedTuple):
    """What a language calls itself, and what it is called in English."""

    name: str
    english: str


_NAMES = {
    "ar": _Named("العربية", "arabic"),
    "de": _Named("Deutsch", "german"),
    "en": _Named("English", "english"),
    "es": _Named("Español", "spanish"),
    "fr": _Named("Français", "french"),
    "hi": _Named("हिन्दी", "hindi"),
    "id": _Named("Bahasa Indonesia", "indonesian"),
    "it": _Named("Italiano", "italian"),
    "nl": _Named("Nederlands", "dutch"),
    "pl": _Named("Polski", "polish"),
    "pt": _Named("Português", "portuguese"),
    "ru": _Named("Русский", "russian"),
    "rw": _Named("Kinyarwanda", "kinyarwanda"),
    "sw": _Named("Kiswahili", "swahili"),
    "tr": _Named("Türkçe", "turkish"),
    "uk": _Named("Українська", "ukrainian"),
}
_TEXTS = {
    "en": {
        "ask": "Is this your first time here?",
        "yes": "Yes",
        "no": "No",
        "noted": "Thank you, noted: {answer}.",
    },
    "fr": {
        "ask": "Est-ce votre première fois ici ?",
        "yes": "Oui",
        "no": "Non",
        "noted": "Merci, c'est noté : {answer}.",
    },
    "es": {
        "ask": "¿Es su primera vez aquí?",
        "yes": "Sí",
        "no": "No",
        "noted": "Gracias, anotado: {answer}.",
    },
    "pt": {
        "ask": "É a sua primeira vez aqui?",
        "yes": "Sim",
        "no": "Não",
        "noted": "Obrigado, anotado: {answer}.",
    },
    "de": {
        "ask": "Sind Sie zum ersten Mal hier?",
        "yes": "Ja",
        "no": "Nein",
        "noted": "Danke, notiert: {answer}.",
    },
    "it": {
        "ask": "È la prima volta che viene qui?",
        "yes": "Sì",
        "no": "No",
        "noted": "Grazie, annotato: {answer}.",
    },
}
_WELCOMES = {
    "en": "Welcome",
    "fr": "Bienvenue",
    "es": "Bienvenidos",
    "pt": "Boas-vindas",
    "de": "Willkommen",
    "it": "Benvenuti",
}


def check_languages(languages: Sequence[str]) -> None:
    """Raise ScaffoldError for what is no language such as en or pt-BR, for none, and for two."""
    for language in languages:
        if _LANGUAGE.fullmatch(language) is None:
            raise ScaffoldError(f"{language!r} is no language such as en or pt-BR")
    if len(set(languages)) < max(len(languages), 1):
        raise ScaffoldError("name at least one language, and each once: en,es")


def find_languages(flows: Path | None) -> tuple[str, ...]:
    """Return those that the flows in a folder speak, as their files begin with them.

    Where there are none, those that every bot speaks. Raises SourceError.
    """
    spoken: dict[str, None] = {}
    for name, folder in ({} if flows is None else find_flows(flows, None)).items():
        path = folder / DECLARATION
        if path.is_file():
            declared = read_declaration(SqlFile(str(path), read_text(path)), name)
            for bodies in declared.get("texts", {}).values():
                spoken |= dict.fromkeys(bodies)
    return tuple(spoken) or SPOKEN_ALWAYS


class Wording:
    """The texts of a flow whose row in the menu is `title` (English), in some languages."""

    def __init__(self, title: str, languages: Sequence[str]) -> None:
        welcomes = _WELCOMES if title == _WELCOMES["en"] else {"en": title}
        self.bodies = {
            name: {
                language: _word(
                    english, {one: words[name] for one, words in _TEXTS.items()}, language
                )
                for language in languages
            }
            for name, english in _TEXTS["en"].items()
        }
        titles = {language: _word(title, welcomes, language) for language in languages}
        self.titles = {language: body[:_TITLE_LENGTH].rstrip() for language, body in titles.items()}

    def as_members(self) -> str:
        """Return the members of `texts` in a declaration."""
        texts = {"menu_title": self.titles, **self.bodies}
        return ",\n".join(_write_member(name, bodies) for name, bodies in texts.items())

    def expected(self, language: str) -> dict[str, str]:
        """Return what tests of the flow say and hear in a language, by names in the template."""
        said = {name: bodies[language] for name, bodies in self.bodies.items()}
        return {
            "question": _write(f"{said['ask']}\n[{said['yes']}] [{said['no']}]"),
            "yes": _write(said["yes"]),
            "no": _write(said["no"].lower()),
            "noted_yes": _write(said["noted"].format(answer=said["yes"])),
            "noted_no": _write(said["noted"].format(answer=said["no"])),
        }


def name_language(language: str) -> str:
    """Return what a language calls itself, or its tag where we do not know."""
    named = _NAMES.get(language)
    if named is not None:
        return named.name
    base, _, country = language.partition("-")
    return f"{_NAMES[base].name} ({country})" if base in _NAMES else language


def in_english(language: str) -> str:
    """Return a language's name as a part of a Python name."""
    named = _NAMES.get(language)
    return named.english if named is not None else language.replace("-", "_").lower()


def write_languages(languages: Sequence[str], *, alone: bool) -> str:
    """Return what a migration makes a database speak; empty where every database does.

    `alone`: these are all that it offers, and the first is what people read before they choose.
    """
    statements = []
    if added := [one for one in languages if one not in SPOKEN_ALWAYS]:
        rows = ",\n".join(f"('{one}', '{name_language(one)}')" for one in added)
        statements.append(_ADD.format(rows=rows))
    if alone:
        if left_out := [one for one in SPOKEN_ALWAYS if one not in languages]:
            statements.append(_LEAVE_OUT.format(listed=", ".join(f"'{one}'" for one in left_out)))
        if languages[0] != SPOKEN_ALWAYS[0]:
            statements.append(_BEGIN_WITH.format(language=languages[0]))
    return "\n".join(statements)


def _word(english: str, translations: dict[str, str], language: str) -> str:
    base = language.partition("-")[0]
    return translations.get(base, f"[{language}] {english}")


def _write_member(name: str, bodies: dict[str, str]) -> str:
    line = f"    {_write(name)}: {_write(bodies)}"
    if len(line) < _LINE_LENGTH:
        return line
    return f"    {_write(name)}: " + json.dumps(bodies, ensure_ascii=False, indent=2).replace(
        "\n", "\n    "
    )


def _write(value: Any) -> str:  # noqa: ANN401
    return json.dumps(value, ensure_ascii=False)
