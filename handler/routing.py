"""Whose a body is, where businesses share an app: by the ids of numbers and accounts in it."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

OwnerT = TypeVar("OwnerT")


def split(
    body: bytes, owners: Mapping[str, OwnerT], keeper: OwnerT
) -> tuple[Mapping[OwnerT, bytes], frozenset[str]]:
    """Return what of a body is for whom, and the ids in it that nobody has.

    A number tells more than its account. A body of one owner is handed on as it came. What has no
    id at all is the keeper's, who treats it as a business that has no neighbours does: it would not
    be told apart when Meta sends it again. So is a body that cannot be read.
    """
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        document = None
    parts: dict[OwnerT, list[Any]] = {}
    unknown: set[str] = set()
    for number, account, entry in _entries(document):
        ids = {number, account} - {""}
        if (owner := owners.get(number, owners.get(account))) is not None:
            parts.setdefault(owner, []).append(entry)
        elif ids:
            unknown |= ids
        else:
            parts.setdefault(keeper, []).append(entry)
    if len(parts) <= 1 and not unknown:
        return dict.fromkeys(parts or [keeper], body), frozenset()
    bodies = {
        owner: json.dumps({**document, "entry": entries}).encode()
        for owner, entries in parts.items()
    }
    return bodies, frozenset(unknown)


def _entries(document: Any) -> Iterator[tuple[str, str, Any]]:  # noqa: ANN401
    """Yield number, account, and an entry with it, for each change."""
    for entry in _in(document, "entry", list):
        for change in _in(entry, "changes", list):
            metadata = _in(_in(change, "value", dict), "metadata", dict)
            number = _in(metadata, "phone_number_id", str)
            yield number, _in(entry, "id", str), {**entry, "changes": [change]}


def _in(value: Any, key: str, kind: type) -> Any:  # noqa: ANN401
    """Return what an object has by a name, or an empty one of the kind."""
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, kind) else kind()
