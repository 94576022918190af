"""Names are replaced where they are names, and left alone wherever the words mean anything else."""

from __future__ import annotations

import pglast
import pytest

from wa_webhook.migrate import find_db_folder, read_source
from wa_webhook.naming.names import Names, NamesError
from wa_webhook.naming.rewriting import Rewriter

OTHER = Names(schema="app", private_schema="hidden", edge_role="edge", runtime_role="runner")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("select * from public.profiles", "select * from app.profiles"),
        ('select * from "public".profiles', "select * from app.profiles"),
        ("select wa.get_text('a')", "select hidden.get_text('a')"),
        ("declare v_one public.profiles%rowtype", "declare v_one app.profiles%rowtype"),
        ("select null::wa.step_result[]", "select null::hidden.step_result[]"),
        ("create schema if not exists wa", "create schema if not exists hidden"),
        (
            "grant usage on schema public, wa to public",
            "grant usage on schema app, hidden to public",
        ),
        (
            "alter default privileges in schema public revoke all on tables from public",
            "alter default privileges in schema app revoke all on tables from public",
        ),
        ("set search_path = public, wa", "set search_path = app, hidden"),
        ("set search_path to 'public'", "set search_path to 'app'"),
        ("comment on column wa.texts.body is 'x'", "comment on column hidden.texts.body is 'x'"),
    ],
)
def test_a_schema_is_rewritten_where_a_schema_stands(before: str, after: str) -> None:
    assert Rewriter(OTHER).rewrite(before) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "grant execute on function f() to wa_edge_role, wa_runtime",
            "grant execute on function f() to edge, runner",
        ),
        ("alter function f() owner to wa_runtime", "alter function f() owner to runner"),
        ("create policy p on t to wa_edge_role", "create policy p on t to edge"),
        ("create role wa_edge_role nologin", "create role edge nologin"),
        ("select from pg_roles where rolname = 'wa_runtime'", None),
        ("select 'wa_runtime'::regrole", None),
        ("select has_table_privilege('wa_runtime', 't', 'select')", None),
    ],
)
def test_a_role_is_rewritten_as_identifier_and_as_string(before: str, after: str | None) -> None:
    after = after or before.replace("wa_runtime", "runner")
    assert Rewriter(OTHER).rewrite(before) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("do $$ begin perform wa.f(); end $$", "do $$ begin perform hidden.f(); end $$"),
        ("do language plpgsql $x$ call wa.f() $x$", "do language plpgsql $x$ call hidden.f() $x$"),
        (
            "create function wa.f() returns void as 'select ''a'', wa.g()'",
            "create function hidden.f() returns void as 'select ''a'', hidden.g()'",
        ),
        (
            "as $$ begin execute 'select * from public.' || quote_ident('public'); end $$",
            "as $$ begin execute 'select * from app.' || quote_ident('public'); end $$",
        ),
        (
            "as $$ begin execute format('drop table wa.%I', 'wa.x') using 'wa.y'; end $$",
            "as $$ begin execute format('drop table hidden.%I', 'wa.x') using 'wa.y'; end $$",
        ),
        (
            "as $$ begin return query execute 'do ''begin call wa.f(); end'''; end $$",
            "as $$ begin return query execute 'do ''begin call hidden.f(); end'''; end $$",
        ),
        (
            "select cron.schedule('wa', '17 3 * * *', 'call public.wa_retention_purge()')",
            "select cron.schedule('wa', '17 3 * * *', 'call app.wa_retention_purge()')",
        ),
        ("select 'public.profiles'::regclass", "select 'app.profiles'::regclass"),
        ("select 'public'::regnamespace", "select 'app'::regnamespace"),
        ("select to_regprocedure('wa.f(public.t)')", "select to_regprocedure('hidden.f(app.t)')"),
        (
            "select to_regclass('wa.logs_' || 'wa.x')",
            "select to_regclass('hidden.logs_' || 'hidden.x')",
        ),
        ("select to_regproc(format('wa.%I', 'a'))", "select to_regproc(format('hidden.%I', 'a'))"),
        ("perform pg_notify('wa_tasks', 'wa_tasks')", "perform pg_notify('app_tasks', 'wa_tasks')"),
        ("listen wa_tasks; unlisten orders", "listen app_tasks; unlisten orders"),
        (
            "select pg_advisory_xact_lock(hashtextextended('wa.clock', 0))",
            "select pg_advisory_xact_lock(hashtextextended('hidden.clock', 0))",
        ),
        ("select has_schema_privilege('public', 'wa', 'usage')", None),
        ("select from t where nspname in ('x', 'wa')", None),
        ("select from t where schemaname = any (array['wa'])", None),
    ],
)
def test_strings_are_rewritten_where_they_are_code_or_names(before: str, after: str | None) -> None:
    assert Rewriter(OTHER).rewrite(before) == (after or before.replace("'wa'", "'hidden'"))


@pytest.mark.parametrize(
    "sql",
    [
        "revoke all on t from public",
        "grant select on t to public, someone",
        "insert into texts values ('public', 'wa', 'see public.x', 'https://wa.me/1')",
        "comment on table t is 'For wa.f, public.profiles and wa_runtime'",
        "comment on table t is 'wa_runtime'",
        "select x.public, y.wa, public, wa from x",
        "select a.public.b",
        "select wa_notify.recipient, wa_runtime(1), t.wa_runtime",
        "raise exception using hint = 'update wa.settings', message = format('no wa.%s', 'x')",
        "select 1 -- public.profiles\n/* wa.x */",
        "select E'public.x', pg_notify('orders', 'wa_tasks'), hashtextextended('lock', 0)",
    ],
)
def test_texts_comments_columns_and_grants_to_everybody_stay(sql: str) -> None:
    assert Rewriter(OTHER).rewrite(sql) == sql


def test_the_default_names_change_nothing() -> None:
    sql = "select wa.f() from public.profiles where owner = 'wa_runtime'"
    assert Rewriter(Names()).rewrite(sql) == sql


def test_sql_that_cannot_be_scanned_is_left_for_the_server_to_refuse() -> None:
    assert Rewriter(OTHER).rewrite("select 'wa.x from public.y") == "select 'wa.x from public.y"


def test_every_file_parses_after_rewriting_and_keeps_its_lines() -> None:
    source = read_source(find_db_folder())
    rewriter = Rewriter(OTHER)
    for file in (*source.migrations, *source.routines):
        rewritten = rewriter.rewrite(file.text)
        pglast.parse_sql(rewritten)
        assert rewritten.count("\n") == file.text.count("\n"), file.path


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"edge_role": "Edge role"}, "--edge-role 'Edge role': lower-case letters"),
        ({"edge_role": "edge-role"}, "--edge-role 'edge-role': lower-case letters"),
        ({"schema": "x" * 64}, "63 at most"),
        ({"schema": "1st"}, "no digit first"),
        ({"schema": "pg_app"}, "--schema 'pg_app': names that begin with pg_"),
        ({"notifier_role": "pg_notifier"}, "names that begin with pg_"),
        ({"schema": "wa"}, "--schema 'wa': is the private schema's name in the files"),
        ({"private_schema": "public"}, "must be a schema of its own"),
        ({"schema": "x" * 50, "private_schema": "x" * 50}, "--notifier-role"),
        ({"schema": "app", "private_schema": "public"}, "must be a schema of its own"),
        ({"edge_role": "one", "notifier_role": "one"}, "'one' is given to 2 roles"),
        ({"edge_role": "wa_runtime", "runtime_role": "x"}, "default name of another role"),
        ({"edge_role": "service_role"}, "is taken by PostgreSQL or Supabase"),
        ({"schema": "x" * 50, "private_schema": "y"}, "too long, channels are called after it"),
        ({"schema": "extensions"}, "is taken by PostgreSQL or Supabase"),
    ],
)
def test_names_that_cannot_be_used_are_refused(options: dict[str, str], complaint: str) -> None:
    with pytest.raises(NamesError) as refusal:
        Names(**options)
    assert complaint in str(refusal.value)


@pytest.mark.parametrize("option", ["schema", "edge_role"])
def test_a_reserved_word_is_refused(option: str) -> None:
    with pytest.raises(NamesError, match="'table': a reserved word of SQL"):
        Rewriter(Names(**{option: "table"}))


def test_the_private_schema_follows_the_schema() -> None:
    assert Names().private_schema == "wa"
    assert Names(schema="app").private_schema == "app_private"


def test_a_business_in_one_schema_has_roles_of_its_own() -> None:
    names = Names(schema="acme", private_schema="acme", reader_role="analysts")
    assert names.roles == {
        role: "analysts" if role == "wa_reader_role" else role.replace("wa_", "acme_")
        for role in Names().roles
    }
    assert Rewriter(names).rewrite("grant usage on schema public, wa to wa_runtime") == (
        "grant usage on schema acme, acme to acme_runtime"
    )
