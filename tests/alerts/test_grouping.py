"""A thousand occurrences become one alert with a count, and nobody waits for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.dispatching import value, values

if TYPE_CHECKING:
    from tests.alerts.conftest import Alerts
    from tests.fixtures.postgres import Connect


def test_a_thousand_occurrences_are_one_alert_with_a_count(alerts: Alerts) -> None:
    for _ in range(1000):
        alerts.raise_one()
    (alert,) = alerts.claimed()
    assert (alert["kind"], alert["group_key"], alert["count"]) == ("send_error", "131042", 1000)


def test_two_transactions_raise_the_same_alert_at_once(connect: Connect, alerts: Alerts) -> None:
    alerts.raise_one()
    alerts.claim()
    sessions = [connect("postgres", autocommit=False) for _ in range(2)]
    for session in sessions:
        session.execute("set local lock_timeout = '1s'")
        session.execute("select wa.raise_alert('send_error', '131042', '{}')")
    for session in sessions:
        session.commit()
    assert alerts.overview() == {("send_error", "131042"): 3}


def test_raising_an_alert_does_not_wait_for_a_notifier_that_is_grouping(
    connect: Connect, alerts: Alerts
) -> None:
    alerts.raise_one()
    grouping = connect("wa_notifier_role", autocommit=False)
    grouping.execute("select from public.wa_alerts_claim('worker-1')")
    alerts.owner.execute("set lock_timeout = '1s'")
    alerts.raise_one()
    assert alerts.claimed() == []
    grouping.commit()
    alerts.make_due()
    (alert,) = alerts.claimed()
    assert alert["count"] == 2


def test_an_alert_goes_the_way_of_its_cause_when_that_is_rolled_back(
    connect: Connect, alerts: Alerts
) -> None:
    cause = connect("postgres", autocommit=False)
    cause.execute("select wa.raise_alert('send_error', '131042', '{}')")
    cause.rollback()
    assert alerts.claimed() == []


def test_an_alert_says_what_it_means_and_what_to_do_next(alerts: Alerts) -> None:
    alerts.raise_one("queue_paused", "error 190")
    (alert,) = alerts.claimed()
    assert alert["level"] == "error"
    assert "until the queue is resumed" in alert["meaning"]
    assert "wa_queue_resume()" in alert["next_step"]


def test_an_alert_that_comes_back_after_a_time_of_quiet_is_counted_from_one(
    alerts: Alerts,
) -> None:
    alerts.raise_one()
    alerts.raise_one()
    alerts.settle(alerts.claim()[0])
    alerts.owner.execute("update wa.alerts set last_seen_at = now() - interval '1 hour'")
    alerts.raise_one()
    alerts.make_due()
    (alert,) = alerts.claimed()
    assert (alert["count"], alert["new_count"]) == (1, 1)


def test_an_alert_that_goes_on_is_counted_on(alerts: Alerts) -> None:
    alerts.raise_one()
    alerts.settle(alerts.claim()[0])
    alerts.raise_one()
    alerts.make_due()
    (alert,) = alerts.claimed()
    assert (alert["count"], alert["new_count"]) == (2, 1)


def test_delivery_is_given_up_after_its_attempts_and_starts_anew_with_news(
    alerts: Alerts,
) -> None:
    alerts.set("alert_max_attempts", 2)
    alerts.raise_one()
    assert alerts.settle(alerts.claim()[0], delivered=False)["retried"] == 1
    alerts.make_due()
    assert alerts.settle(alerts.claim()[0], delivered=False)["given_up"] == 1
    alerts.make_due()
    assert alerts.claimed() == []
    assert value(alerts.owner, "select is_delivered from wa.alert_overview") is False
    alerts.raise_one()
    (alert,) = alerts.claimed()
    assert alert["new_count"] == 2


def test_without_a_webhook_alerts_are_grouped_and_nothing_is_handed_out(alerts: Alerts) -> None:
    alerts.raise_one()
    alerts.raise_one()
    assert values(alerts.notifier, "select public.wa_alerts_group()") == [1]
    assert values(alerts.owner, "select seen_count from wa.alerts") == [2]
    assert values(alerts.owner, "select count(*) from wa.alert_occurrences") == [0]


def test_the_overview_holds_what_is_not_grouped_yet(alerts: Alerts) -> None:
    alerts.raise_one()
    alerts.notifier.execute("select public.wa_alerts_group()")
    alerts.raise_one()
    assert alerts.overview() == {("send_error", "131042"): 2}


def test_an_operator_reads_the_overview(connect: Connect, alerts: Alerts) -> None:
    alerts.raise_one()
    operator = connect("wa_operator_role")
    assert values(operator, "select next_step from wa.alert_overview") != []


def test_grouping_takes_a_bounded_number_at_a_time(alerts: Alerts) -> None:
    alerts.owner.execute(
        "insert into wa.alert_occurrences (kind, group_key)"
        " select 'send_error', 'x' from generate_series(1, 10001)"
    )
    alerts.notifier.execute("select public.wa_alerts_group()")
    assert values(alerts.owner, "select count(*) from wa.alert_occurrences") == [1]


def test_what_is_due_for_longest_is_told_first(alerts: Alerts) -> None:
    for minutes in range(12):
        alerts.raise_one(key=f"{minutes:02}")
    alerts.notifier.execute("select public.wa_alerts_group()")
    for minutes in range(12):
        alerts.owner.execute(
            "update wa.alerts set next_attempt_at = now() - %s * interval '1 minute'"
            " where group_key = %s",
            [minutes, f"{minutes:02}"],
        )
    told = sorted(alert["group_key"] for alert in alerts.claimed())
    assert told == [f"{minutes:02}" for minutes in range(2, 12)]


def test_status_shows_the_latest_alert_first(alerts: Alerts) -> None:
    for key in ("earlier", "later"):
        alerts.raise_one(key=key)
    alerts.owner.execute(
        "update wa.alert_occurrences set occurred_at = now() - interval '1 hour'"
        " where group_key = 'earlier'"
    )
    (shown,) = values(alerts.owner, "select wa.summarize_alerts()")
    assert [alert["group_key"] for alert in shown] == ["later", "earlier"]


def test_it_is_known_whether_anybody_posts_them(alerts: Alerts) -> None:
    are_posted = "select alerts_are_posted from wa.queue_state"
    alerts.notifier.execute("select public.wa_alerts_group()")
    assert value(alerts.owner, are_posted) is False
    alerts.claim()
    assert value(alerts.owner, are_posted) is True
