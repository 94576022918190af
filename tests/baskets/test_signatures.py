"""The contract of the runbook: names, argument names and returned columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

SIGNATURES = {
    "public.basket_list_mine(uuid)": ["_profile_id"],
    "public.basket_discover_nearby(uuid, double precision, double precision, integer)": [
        "_profile_id",
        "_lat",
        "_lng",
        "_limit",
    ],
    "public.basket_create(uuid, text, text, boolean, bigint)": [
        "_profile_id",
        "_whatsapp",
        "_name",
        "_is_public",
        "_goal_minor",
    ],
    "public.basket_join_by_code(uuid, text, text)": ["_profile_id", "_whatsapp", "_code"],
    "public.basket_detail(uuid, uuid)": ["_profile_id", "_basket_id"],
    "public.basket_generate_qr(uuid, uuid)": ["_profile_id", "_basket_id"],
    "public.basket_close(uuid, uuid)": ["_profile_id", "_basket_id"],
    "public.basket_leave(uuid, uuid)": ["_profile_id", "_basket_id"],
}

COLUMNS = {
    "basket_list_mine": {"id", "name", "status", "member_count", "balance_minor", "currency"},
    "basket_discover_nearby": {"id", "name", "description", "distance_km", "member_count"},
    "basket_create": {"basket_id", "share_token", "qr_url"},
    "basket_join_by_code": {"basket_id", "basket_name"},
    "basket_detail": {
        "id",
        "name",
        "status",
        "member_count",
        "balance_minor",
        "goal_minor",
        "currency",
        "share_token",
        "is_owner",
        "owner_name",
        "owner_whatsapp",
        "last_activity",
    },
    "basket_generate_qr": {"qr_url"},
}


@pytest.mark.parametrize("signature", SIGNATURES)
def test_each_routine_of_the_runbook_exists_with_its_argument_names(
    connection: Connection[DictRow], signature: str
) -> None:
    row = connection.execute(
        "select proargnames[1:pronargs] as arguments from pg_proc where oid = %s::regprocedure",
        [signature],
    ).fetchone()
    assert row is not None
    assert row["arguments"] == SIGNATURES[signature]


@pytest.mark.parametrize("routine", COLUMNS)
def test_each_routine_returns_the_columns_that_callers_read(
    connection: Connection[DictRow], routine: str
) -> None:
    row = connection.execute(
        "select proargnames[pronargs + 1:] as columns from pg_proc"
        " where proname = %s and pronamespace = 'public'::regnamespace",
        [routine],
    ).fetchone()
    assert row is not None
    assert COLUMNS[routine] <= set(row["columns"])
