"""Webhooks of what people do, on their way to the application, and what came of each."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wa_webhook.meta_stand_in.inbound import join_bodies

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable

    from wa_webhook.meta_stand_in.people import Person
    from wa_webhook.meta_stand_in.webhooks import WebhookSender
    from wa_webhook.phone.inspection import Inspector
    from wa_webhook.phone.trouble import Order, Standing


@dataclass(frozen=True)
class Delivery:
    """One message of a person's, whose phone is that of `key`.

    `on_refusal` hears why it was not taken, as often as that is; `on_taken` that it was.
    """

    key: str
    person: Person
    message_id: str
    body: bytes
    on_refusal: Callable[[str], None]
    on_taken: Callable[[], None]
    told: dict[str, Any] = field(default_factory=lambda: {"deliveries": []})


class Deliveries:
    """Posts webhooks as `standing` says, each until it is taken.

    `tell` hears what a message did, whenever that is looked at: `message` (its id), `deliveries`
    (the answers), and where there is an `inspector` `before`, `after`, `event` and `rows`.
    """

    def __init__(
        self,
        webhooks: WebhookSender,
        standing: Standing,
        inspector: Inspector | None,
        tell: Callable[[dict[str, Any]], None],
    ) -> None:
        self._webhooks = webhooks
        self._standing = standing
        self._inspector = inspector
        self._tell = tell
        self._known: dict[str, Delivery] = {}
        self._held: list[Delivery] = []
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, delivery: Delivery) -> None:
        """Post a message in the background, or hold it."""
        self._known[delivery.message_id] = delivery
        if self._standing.holds:
            self._held.append(delivery)
        else:
            self._run(self._post([delivery]))

    def tell(self, body: bytes) -> None:
        """Post a webhook that is about no message."""
        self._run(self._post_plainly(body))

    def note(self, delivery: Delivery) -> None:
        """Know of a message that somebody else posts."""
        self._known[delivery.message_id] = delivery

    def note_answer(self, message_id: str, answer: str) -> None:
        """Take down what a message that was noted is answered. Raises KeyError."""
        delivery = self._known[message_id]
        delivery.on_taken()
        delivery.told["deliveries"].append(_counts(answer))
        self._run(self._inspect(delivery))

    def release(self, order: Order) -> None:
        """Post what was held: one after the other, the last first, or all in one webhook."""
        held, self._held = self._held, []
        if not held:
            return
        if order == "one_batch":
            self._run(self._post(held))
        else:
            self._run(self._post_singly(held[::-1] if order == "reversed" else held))

    def repeat(self, key: str, message_id: str) -> None:
        """Post a message of somebody's once more, as Meta does. Raises KeyError."""
        self._run(self._post([self._find(key, message_id)]))

    async def explain(self, key: str, message_id: str) -> dict[str, Any]:
        """Return what is known now of what came of a message. Raises KeyError."""
        delivery = self._find(key, message_id)
        await self._inspect(delivery)
        return delivery.told

    def as_json(self) -> dict[str, Any]:
        """Return what is told of every message, by its id."""
        return {one.message_id: one.told for one in self._known.values() if one.told["deliveries"]}

    async def close(self) -> None:
        """Give up what is under way."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _find(self, key: str, message_id: str) -> Delivery:
        delivery = self._known[message_id]
        if delivery.key != key:
            raise KeyError(message_id)
        return delivery

    async def _post_singly(self, deliveries: Iterable[Delivery]) -> None:
        for delivery in deliveries:
            await self._post([delivery])

    async def _post_plainly(self, body: bytes) -> None:
        await self._webhooks.post_until_taken(body)

    async def _post(self, deliveries: list[Delivery]) -> None:
        """Post messages in one webhook."""
        for delivery in deliveries:
            if self._inspector is not None and "before" not in delivery.told:
                delivery.told["before"] = await self._inspector.place(delivery.person)
        await asyncio.sleep(self._standing.seconds_late)

        def tell_refusal(why: str) -> None:
            for delivery in deliveries:
                delivery.on_refusal(why)

        body = join_bodies([delivery.body for delivery in deliveries])
        copies = 2 if self._standing.delivers_twice else 1
        answers = await asyncio.gather(
            *(self._webhooks.post_until_taken(body, tell_refusal) for _ in range(copies))
        )
        for delivery in deliveries:
            delivery.on_taken()
            delivery.told["deliveries"] += [_counts(answer) for answer in answers]
            await self._inspect(delivery)

    async def _inspect(self, delivery: Delivery) -> None:
        if self._inspector is not None:
            if "after" not in delivery.told:
                delivery.told["after"] = await self._inspector.place(delivery.person)
            delivery.told.update(await self._inspector.consequences(delivery.message_id))
        self._tell({"message": delivery.message_id, **delivery.told})

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _counts(answer: str) -> dict[str, Any]:
    """Return what of the webhook's answer is not nothing."""
    try:
        told = json.loads(answer)
    except ValueError:
        return {"answer": answer}
    if not isinstance(told, dict):
        return {"answer": answer}
    return {name: count for name, count in told.items() if count and name != "requests"}
