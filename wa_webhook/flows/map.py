"""The conversations as the database has them: states, transitions and entry points.

They are rows, so that whatever is drawn from them here is what the engine does.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from psycopg.rows import class_row

from wa_webhook.naming.names import Names
from wa_webhook.naming.rewriting import Rewriter

if TYPE_CHECKING:
    from collections.abc import Iterable

    from psycopg import Connection

BEGIN_MARKER = "<!-- begin: written by wa-webhook flows --write -->"
END_MARKER = "<!-- end -->"


class MarkerError(Exception):
    """A document has no place for the generated part."""


@dataclass(frozen=True)
class State:
    """A row of `wa.flow_states`; `entries` describe what leads to it from anywhere."""

    state: str
    flow: str
    step_function: str
    back_to: str | None
    expires_after: str | None
    description: str
    entries: list[str]


@dataclass(frozen=True)
class Transition:
    """A row of `wa.flow_transitions`."""

    from_state: str
    to_state: str


@dataclass(frozen=True)
class FlowMap:
    """Everything that is drawn, each in a fixed order: flow by flow."""

    states: tuple[State, ...]
    transitions: tuple[Transition, ...]

    def states_by_flow(self) -> Iterable[tuple[str, list[State]]]:
        """Yield each flow with its states."""
        for flow, states in groupby(self.states, key=lambda state: state.flow):
            yield flow, list(states)


_STATES = """
    select
      state.state,
      state.flow,
      state.step_function,
      state.back_to,
      state.expires_after::text as expires_after,
      state.description,
      array(
        select case entry.kind
            when 'keyword' then format('"%s"', entry.value)
            when 'reply_prefix' then entry.value || '*'
            when 'deep_link' then entry.value || '*'
            when 'message_kind' then format('(%s)', entry.value)
            else entry.value
          end
        from wa.flow_entries as entry
        where entry.to_state = state.state
        order by entry.kind collate "C", entry.value collate "C"
      ) as entries
    from wa.flow_states as state
    order by state.flow = 'home' desc, state.flow collate "C", state.state <> 'home',
      state.state collate "C"
"""
_TRANSITIONS = """
    select transition.from_state, transition.to_state
    from wa.flow_transitions as transition
    order by transition.from_state collate "C", transition.to_state collate "C"
"""


def read_flow_map(connection: Connection[Any], names: Names | None = None) -> FlowMap:
    """Read the flows; the role needs SELECT on the flow tables, as the operator has.

    `names` are those that the database was migrated with.
    """
    rewrite = Rewriter(names or Names()).rewrite
    with connection.cursor(row_factory=class_row(State)) as cursor:
        states = tuple(cursor.execute(rewrite(_STATES).encode()))
    with connection.cursor(row_factory=class_row(Transition)) as cursor:
        transitions = tuple(cursor.execute(rewrite(_TRANSITIONS).encode()))
    return FlowMap(states, transitions)


def draw_mermaid(flow_map: FlowMap) -> str:
    """Draw the states as a Mermaid state diagram.

    A line from the start is an entry point; "back" is where that command leads.
    """
    lines = ["stateDiagram-v2", "  direction LR"]
    lines += [f"  [*] --> {state.state}" for state in flow_map.states if state.entries]
    lines += [f"  {one.from_state} --> {one.to_state}" for one in flow_map.transitions]
    lines += [
        f"  {state.state} --> {state.back_to}: back"
        for state in flow_map.states
        if state.back_to is not None
    ]
    return "\n".join(lines) + "\n"


def write_markdown(flow_map: FlowMap) -> str:
    """Write the diagram and a table of the states for each flow."""
    parts = [f"```mermaid\n{draw_mermaid(flow_map)}```\n"]
    for flow, states in flow_map.states_by_flow():
        rows = "".join(
            f"| `{state.state}` | {', '.join(f'`{entry}`' for entry in state.entries)} "
            f"| {state.expires_after or 'never'} | {state.description} |\n"
            for state in states
        )
        parts.append(
            f"### {flow}\n\n| state | entered by | time-out | what it does |\n"
            f"| --- | --- | --- | --- |\n{rows}"
        )
    return "\n".join(parts)


def replace_generated(document: str, generated: str) -> str:
    """Return a document with the part between the markers replaced.

    Raises MarkerError when it has no such part.
    """
    before, begin, rest = document.partition(BEGIN_MARKER)
    _, end, after = rest.partition(END_MARKER)
    if not begin or not end:
        raise MarkerError(f"no part between {BEGIN_MARKER} and {END_MARKER}")
    return f"{before}{begin}\n\n{generated}\n{end}{after}"
