"""What a new flow says, in the languages of its bot, and what a database needs to speak them.

Where there is no translation the text is English behind the language in brackets: to be translated.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from wa_webhook.migrate.files import SqlFile, read_text
from wa_webhook.migrate.flows import (
    DECLARATION,
    find_flows,
    judge_languages,
    read_declaration,
)
from wa_webhook.scaffold.files import ScaffoldError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

SPOKEN_ALWAYS = ("en", "fr")
"""What every database begins with, and a bot speaks unless somebody says otherwise."""

MARK = re.compile(r'"\[([a-z]{2}(?:-[A-Z]{2})?)\] ')
"""What a text begins with that is to be translated, as a declaration has it."""

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

_NAMES = {
    "ar": "العربية",
    "de": "Deutsch",
    "en": "English",
    "es": "Español",
    "fr": "Français",
    "hi": "हिन्दी",
    "id": "Bahasa Indonesia",
    "it": "Italiano",
    "nl": "Nederlands",
    "pl": "Polski",
    "pt": "Português",
    "ru": "Русский",
    "rw": "Kinyarwanda",
    "sw": "Kiswahili",
    "tr": "Türkçe",
    "uk": "Українська",
}
_TEXTS = {
    "ask": {
        "en": "Is this your first time here?",
        "fr": "Est-ce votre première fois ici ?",
        "es": "¿Es su primera vez aquí?",
        "pt": "É a sua primeira vez aqui?",
        "de": "Sind Sie zum ersten Mal hier?",
        "it": "È la prima volta che viene qui?",
    },
    "yes": {"en": "Yes", "fr": "Oui", "es": "Sí", "pt": "Sim", "de": "Ja", "it": "Sì"},
    "no": {"en": "No", "fr": "Non", "es": "No", "pt": "Não", "de": "Nein", "it": "No"},
    "noted": {
        "en": "Thank you, noted: {answer}.",
        "fr": "Merci, c'est noté : {answer}.",
        "es": "Gracias, anotado: {answer}.",
        "pt": "Obrigado, anotado: {answer}.",
        "de": "Danke, notiert: {answer}.",
        "it": "Grazie, annotato: {answer}.",
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
    """Raise ScaffoldError for what is no language, for none at all, and for one that is twice."""
    if problems := judge_languages(languages):
        raise ScaffoldError("\n".join(problems))
    if len(set(languages)) < max(len(languages), 1):
        raise ScaffoldError("name at least one language, and each once: en,es")


def find_languages(flows: Path) -> tuple[str, ...]:
    """Return those that the flows in a folder speak, as their files begin with them.

    Where there are none, those that every bot speaks. Raises SourceError.
    """
    spoken: dict[str, None] = {}
    for name, folder in find_flows(flows, None).items():
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
            "menu_title": {one: _word(welcomes, one)[:_TITLE_LENGTH].rstrip() for one in languages}
        } | {name: {one: _word(words, one) for one in languages} for name, words in _TEXTS.items()}

    def as_members(self) -> str:
        """Return the members of `texts` in a declaration."""
        return ",\n".join(_write_member(name, bodies) for name, bodies in self.bodies.items())

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
    base, _, country = language.partition("-")
    if base not in _NAMES:
        return language
    return f"{_NAMES[base]} ({country})" if country else _NAMES[base]


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


def _word(translations: Mapping[str, str], language: str) -> str:
    base = language.partition("-")[0]
    return translations.get(base, f"[{language}] {translations['en']}")


def _write_member(name: str, bodies: dict[str, str]) -> str:
    line = f"    {_write(name)}: {_write(bodies)}"
    if len(line) < _LINE_LENGTH:
        return line
    return f"    {_write(name)}: " + json.dumps(bodies, ensure_ascii=False, indent=2).replace(
        "\n", "\n    "
    )


def _write(value: Any) -> str:  # noqa: ANN401
    return json.dumps(value, ensure_ascii=False)
