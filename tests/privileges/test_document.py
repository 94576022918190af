"""docs/reference/privileges.md says everything that each role may do, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
from psycopg.rows import dict_row

from tests.fixtures.names import about_default_names
from tests.privileges.document import DOCUMENT, run_script, write_document
from tests.privileges.rights import OUR_ROLES, read_rights

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Connect, Database
    from tests.privileges.rights import Policy

NEW_RIGHTS = (
    "grant select on public.baskets to wa_edge_role",
    "grant delete on public.profiles to wa_runtime",
    "grant truncate on public.wa_events to wa_operator_role",
    "grant select (payload) on public.notifications to wa_notifier_role",
    "grant select on public.profiles to wa_operator_role with grant option",
    "grant select on public.profiles to public",
    "grant usage on sequence public.notifications_id_seq to anon",
    "grant execute on function public.wa_status() to wa_edge_role",
    "grant execute on function wa.add_alias to wa_maintenance",
    "grant execute on function wa.add_alias to public",
    "grant usage on schema wa to wa_edge_role",
    "grant create on schema public to wa_runtime",
    "grant usage on type wa.chat to wa_runtime",
    "grant create on database {database} to wa_operator_role",
    "grant wa_runtime to wa_edge_role",
    "grant anon to wa_operator_role",
    "alter role wa_operator_role createdb",
    "alter default privileges in schema public grant select on tables to wa_edge_role",
    "alter default privileges grant execute on routines to wa_operator_role",
    "alter function wa.add_alias security definer",
    "alter table public.baskets owner to wa_runtime",
    "create table public.extra (); grant select on public.extra to wa_edge_role",
    "create function public.wa_status(integer) returns integer return 1",
    "create schema extra; grant usage on schema extra to wa_edge_role",
    "create role a_stranger; grant select on public.profiles to a_stranger",
    "create role a_stranger; grant wa_operator_role to a_stranger",
)
COMMANDS = {"SELECT", "INSERT", "UPDATE", "DELETE"}


@about_default_names("Supabase gives its API roles whatever is made in schema public")
# Roles belong to the whole server, where other tests make more of them; this one has its own.
def test_the_document_is_what_the_catalog_says(stoppable_database: Database) -> None:
    with psycopg.connect(stoppable_database.url(), row_factory=dict_row) as connection:
        rights = read_rights(connection)
    run_script("give_direct_access.sql", stoppable_database.url())
    with psycopg.connect(stoppable_database.url(), row_factory=dict_row) as connection:
        with_direct_access = read_rights(connection)
    written = write_document(DOCUMENT.read_text(), rights, with_direct_access)
    assert written == DOCUMENT.read_text(), "run make schema, and review what it changes"


def test_a_new_right_makes_the_document_out_of_date(database: Database, connect: Connect) -> None:
    connection = connect("supabase_admin")

    def document() -> str:
        rights = read_rights(connection)
        return write_document("", rights, rights)

    before = document()
    for statement in NEW_RIGHTS:
        with connection.transaction(force_rollback=True):
            connection.execute(statement.format(database=database.name).encode())
            assert document() != before, statement
    assert document() == before


def test_every_right_on_a_table_has_a_policy_that_lets_it_through(
    connection: Connection[DictRow],
) -> None:
    found = read_rights(connection)
    admitted = {
        (policy.table, policy.role, command)
        for policy in found.policies
        for command in (COMMANDS if policy.command == "ALL" else {policy.command})
        if admits_everything(policy)
    }
    shut_out = {
        (f"{right.schema}.{right.name}", right.role, right.privilege)
        for right in found.rights
        if right.kind == "table" and right.privilege in COMMANDS and right.role in OUR_ROLES
    } - admitted
    views = {"wa.alert_overview", "wa.missing_translations"}
    assert {one for one in shut_out if one[0] not in views} == set()


def admits_everything(policy: Policy) -> bool:
    return policy.permits and policy.qual in {None, "true"} and policy.with_check in {None, "true"}
