"""What a colleague's login may do: read, take over, answer, hand back, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.dispatching import values

if TYPE_CHECKING:
    from tests.handover.conftest import Desk


def test_it_executes_just_these_routines(desk: Desk) -> None:
    executable = """
        select proname::text from pg_proc
        where pronamespace in ('public'::regnamespace, 'wa'::regnamespace)
            and has_function_privilege('wa_agent_role', oid, 'execute')
            and not exists (
                select from pg_depend where objid = pg_proc.oid and deptype = 'e'
            )
        order by 1"""
    assert values(desk.owner, executable) == [
        "wa_conversation",
        "wa_desk_conversations",
        "wa_desk_media",
        "wa_desk_note",
        "wa_desk_note_delete",
        "wa_desk_open",
        "wa_desk_picture",
        "wa_desk_picture_send",
        "wa_desk_session",
        "wa_hand_back",
        "wa_handover",
        "wa_handovers",
        "wa_reply",
    ]
