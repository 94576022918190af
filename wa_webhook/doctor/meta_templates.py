"""Templates as Meta has them, against what the outbox sends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psycopg import sql

from wa_webhook.doctor.check import Check, fail, ok, skip, warn

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from wa_webhook.operations.graph_shapes import Template
    from wa_webhook.operations.templates import UsedTemplate

_APPROVED = "APPROVED"
_QUIET = frozenset({"PENDING", "IN_APPEAL", "DELETED", "PENDING_DELETION", "ARCHIVED"})
_MENDS = {
    "PAUSED": "Users dislike it: Meta lets it go by itself, and disables it after the third time.",
    "DISABLED": "Make another one: this one comes back by an appeal only.",
    "REJECTED": "WhatsApp Manager says why: edit it, or appeal.",
    "PENDING": "Meta reviews it, mostly within a day.",
}
_LET_GO = sql.SQL(
    "update wa.message_templates set is_held = false where name = {} and language = {};"
)
_SEE = "See it in WhatsApp Manager."


def check_templates(
    at_meta: Mapping[str, Sequence[Template]], used: Sequence[UsedTemplate] | None
) -> list[Check]:
    """Return the findings about the templates of each account, by its id.

    `used`: those of the outbox, None where no database was asked.
    """
    if not at_meta:
        return []
    checks = [*_unused(at_meta, used or ())]
    if used is None:
        mend = "Set WA_DATABASE_URL, that of wa_operator_role."
        checks.append(skip("templates", "what the outbox sends was not read", mend))
    else:
        checks += [found for one in used for found in _judge(one, at_meta)]
    if not any(check.mend for check in checks if check.outcome != "skip"):
        approved = sum(one.status == _APPROVED for listed in at_meta.values() for one in listed)
        missing = "" if used is None else ", none of the outbox's is missing"
        checks.insert(0, ok("templates", f"{approved} are approved{missing}"))
    return checks


def _unused(
    at_meta: Mapping[str, Sequence[Template]], used: Sequence[UsedTemplate]
) -> Iterator[Check]:
    in_use = {(one.name, one.language) for one in used}
    for listed in at_meta.values():
        for one in listed:
            if (one.name, one.language) in in_use or one.status in {_APPROVED, *_QUIET}:
                continue
            yield warn("templates", f"{_name(one)} is {_status(one)}", _MENDS.get(one.status, _SEE))


def _judge(used: UsedTemplate, at_meta: Mapping[str, Sequence[Template]]) -> Iterator[Check]:
    if used.waba_id is not None and used.waba_id not in at_meta:
        return
    accounts = at_meta.values() if used.waba_id is None else [at_meta[used.waba_id]]
    found = [
        one
        for listed in accounts
        for one in listed
        if (one.name, one.language) == (used.name, used.language)
    ]
    about = f"{_name(used)}, in {used.messages} messages of the outbox,"
    if not found:
        where = f" in account {used.waba_id}" if used.waba_id else ""
        yield fail(
            "templates",
            f"{about} is not at Meta{where}",
            "Make it in WhatsApp Manager in this language, or mend its name where it is queued.",
        )
    elif not any(one.status == _APPROVED for one in found):
        (one, *_) = found
        yield fail("templates", f"{about} is {_status(one)}", _MENDS.get(one.status, _SEE))
    elif used.is_held:
        yield fail(
            "templates",
            f"{about} is held here, and approved at Meta",
            _LET_GO.format(used.name, used.language).as_string(),
        )


def _name(one: Template | UsedTemplate) -> str:
    return f"{one.name} ({one.language})"


def _status(one: Template) -> str:
    reason = one.rejected_reason
    return f"{one.status} ({reason})" if reason not in ("", "NONE") else one.status
