create or replace function wa.list_problems(p_status jsonb)
returns jsonb
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  with problem (position, code, needs_person, message, next) as (
    select
      1, 'unhealthy', true, health.problem,
      case
        when health.problem like 'the server has no room%' then 'what fills it, and what not to touch: runbook, section 4, a full disk'
        else 'wa-webhook doctor'
      end
    from jsonb_array_elements_text(p_status -> 'health' -> 'problems') as health (problem)
    union all
    select
      1, 'at_risk', true, health.warning, 'as the role that migrates, or a superuser: runbook, at a glance'
    from jsonb_array_elements_text(p_status -> 'health' -> 'warnings') as health (warning)
    union all
    select
      1, 'signatures_refused', true,
      format(
        'webhooks with a signature are refused (401), as late as %s, and none has been accepted meanwhile',
        left(p_status -> 'traffic' ->> 'signatures_refused_at', 16)
      ),
      'wa-webhook doctor --as serve in its environment, with WA_TOKEN set: runbook, section 4'
    where p_status -> 'traffic' ->> 'signatures_refused_at' is not null
    union all
    select
      2, 'queue_paused', true,
      format('the queue is paused until %s: %s', p_status -> 'queue' ->> 'paused_until', p_status -> 'queue' ->> 'paused_reason'),
      case
        when p_status -> 'queue' ->> 'doubtful' is null then 'mend the cause, then: select public.wa_queue_resume();'
        when p_status -> 'queue' ->> 'doubtful' = '0'
          then 'no message in it can have been sent before: read docs/operate/restore.md, then: select public.wa_queue_resume();'
        else format(
          '%s messages were in it and may have been sent before: select public.wa_queue_resume(''cancel''); drops them, public.wa_queue_resume(''send''); sends them; %s queued since go out either way: docs/operate/restore.md',
          p_status -> 'queue' ->> 'doubtful', p_status -> 'queue' ->> 'queued_since'
        )
      end
    where p_status -> 'queue' ->> 'paused_until' is not null
    union all
    select
      2, 'database_moved', true,
      p_status -> 'queue' ->> 'moved_because',
      'nothing is sent twice: wa-webhook notify pauses the queue when it starts; docs/operate/restore.md'
    where p_status -> 'queue' ->> 'moved_because' is not null
    union all
    select
      3, 'queue_stalled', true,
      format('the oldest due message has waited for %s seconds', p_status -> 'queue' ->> 'oldest_due_seconds'),
      coalesce(
        (
          select
            format(
              'Meta asked for patience, and sending goes on by itself: %s. For others see whether wa-webhook notify runs',
              string_agg(
                format('number %s until %s', held.entry ->> 'phone_number_id', held.entry ->> 'held_until'), ', '
                order by held.entry ->> 'phone_number_id'
              )
            )
          from jsonb_array_elements(p_status -> 'queue' -> 'held_numbers') as held (entry)
          having count(*) > 0
        ),
        'see whether wa-webhook notify runs, and what it logs'
      )
    where (p_status -> 'queue' ->> 'oldest_due_seconds')::numeric > 300
      and p_status -> 'queue' ->> 'paused_until' is null
      and p_status -> 'queue' ->> 'moved_because' is null
    union all
    select
      4, 'messages_failed', true,
      format('%s messages failed: %s', error.entry ->> 'messages', error.entry ->> 'error'),
      format('mend the cause, then: wa-webhook replay --error ''%s%%''', left(error.entry ->> 'error', 5))
    from jsonb_array_elements(p_status -> 'failed_events' -> 'errors') as error (entry)
    union all
    select
      5, 'payloads_kept', true,
      format(
        '%s payloads are kept as %s; the first is deleted on %s',
        kept.entry ->> 'payloads', kept.entry ->> 'reason', left(kept.entry ->> 'first_goes_at', 10)
      ),
      'mend the cause, then: wa-webhook replay --payloads'
    from jsonb_array_elements(p_status -> 'kept_payloads') as kept (entry)
    union all
    select
      6, 'sends_failed', (failure.entry ->> 'needs_person')::boolean,
      format(
        '%s sends failed with %s: %s',
        failure.entry ->> 'messages',
        coalesce('code ' || (failure.entry ->> 'error_code'), 'no code'),
        failure.entry ->> 'description'
      ),
      case
        when (failure.entry ->> 'needs_person')::boolean then 'mend the cause, then queue them again: runbook, section 2'
        else 'nothing: it lies with the recipients'
      end
    from jsonb_array_elements(p_status -> 'send_failures') as failure (entry)
    union all
    select
      7, 'alerts_held', true,
      format('the alert %s (%s) is not delivered', alert.entry ->> 'kind', alert.entry ->> 'group_key'),
      'see ALERT_WEBHOOK_URL of wa-webhook notify, and what it logs'
    from jsonb_array_elements(p_status -> 'alerts') as alert (entry)
    where (alert.entry ->> 'is_stuck')::boolean and (alert.entry ->> 'is_posted')::boolean
    union all
    select
      8, 'retention_behind', true,
      format('events of %s are still there: retention is behind', left(p_status -> 'retention' ->> 'oldest_event_at', 10)),
      'call public.wa_retention_purge();'
    where (p_status -> 'retention' ->> 'is_behind')::boolean
    union all
    select
      9, 'role_is_wrong', true,
      format(
        'the role %s %s',
        role.entry ->> 'role',
        case
          when not (role.entry ->> 'exists')::boolean then 'is missing'
          when (role.entry ->> 'has_power')::boolean then 'is a superuser or may change roles, databases or policies'
          when not (role.entry ->> 'is_process')::boolean then 'can log in'
          else 'is a member of other roles'
        end
      ),
      'wa-webhook doctor'
    from jsonb_array_elements(p_status -> 'roles') as role (entry)
    where not (role.entry ->> 'exists')::boolean
      or (role.entry ->> 'has_power')::boolean
      or ((role.entry ->> 'can_login')::boolean and not (role.entry ->> 'is_process')::boolean)
      or ((role.entry ->> 'is_process')::boolean and role.entry -> 'member_of' <> '[]')
    union all
    select
      10, 'rights_differ', true,
      format(
        '%s rights are not as they were made, such as: %s',
        p_status -> 'rights' ->> 'differences',
        p_status #>> '{rights,first,0}'
      ),
      'wa-webhook migrate, as the role that owns the tables'
    where p_status -> 'rights' ->> 'differences' <> '0'
    union all
    select
      11, 'snapshots_on', false,
      format('%s masked snapshots were taken in the last hour', p_status -> 'retention' ->> 'snapshots_in_last_hour'),
      'after debugging: WA_INBOUND_DEBUG_SNAPSHOT=false for wa-webhook serve'
    where (p_status -> 'retention' ->> 'snapshots_in_last_hour')::integer > 0
    union all
    select
      12, 'number_held', false,
      format('Meta asked number %s to wait until %s', held.entry ->> 'phone_number_id', held.entry ->> 'held_until'),
      'nothing: sending goes on by itself'
    from jsonb_array_elements(p_status -> 'queue' -> 'held_numbers') as held (entry)
    union all
    select
      13, 'alerts_not_posted', false,
      format('%s alerts are kept here: the notifier has nowhere to post them', count(*)),
      'set ALERT_WEBHOOK_URL of wa-webhook notify, or read them: select * from wa.alert_overview;'
    from jsonb_array_elements(p_status -> 'alerts') as alert (entry)
    where not (alert.entry ->> 'is_posted')::boolean
    having count(*) > 0
    union all
    select
      14, 'clock_set_back', true,
      format('the clock of the database server is %s seconds behind what is stored', p_status -> 'clock' ->> 'behind_seconds'),
      'see that the server keeps time: runbook, section 4'
    where (p_status -> 'clock' ->> 'behind_seconds')::numeric > 60
    union all
    select
      15, 'people_not_erasable', true,
      format('nothing says how people are erased from %s', kept.relation),
      'grant it to wa_privacy or declare a rule: docs/reference/personal-data.md'
    from jsonb_array_elements_text(p_status -> 'tables_that_keep_people') as kept (relation)
    union all
    select
      16, 'no_number_known', true,
      case
        when (p_status #> '{health,numbers,are_told_apart}')::boolean
          then 'every business number is retired, so that messages are kept and not answered'
        else 'no business number is known, so that messages to any number are answered'
      end,
      'wa-webhook migrate with WA_PHONE_ID and WA_WABA_ID set, or: wa-webhook numbers add <id>'
    where p_status #> '{health,numbers,known}' = '[]'
    union all
    select
      17, 'tasks_stalled', true,
      format(
        'a task of the kind %s has been due for %s seconds', stalled.entry ->> 'kind', stalled.entry ->> 'oldest_due_seconds'
      ),
      'see whether wa-webhook work runs for that kind, and what it logs'
    from jsonb_array_elements(p_status -> 'tasks' -> 'stalled') as stalled (entry)
    union all
    select
      18, 'media_not_deleted', true,
      format(
        '%s files are still in the media store that should be gone, the first for %s seconds',
        p_status -> 'media' ->> 'undeleted', p_status -> 'media' ->> 'undeleted_seconds'
      ),
      'see whether wa-webhook work runs with WA_MEDIA_STORE, and what it logs'
    where (p_status -> 'media' ->> 'undeleted_seconds')::numeric > 3600
    union all
    select
      19, 'sends_held', true,
      format('messages are queued from the number %s, which is not one of ours', held.phone_number_id),
      format('wa-webhook numbers add %s, or cancel them: runbook, section 2', held.phone_number_id)
    from jsonb_array_elements_text(p_status #> '{health,numbers,held}') as held (phone_number_id)
    union all
    select
      20, 'users_wait', true,
      format(
        '%s users wait for a person, one for %s seconds',
        p_status -> 'handovers' ->> 'waiting', p_status -> 'handovers' ->> 'longest_wait_seconds'
      ),
      'answer them, or hand their conversations back: docs/operate/handover.md'
    where (p_status -> 'handovers' ->> 'longest_wait_seconds')::numeric
      > (p_status -> 'handovers' ->> 'most_wait_seconds')::numeric
    union all
    select
      21, 'tasks_failed', false,
      format(
        '%s tasks of the kind %s failed in the last day: %s',
        failed.entry ->> 'tasks', failed.entry ->> 'kind', failed.entry ->> 'error_class'
      ),
      'error_message in wa.tasks, then wa_task_retry: docs/build/tasks.md'
    from jsonb_array_elements(p_status -> 'tasks' -> 'failed') as failed (entry)
    union all
    select
      21, 'tasks_retried', false,
      format(
        '%s tasks of the kind %s have failed and are tried again, the furthest after %s of %s attempts: %s',
        again.entry ->> 'tasks', again.entry ->> 'kind', again.entry ->> 'attempts', again.entry ->> 'max_attempts',
        again.entry ->> 'error'
      ),
      'TASK_RAISED in the log of wa-webhook work, error_message in wa.tasks; mend it, then wa_task_retry: docs/build/tasks.md'
    from jsonb_array_elements(p_status -> 'tasks' -> 'retried') as again (entry)
    union all
    select
      22, 'messages_foreign', false,
      format(
        case
          when (p_status #> '{health,numbers,are_told_apart}')::boolean
            then '%s messages came for the number %s, which is not one of ours'
          else '%s messages are kept that came for the number %s while it was not one of ours'
        end,
        other.entry ->> 'messages', coalesce(other.entry ->> 'phone_number_id', 'that they do not name')
      ),
      format(
        'if it is: wa-webhook numbers add %s; wa-webhook replay', coalesce(other.entry ->> 'phone_number_id', '<id>')
      )
    from jsonb_array_elements(p_status #> '{health,numbers,foreign}') as other (entry)
    union all
    select
      23, 'messages_stopped', false,
      format(
        'no message has come since %s, and at this time of day there were some',
        left(p_status -> 'traffic' ->> 'last_received_at', 16)
      ),
      'does Meta deliver? wa-webhook meta, and WEBHOOK_REQUEST in the log of wa-webhook serve'
    where (p_status -> 'traffic' ->> 'is_unusually_silent')::boolean
  )

  select coalesce(
    jsonb_agg(
      jsonb_build_object(
        'code', problem.code, 'needs_person', problem.needs_person,
        'message', problem.message, 'next', problem.next
      )
      order by problem.needs_person desc, problem.position, problem.message
    ),
    '[]'
  )
  from problem
$$;

comment on function wa.list_problems is
'What is out of order in an answer of wa_status: a code, whether it needs a person, a message, and what to do next. What needs a person comes first.';
