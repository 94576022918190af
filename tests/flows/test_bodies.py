"""What a step would fail at is found before somebody writes, and nothing else is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.fixtures.names import current_names, with_default_names
from tests.fixtures.offered import with_offered_flows
from wa_webhook.bodies import find_mistakes
from wa_webhook.migrate import find_db_folder, read_whole_source
from wa_webhook.migrate.bodies import find_mistakes_of
from wa_webhook.naming.rewriting import Rewriter

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

pytestmark = pytest.mark.any_server

TABLES = """
create table wa.trip (trip_id bigint, seats integer, note text, begins_at timestamptz);
create function wa.find_seats(p_trip bigint, p_least integer default 1) returns integer
language sql stable set search_path = pg_catalog, pg_temp as $$ select 1 $$;
"""
STEP = """
create function wa.step_trip_ask(p_chat wa.chat, p_words text[] default '{}') returns wa.step_result
language plpgsql set search_path = pg_catalog, pg_temp
as $$
declare
  v_seats integer := 1;
  v_trip wa.trip%rowtype;
  v_note wa.trip.note%type;
  v_row record;
  v_other record;
  v_word text;
begin
"""
LINES_BEFORE = 9


def as_the_package(connection: Connection[DictRow]) -> Connection[Any]:
    """Connect to the same database with the names of this run, as `migrate` does."""
    info = connection.info
    return psycopg.connect(
        info.dsn, password=info.password, cursor_factory=psycopg.Cursor, autocommit=True
    )


def mistakes(connection: Connection[DictRow], body: str) -> list[str]:
    """Return what is wrong with a step: the line of `body`, and the message."""
    connection.execute(TABLES)
    connection.execute("set check_function_bodies = off")
    connection.execute(f"{STEP}{body} end $$".encode())
    schema = current_names().private_schema
    with as_the_package(connection) as checker:
        found = find_mistakes(checker, [f"{schema}.step_trip_ask"])
    return [f"{one.line - LINES_BEFORE}: {with_default_names(one.message)}" for one in found]


def test_what_names_nothing_is_told_with_its_line_and_what_was_meant(
    connection: Connection[DictRow],
) -> None:
    assert mistakes(
        connection,
        """
        if (select trip.seat from wa.trip as trip) > v_seats then
          perform wa.find_seat(1);
          v_seats := wa.find_seats(
            p_least => v_seats, trip => 1);
        end if;
        select * into v_trip
        from wa.trips;
        insert into wa.trip (trip_id, seets)
        values (1, v_trip.seets);
        return wa.go(p_chat, 'é',
          jsonb_build_object('at', p_chat.stat));
        for v_row in select trip.note, trip.seats as free from trip loop
          null;
        end loop;
        for v_row in
          select trip.note, trip.seats as free from wa.trip as trip order by free
        loop
          v_note := v_row.fre || lenght(v_row.note);
          delete from wa.trip where trip_id = 'x' || v_row.note;
        end loop;
        """,
    ) == [
        "2: column trip.seat does not exist."
        ' Perhaps you meant to reference the column "trip.seats".',
        "3: function wa.find_seat(integer) does not exist. Did you mean wa.find_seats?",
        "4: function wa.find_seats(p_least => integer, trip => integer) does not exist."
        " There is wa.find_seats(p_trip bigint, p_least integer DEFAULT 1).",
        '8: relation "wa.trips" does not exist. Did you mean wa.trip?',
        '9: column "seets" of relation "trip" does not exist',
        '12: column "stat" not found in data type wa.chat. Did you mean state?',
        '13: relation "trip" does not exist. Did you mean wa.trip?',
        '19: record "v_row" has no field "fre". Did you mean free?',
        "20: operator does not exist: bigint = text",
    ]


def test_what_only_a_run_can_tell_is_left_out(connection: Connection[DictRow]) -> None:
    assert (
        mistakes(
            connection,
            """
        execute 'select nothing from nowhere' into v_row;
        v_seats := v_row.seats;
        begin
          perform wa.nobody_has_it();
        exception
          when undefined_function then null;
        end;
        if p_chat.is_entered then
          select trip.seats into v_other from wa.trip as trip;
        else
          select trip.note into v_other from wa.trip as trip;
        end if;
        v_word := v_other.note;
        foreach v_word in array p_words loop
          select distinct trip.note as v_word into v_note from wa.trip as trip order by v_word;
        end loop;
        case v_seats
          when 1 then null;
          else raise exception '%', v_trip.seats using hint = v_note;
        end case;
        <<days>>
        for seats in 1 .. 2 loop
          update wa.trip as trip set seats = step_trip_ask.v_seats where trip.seats = 1;
          exit days when seats = 2;
        end loop;
        declare
          trip text := 'x';
        begin
          select trip.note into v_note from wa.trip as trip;
          insert into wa.trip (note) values (trip) returning note into trip;
        end;
        for v_row in select trip.* from wa.trip as trip loop
          v_trip := v_row;
          v_trip.seats := v_row.seats + v_trip.seats;
          v_word := p_words[v_row.seats] || (p_chat.message).sent_at;
          perform to_jsonb(v_row), row_to_json(v_trip);
        end loop;
        return wa.ask(p_chat, 'ask', p_again => null);
        """,
        )
        == []
    )


def test_a_body_that_asks_what_is_there_is_left_out(connection: Connection[DictRow]) -> None:
    assert (
        mistakes(
            connection,
            "if to_regclass('wa.seen') is not null then perform 1 from wa.seen; end if;",
        )
        == []
    )


@with_offered_flows
def test_no_routine_of_the_flows_that_ship_is_blamed(connection: Connection[DictRow]) -> None:
    files = read_whole_source(find_db_folder()).routines
    routines = [file for file in files if file.path.startswith("flows/")]
    with as_the_package(connection) as checker:
        assert find_mistakes_of(checker, routines, Rewriter(current_names())) == []
