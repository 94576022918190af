-- Written by `make release`: the routines that changed since the one before, as in db/functions.

-- Calls under way are to end with the routines that they began with; new ones wait for the commit.
select pg_catalog.set_config('lock_timeout', '4s', true);
-- In a block, for the Supabase CLI sends no `begin`: its transaction is the batch.
do $$
begin
  lock table public.wa_events, public.notifications in share row exclusive mode;
end
$$;

-- A routine may call one that comes later in the order.
select pg_catalog.set_config('check_function_bodies', 'off', true);

-- Whoever called these is replaced in this same transaction.
-- squawk-ignore-file ban-drop-function
drop function if exists wa.lease_due(text, text, integer, integer, bigint[], interval);

-- functions/flow_home/get_menu.sql
create or replace function wa.get_menu(p_body_key text, p_locale text, p_page integer)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_is_kept boolean := false;
  v_payload jsonb;
begin
  if p_page = 1 then
    select menu.payload into v_payload
    from wa.rendered_menus as menu
    where menu.body_key = p_body_key and menu.locale = p_locale;

    if found then
      return v_payload;
    end if;

    -- Not while somebody changes what a menu is made of; and only what is read now is sure to be of today.
    v_is_kept := current_setting('transaction_isolation') = 'read committed'
      and pg_try_advisory_xact_lock(wa.get_menu_lock());
  end if;

  v_payload := wa.build_list(
    wa.get_text(p_body_key, p_locale),
    wa.get_text('home.open_menu', p_locale),
    wa.list_menu(p_locale),
    p_page,
    wa.get_text('menu.more', p_locale),
    'menu.page.'
  );

  if v_is_kept then
    -- What is kept here is not checked again when it is queued.
    perform wa.check_payload(v_payload);

    insert into wa.rendered_menus (body_key, locale, payload)
    values (p_body_key, p_locale, v_payload)
    on conflict do nothing;
  end if;
  return v_payload;
end
$$;

comment on function wa.get_menu(text, text, integer) is
'A page of the home menu under one of its texts; the first page is rendered once and kept in wa.rendered_menus.';

revoke all on function wa.get_menu(text, text, integer) from public;
grant execute on function wa.get_menu(text, text, integer) to wa_runtime;

-- What an earlier version of this function rendered.
delete from wa.rendered_menus;

-- functions/flows/answer_messages.sql
create or replace function wa.answer_messages(p_messages wa.received_message[])
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_opened record;
  v_outcome wa.chat_outcome;
  v_outcomes wa.chat_outcome[] := array[]::wa.chat_outcome[];
  v_events jsonb[] := array[]::jsonb[];
begin
  for v_opened in
    select
      coalesce(survivor, sender) as profile,
      -- No row: the chat has not begun, was reset, or its time ran out.
      coalesce(
        chat, (coalesce(sender.merged_into, sender.user_id), 'home', '{}', null, null)::public.chat_state
      ) as chat,
      (
        message.wa_message_id, message.phone_number_id, message.message_type, message.sent_at,
        message.body, message.reply_id, message.content, false
      )::wa.inbound_message as message,
      command.entry,
      registered.flow_state
    from unnest(p_messages) as message
    inner join public.profiles as sender on sender.user_id = message.user_id
    left join public.profiles as survivor on survivor.user_id = sender.merged_into
    left join public.chat_state as chat
      on chat.user_id = coalesce(sender.merged_into, sender.user_id)
      and (chat.expires_at is null or chat.expires_at > now())
    -- One look each, since a hash table of all of them costs a lone message more than it saves many.
    left join lateral (
      select entry
      from wa.flow_entries as entry
      where entry.kind = case when message.reply_id is null then 'keyword' else 'reply' end
        and entry.value = coalesce(message.reply_id, wa.fold_text(message.body))
        and (entry.scope = 'everywhere' or coalesce(chat.state, 'home') = 'home')
      limit 1
    ) as command on true
    left join lateral (
      select flow_state
      from wa.flow_states as flow_state
      where flow_state.state = coalesce((command.entry).to_state, chat.state, 'home')
      limit 1
    ) as registered on true
    order by message.sent_at, message.sequence
  loop
    v_outcome := wa.advance_chat(
      v_opened.profile, v_opened.chat, v_opened.message, v_opened.entry, v_opened.flow_state
    );

    if v_outcome.user_id is not null then
      v_outcomes := v_outcomes || v_outcome;

      if v_outcome.replies <> '[]' then
        v_events := v_events || jsonb_build_object(
          'event', 'NOTIFY_QUEUE',
          'level', 'info',
          'recipient', wa.mask_recipient(v_outcome.recipient),
          'count', jsonb_array_length(v_outcome.replies)
        );
      end if;
    end if;
  end loop;

  if cardinality(v_outcomes) > 0 then
    perform wa.save_outcomes(v_outcomes);
  end if;
  return to_jsonb(v_events);
end
$$;

comment on function wa.answer_messages(wa.received_message[]) is
'Moves chats on, each of another user by one message, in the order of the messages; reads and writes are shared by all. Returns the events to log of the replies that it queued.';

revoke all on function wa.answer_messages(wa.received_message[]) from public;
grant execute on function wa.answer_messages(wa.received_message[]) to wa_runtime;

-- functions/flows/run_step.sql
create or replace function wa.run_step(
  p_step_function text,
  p_profile public.profiles,
  p_state text,
  p_data jsonb,
  p_message wa.inbound_message
)
returns wa.step_result
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_arguments text;
  v_result wa.step_result;
begin
  -- Every chat begins at home and comes back there, and a call by name is parsed and planned each time.
  if p_step_function = 'step_home' then
    return wa.step_home(p_profile, p_data, p_message);
  end if;

  -- Expressions and not a query: PL/pgSQL evaluates them without starting the executor.
  v_arguments := pg_get_function_identity_arguments(to_regproc(format('wa.%I', p_step_function)));
  if v_arguments is null then
    raise exception using
      errcode = 'WA003',
      message = format('the state %s has no step: there is no one function wa.%s', p_state, p_step_function),
      hint = 'Apply the function''s file with wa-webhook migrate, or correct wa.flow_states.';
  end if;

  -- A step takes what it uses, in any order. Each parameter comes with its type.
  v_arguments := regexp_replace(v_arguments, '(p_[a-z]+) [^,]+', '\1', 'g');
  v_arguments := replace(replace(v_arguments, 'p_profile', '$1'), 'p_state', '$2');
  v_arguments := replace(replace(v_arguments, 'p_data', '$3'), 'p_message', '$4');

  -- The name comes from wa.flow_states, whose check admits nothing but step_ and an identifier.
  execute format('select * from wa.%I(%s)', p_step_function, v_arguments)
    into v_result.next_state, v_result.data, v_result.replies
    using p_profile, p_state, p_data, p_message;
  return v_result;
end
$$;

comment on function wa.run_step(text, public.profiles, text, jsonb, wa.inbound_message) is
'Calls the step function that the registry names for a state, with those of p_profile, p_state, p_data and p_message that it takes. Raises WA003 when there is none.';

revoke all on function wa.run_step(text, public.profiles, text, jsonb, wa.inbound_message) from public;
grant execute on function wa.run_step(text, public.profiles, text, jsonb, wa.inbound_message) to wa_runtime;

-- functions/identity/lock_settled_sender.sql
create or replace function wa.lock_settled_sender(p_message wa.received_message)
returns uuid
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_user_id uuid;
begin
  if p_message.disposition = 'invalid_sender' or p_message.message_type = 'system' then
    return null;
  end if;

  if p_message.bsuid is not null then
    select profile.user_id into v_user_id
    from public.profiles as profile
    where profile.wa_user_id = p_message.bsuid
      and (p_message.phone is null or profile.whatsapp_e164 = p_message.phone);
  else
    select profile.user_id into v_user_id
    from public.profiles as profile
    where profile.whatsapp_e164 = p_message.phone;
  end if;

  if v_user_id is null then
    return null;
  end if;

  -- Whoever waits for the lock has the conditions looked at again.
  perform
  from public.profiles as profile
  where profile.user_id = v_user_id
    and (p_message.phone is null or profile.whatsapp_e164 = p_message.phone)
    and (p_message.bsuid is null or profile.wa_user_id = p_message.bsuid)
  for no key update;

  if not found then
    raise exception using
      errcode = '40001',
      message = 'a sender''s profile changed while it was being locked',
      hint = 'Nothing was committed. Call again.';
  end if;
  return v_user_id;
end
$$;

comment on function wa.lock_settled_sender(wa.received_message) is
'Locks and returns the one profile that says exactly what a message says of its sender; null when there is none, and for a system message, which may change who that is. Raises 40001 when the profile was merged or renamed just before its lock was granted.';

revoke all on function wa.lock_settled_sender(wa.received_message) from public;
grant execute on function wa.lock_settled_sender(wa.received_message) to wa_runtime;

-- functions/identity/normalize_bsuid.sql
create or replace function wa.normalize_bsuid(p_value text)
returns text
language plpgsql
immutable
returns null on null input
set search_path = ''
as $$
begin
  -- Counting up to 128 in the pattern would take twenty times as long.
  return case when p_value ~ '^[A-Z]{2}\.[A-Za-z0-9]+$' and char_length(p_value) <= 131 then p_value end;
end
$$;

comment on function wa.normalize_bsuid(text) is
'A business-scoped user id as it is; null when the value is none.';

revoke all on function wa.normalize_bsuid(text) from public;
grant execute on function wa.normalize_bsuid(text) to wa_runtime;

-- functions/identity/normalize_parent_bsuid.sql
create or replace function wa.normalize_parent_bsuid(p_value text)
returns text
language plpgsql
immutable
returns null on null input
set search_path = ''
as $$
begin
  -- Counting up to 128 in the pattern would take twenty times as long.
  return case when p_value ~ '^[A-Z]{2}\.ENT\.[A-Za-z0-9]+$' and char_length(p_value) <= 135 then p_value end;
end
$$;

comment on function wa.normalize_parent_bsuid(text) is
'A parent business-scoped user id as it is; null when the value is none.';

revoke all on function wa.normalize_parent_bsuid(text) from public;
grant execute on function wa.normalize_parent_bsuid(text) to wa_runtime;

-- functions/identity/resolve_senders.sql
create or replace function wa.resolve_senders(p_messages wa.received_message[], p_statuses jsonb)
returns wa.received_message[]
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_resolved wa.received_message[];
  v_are_settled boolean := p_messages is null;
  v_are_unchanged boolean;
begin
  -- Most calls hold one message. To look for its sender alone costs a fraction of the statement below.
  if cardinality(p_messages) = 1 and p_statuses is null then
    v_resolved := p_messages;
    v_resolved[1].user_id := wa.lock_settled_sender(p_messages[1]);

    if v_resolved[1].user_id is null and v_resolved[1].disposition <> 'invalid_sender' then
      return wa.settle_senders(p_messages, p_statuses);
    end if;
    return v_resolved;
  end if;

  if p_messages is not null then
    -- A sender is settled when one profile says exactly what the payload says. That of a system message changes.
    with message as materialized (
      select
        message.*,
        case
          when message.disposition = 'invalid_sender' or message.message_type = 'system' then null
          when message.bsuid is null then by_phone.user_id
          when message.phone is null or message.phone = by_bsuid.whatsapp_e164 then by_bsuid.user_id
        end as settled_id
      from unnest(p_messages) as message
      left join public.profiles as by_bsuid on by_bsuid.wa_user_id = message.bsuid
      left join public.profiles as by_phone
        on by_phone.whatsapp_e164 = message.phone
        and message.bsuid is null
    ),

    settled as materialized (
      select bool_and(message.settled_id is not null or message.disposition = 'invalid_sender') as are_all
      from message
    ),

    locked as materialized (
      select profile.user_id, profile.whatsapp_e164, profile.wa_user_id
      from public.profiles as profile
      where profile.user_id = any(array(select message.settled_id from message))
        and (select settled.are_all from settled)
      order by profile.user_id
      for no key update
    )

    select
      array_agg(
        (
          message.wa_message_id, message.waba_id, message.phone_number_id, message.message_type,
          message.disposition, message.opens_window, message.sent_at, message.sequence, message.phone,
          message.bsuid, message.parent_bsuid, message.display_name, message.body, message.reply_id,
          message.content, message.contact, message.settled_id
        )::wa.received_message
        order by message.sequence
      ),
      (select settled.are_all from settled),
      bool_and(
        message.settled_id is null
        or (
          coalesce(locked.whatsapp_e164 = message.phone, message.phone is null)
          and coalesce(locked.wa_user_id = message.bsuid, message.bsuid is null)
        )
      )
    into v_resolved, v_are_settled, v_are_unchanged
    from message
    left join locked on locked.user_id = message.settled_id;
  end if;

  if v_are_settled and p_statuses is not null then
    v_are_settled := not exists (select from wa.list_status_identities(p_statuses));
  end if;

  if not v_are_settled then
    return wa.settle_senders(p_messages, p_statuses);
  end if;

  if not v_are_unchanged then
    raise exception using
      errcode = '40001',
      message = 'a sender''s profile changed while it was being locked',
      hint = 'Nothing was committed. Call again.';
  end if;
  return v_resolved;
end
$$;

comment on function wa.resolve_senders(wa.received_message[], jsonb) is
'Fills in the sender''s profile of every message and locks these profiles until the transaction ends, so that one user''s messages take effect one at a time; learns from statuses that name both a number and a BSUID. Every call takes its locks in one order: identities that are not settled, then profiles by user_id. Raises 40001 when a profile was merged or renamed just before its lock was granted.';

revoke all on function wa.resolve_senders(wa.received_message[], jsonb) from public;
grant execute on function wa.resolve_senders(wa.received_message[], jsonb) to wa_runtime;

-- functions/ingress/claim_events.sql
create or replace function wa.claim_events(p_messages wa.received_message[])
returns wa.received_message[]
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_new_ids text[];
  v_claimed wa.received_message[] := p_messages;
  v_user_ids uuid[];
begin
  with claim as (
    insert into public.wa_events (wa_message_id, user_id, phone_number_id, message_type, status, sent_at)
    select
      message.wa_message_id, message.user_id, message.phone_number_id, message.message_type, message.disposition,
      message.sent_at
    from unnest(p_messages) as message
    order by message.wa_message_id, message.sequence
    on conflict (wa_message_id) do nothing
    returning wa_message_id
  )

  select array_agg(claim.wa_message_id) into v_new_ids
  from claim;

  if v_new_ids is null then
    return array[]::wa.received_message[];
  end if;

  if cardinality(p_messages) > 1 then
    -- Of two with one id in a payload the first counts.
    select array_agg(message::wa.received_message order by message.sent_at, message.sequence) into v_claimed
    from (
      select distinct on (message.wa_message_id) message.*
      from unnest(p_messages) as message
      order by message.wa_message_id, message.sequence
    ) as message
    where message.wa_message_id = any(v_new_ids);
  end if;

  -- The 24-hour window opens for everyone who just wrote.
  with latest as (
    select distinct on (claimed.user_id) claimed.user_id, claimed.sent_at, claimed.display_name
    from unnest(v_claimed) as claimed
    where claimed.opens_window and claimed.user_id is not null
    order by claimed.user_id asc, claimed.sent_at desc, claimed.sequence desc
  ),

  noted as (
    update public.profiles as profile
    set
      last_inbound_at = greatest(profile.last_inbound_at, latest.sent_at),
      display_name = coalesce(latest.display_name, profile.display_name),
      updated_at = now()
    from latest
    where profile.user_id = latest.user_id
    returning profile.user_id
  )

  select array_agg(noted.user_id) into v_user_ids
  from noted;

  if v_user_ids is not null and wa.is_awaited(v_user_ids) then
    perform wa.release_waiting(v_user_ids);
  end if;
  return v_claimed;
end
$$;

comment on function wa.claim_events(wa.received_message[]) is
'Records the messages that nobody has recorded before, with their final status, and returns just these, oldest first; opens the 24-hour window of their senders, keeps the name they go by, and lets what waited for them go. Waits for a transaction that is recording one of them now.';

revoke all on function wa.claim_events(wa.received_message[]) from public;
grant execute on function wa.claim_events(wa.received_message[]) to wa_runtime;

-- functions/ingress/is_plain_webhook.sql
create or replace function wa.is_plain_webhook(p_payload jsonb)
returns boolean
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_values jsonb;
begin
  -- Paths step into arrays by themselves, so that the type of each part is asked first.
  if (p_payload @@ '
    exists($[*])
    && !exists($[*].type() ? (@ != "object"))
    && !exists($[*].object.type() ? (@ != "string"))
    && !exists($[*] ? (!(@.object == "whatsapp_business_account" && @.entry.type() == "array")))
    && !exists($[*].entry[*].type() ? (@ != "object"))
    && !exists($[*].entry[*] ? (!exists(@.changes[*])))
    && !exists($[*].entry[*].changes[*].type() ? (@ != "object"))
    && !exists(
      $[*].entry[*].changes[*] ? (
        !(@.field.type() == "string" && @.field == "messages" && @.value.type() == "object")
      )
    )
    && !exists($[*].entry[*].changes[*].value.statuses[*].type() ? (@ != "object"))
    && !exists($[*].entry[*].changes[*].value.messages[*].type() ? (@ != "object"))
    && !exists(
      $[*].entry[*].changes[*].value.messages[*] ? (
        !(@.id.type() == "string" && @.id != "" && @.type.type() == "string" && @.type == "text")
      )
    )
  ') is not true then
    return false;
  end if;

  -- A path could ask for the keys too, but makes an object of every pair to do so.
  v_values := jsonb_path_query_array(p_payload, '$[*].entry[*].changes[*].value');

  for v_position in 0..jsonb_array_length(v_values) - 1 loop
    if (v_values -> v_position) - '{messaging_product,metadata,contacts,messages,statuses}'::text[] <> '{}' then
      return false;
    end if;
  end loop;
  return true;
end
$$;

comment on function wa.is_plain_webhook(jsonb) is
'Whether a webhook body, or each of an array of them, holds text messages and statuses and nothing beside them, which is what Meta sends most.';

revoke all on function wa.is_plain_webhook(jsonb) from public;
grant execute on function wa.is_plain_webhook(jsonb) to wa_runtime;

-- functions/ingress/wa_dispatch.sql
create or replace function public.wa_dispatch(payload jsonb, options jsonb default '{}')
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
set jit = off
-- A plan made for one small array looks cheaper than the general one, so that each call would plan anew.
set plan_cache_mode = force_generic_plan
-- And a plan made while a table was small would read all of it when it has grown.
set enable_seqscan = off
as $$
declare
  v_is_plain boolean;
  v_messages wa.received_message[];
  v_claimed wa.received_message[];
  v_statuses jsonb;
  v_counts jsonb;
  v_events jsonb := '[]'::jsonb;
  v_failures jsonb := '[]'::jsonb;
begin
  if options ? 'keep' then
    perform wa.keep_payloads(options -> 'keep');
  end if;

  if payload is not null then
    -- What Meta sends most is told with one look from what may hold anything.
    v_is_plain := wa.is_plain_webhook(payload);

    if not v_is_plain then
      perform wa.require_envelope(payload);
    end if;

    if (options -> 'snapshot') = 'true'::jsonb then
      perform wa.log_snapshot(payload);
    end if;

    v_messages := wa.extract_messages(payload);
    v_statuses := wa.extract_statuses(payload);
    v_claimed := wa.claim_events(wa.resolve_senders(v_messages, v_statuses));
    v_events := wa.try_messages(v_claimed);
    v_failures := jsonb_path_query_array(v_events, '$[*] ? (@.event == "MESSAGE_FAILED")');

    if v_statuses is not null then
      v_events := v_events || coalesce(wa.try_statuses(v_statuses, payload) -> 'events', '[]');
    end if;

    if not v_is_plain then
      perform wa.log_other_fields(payload);

      if jsonb_path_exists(payload, '$[*].entry[*].changes[*] ? (@.field != "messages")') then
        v_events := v_events || wa.try_account_changes(payload);
      end if;
    end if;
  end if;

  v_counts := wa.count_dispatch(v_messages, v_claimed, jsonb_array_length(v_failures));
  if v_counts ->> 'failed' <> '0' or v_counts ->> 'invalid_sender' <> '0' then
    perform wa.alert_of_dispatch(v_counts, v_failures);
  end if;

  return v_counts
    || jsonb_build_object(
      'statuses', coalesce(jsonb_array_length(v_statuses), 0),
      'kept', coalesce(jsonb_array_length(options -> 'keep'), 0),
      'retention_due', wa.is_retention_due(),
      'events', v_events
    );
end
$$;

grant create on schema public to wa_runtime;
alter function public.wa_dispatch(jsonb, jsonb) owner to wa_runtime;
revoke create on schema public from wa_runtime;

comment on function public.wa_dispatch(jsonb, jsonb) is
'Commits the effect of one webhook body, or of an array of bodies, exactly once, and returns counts, events to log and whether retention is due. options: keep (payloads to store as they came: body in base64, reason, error) and snapshot (true stores a masked copy in webhook_logs). Raises WA001 when payload is no webhook envelope; 40001 asks the caller to try again.';

revoke all on function public.wa_dispatch(jsonb, jsonb) from public;
grant execute on function public.wa_dispatch(jsonb, jsonb) to wa_edge_role;

-- functions/operations/summarize_queue.sql
create or replace function wa.summarize_queue()
returns jsonb
language sql
stable
set search_path = ''
as $$
  with unsettled as materialized (
    select
      notification.status,
      notification.due_at <= now() and notification.blocked_by is null as is_due
    from public.notifications as notification
    where notification.turn_at is not null
    -- The order of the index that claim reads, so that a large table is not scanned.
    order by coalesce(notification.phone_number_id, ''), notification.priority, notification.turn_at, notification.id
    limit 10000
  ),

  waiting as materialized (
    select from public.notifications as notification
    where notification.waiting_for is not null
    limit 10000
  ),

  finished as materialized (
    select notification.status
    from public.notifications as notification
    where notification.turn_at is null
      and notification.created_at > now() - interval '24 hours'
      and notification.waiting_for is null
    order by notification.created_at desc
    limit 10000
  ),

  oldest as (
    -- One index probe for each number and priority, whatever the backlog.
    select min(first.due_at) as due_at
    from wa.list_sending_numbers() as number (phone_number_id)
    cross join generate_series(0, 2) as level (priority)
    cross join lateral (
      select notification.due_at
      from public.notifications as notification
      where coalesce(notification.phone_number_id, '') = number.phone_number_id
        and notification.priority = level.priority
        and notification.turn_at <= now()
        and notification.due_at <= now()
        and notification.blocked_by is null
      -- All columns of the index, since row security keeps the planner from seeing that the first two are fixed.
      order by coalesce(notification.phone_number_id, ''), notification.priority, notification.turn_at
      limit 1
    ) as first
  )

  select jsonb_build_object(
    'queued', (select count(*) from unsettled where unsettled.status = 'queued'),
    'sending', (select count(*) from unsettled where unsettled.status = 'sending'),
    'due', (select count(*) from unsettled where unsettled.is_due),
    'waiting_for_user', (select count(*) from waiting),
    'finished', (
      select coalesce(jsonb_object_agg(status.name, status.messages), '{}')
      from (select finished.status as name, count(*) as messages from finished group by 1) as status
    ),
    'is_capped', (select count(*) from unsettled) = 10000 or (select count(*) from finished) = 10000,
    'oldest_due_seconds', coalesce(
      (select round(extract(epoch from clock_timestamp() - oldest.due_at)) from oldest), 0
    ),
    'paused_until', (
      select state.paused_until::text from wa.queue_state as state
      where state.paused_until > clock_timestamp()
    ),
    'paused_reason', (
      select state.paused_reason from wa.queue_state as state
      where state.paused_until > clock_timestamp()
    ),
    'held_numbers', (
      select coalesce(
        jsonb_agg(jsonb_build_object('phone_number_id', pace.phone_number_id, 'held_until', pace.held_until)),
        '[]'
      )
      from wa.number_pace as pace
      where pace.held_until > clock_timestamp()
    )
  )
$$;

comment on function wa.summarize_queue() is
'The outbox: unsettled messages by status, those that wait for their user to write, what was queued and finished in the last day by status, the age of the oldest due message in seconds, a pause with its reason, and numbers that Meta asked to slow down. Counts look at 10,000 rows (is_capped: there are more).';

revoke all on function wa.summarize_queue() from public;
grant execute on function wa.summarize_queue() to wa_runtime;

-- functions/operations/summarize_send_failures.sql
create or replace function wa.summarize_send_failures()
returns jsonb
language sql
stable
set search_path = ''
as $$
  with finished as materialized (
    select notification.status, notification.error_code, notification.failed_at
    from public.notifications as notification
    where notification.turn_at is null
      and notification.created_at > now() - interval '24 hours'
    order by notification.created_at desc
    limit 10000
  ),

  failure as (
    select
      finished.error_code,
      count(*) as messages,
      max(finished.failed_at) as newest_at
    from finished
    where finished.status = 'failed'
    group by 1
  )

  select coalesce(
    jsonb_agg(
      jsonb_build_object(
        'error_code', failure.error_code,
        'messages', failure.messages,
        'newest_at', failure.newest_at,
        'description', coalesce(class.description, 'No answer, or a code that is not in wa.send_error_classes.'),
        'needs_person', class.class is distinct from 'recipient' and class.class is distinct from 'window'
      )
      order by failure.messages desc, failure.error_code
    ),
    '[]'
  )
  from failure
  left join wa.send_error_classes as class on class.code = failure.error_code::text
$$;

comment on function wa.summarize_send_failures() is
'Messages of the last day (of the newest 10,000 finished ones) that failed, by Meta''s error code, with what it means, and whether somebody can mend it: not when it lies with the recipient.';

revoke all on function wa.summarize_send_failures() from public;
grant execute on function wa.summarize_send_failures() to wa_runtime;

-- functions/queue/charge_pairs.sql
create or replace function wa.charge_pairs(p_user_ids uuid[], p_phone_number_id text)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_interval interval := make_interval(secs => wa.get_setting('pair_interval_seconds')::double precision);
begin
  if v_interval > interval '0' then
    insert into wa.pair_pace as pace (user_id, phone_number_id, paid_until)
    select charged.user_id, p_phone_number_id, clock_timestamp() + v_interval
    from unnest(p_user_ids) as charged (user_id)
    where charged.user_id is not null
    on conflict (user_id, phone_number_id) do update
    set paid_until = greatest(pace.paid_until, clock_timestamp()) + v_interval;
  end if;
end
$$;

comment on function wa.charge_pairs(uuid[], text) is
'Takes one message each from the pace at which a business number writes to these users; null stands for nobody.';

revoke all on function wa.charge_pairs(uuid[], text) from public;
grant execute on function wa.charge_pairs(uuid[], text) to wa_runtime;

-- functions/queue/claim_from_number.sql
create or replace function wa.claim_from_number(
  p_number text,
  p_worker text,
  p_wanted integer,
  p_lease interval
)
returns table (
  id bigint,
  lock_token uuid,
  phone_number_id text,
  request jsonb,
  upload jsonb,
  retry_count integer
)
language plpgsql
volatile
set search_path = ''
as $$
#variable_conflict use_column
declare
  -- Enough for a user's thousand messages in a row, little enough for a short transaction.
  c_most_looked_at constant integer := 2000;
  v_token uuid := gen_random_uuid();
  v_looked_at integer := 0;
  v_wanted integer := p_wanted;
  v_look integer := p_wanted;
  v_set_aside bigint[] := array[]::bigint[];
  v_due record;
begin
  while v_wanted > 0 and v_looked_at < c_most_looked_at loop
    select judged.* into v_due
    from wa.judge_due(p_number, v_look, v_set_aside) as judged;

    if v_due.ready_rows is not null then
      return query
      with leased as (
        update public.notifications as notification
        set
          status = 'sending',
          locked_by = p_worker,
          lock_token = v_token,
          locked_until = clock_timestamp() + p_lease,
          last_attempt_at = clock_timestamp(),
          in_doubt_since = null,
          blocked_by = null
        from unnest(v_due.ready_rows[:v_wanted], v_due.ready_addresses[:v_wanted]) as ready (place, address)
        -- Nobody can have moved a row that wa.judge_due has locked.
        where notification.ctid = ready.place
        returning
          notification.id,
          notification.phone_number_id,
          notification.retry_count,
          notification.send_at,
          notification.payload || case notification.kind
            when 'read_receipt' then jsonb '{"messaging_product": "whatsapp"}'
            else jsonb_build_object(
              'messaging_product', 'whatsapp',
              'recipient_type', coalesce(notification.payload ->> 'recipient_type', 'individual'),
              -- Graph takes the digits of a BSUID in "to" for a phone number and drops the message.
              case when ready.address ~ '^[A-Z]{2}\.' then 'recipient' else 'to' end, ready.address,
              'biz_opaque_callback_data', notification.id::text
            )
          end as request,
          notification.payload -> (notification.payload ->> 'type') ?| '{qr,file}' as needs_media
      )

      select
        leased.id,
        v_token,
        leased.phone_number_id,
        coalesce(media.resolved -> 'payload', leased.request),
        nullif(media.resolved -> 'upload', 'null'),
        leased.retry_count
      from leased
      cross join lateral (
        values (case when leased.needs_media then wa.resolve_media(leased.request, leased.phone_number_id) end)
      ) as media (resolved)
      order by leased.send_at, leased.id;

      if v_due.paced_users is not null then
        perform wa.charge_pairs(v_due.paced_users[:v_wanted], p_number);
      end if;
      v_wanted := v_wanted - least(v_wanted, cardinality(v_due.ready_rows));
    end if;

    if v_due.blocked_ids is not null then
      v_set_aside := v_set_aside || wa.park_blocked(v_due.blocked_ids);
    end if;
    if v_due.held_back is not null then
      perform wa.hold_back(v_due.held_back);
    end if;

    exit when v_due.looked_at < v_look and v_due.held_back is null;
    v_looked_at := v_looked_at + v_due.looked_at;
    v_look := case when v_due.blocked_ids is null then v_wanted else least(v_wanted * 10, 200) end;
  end loop;
end
$$;

comment on function wa.claim_from_number(text, text, integer, interval) is
'Claims up to p_wanted due notifications of one business number, and puts aside on the way what may not be sent now.';

revoke all on function wa.claim_from_number(text, text, integer, interval) from public;
grant execute on function wa.claim_from_number(text, text, integer, interval) to wa_runtime;

-- functions/queue/count_queue.sql
create or replace function wa.count_queue()
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  -- Each costs a page of the table, for a figure that nobody reads to the last digit.
  c_exact constant integer := 2000;
  -- These are read from their index alone.
  c_most constant integer := 10000;
  v_open bigint;
  v_queued bigint;
  v_sending bigint;
  v_waiting bigint;
  v_failed bigint;
  v_plan json;
begin
  select count(*), count(*) filter (where counted.status = 'sending')
  into v_open, v_sending
  from (
    select notification.status
    from public.notifications as notification
    where notification.turn_at is not null
    -- The order of notifications_turn_idx, so that settled rows are not read whatever the statistics say.
    order by coalesce(notification.phone_number_id, ''), notification.priority, notification.turn_at, notification.id
    limit c_exact + 1
  ) as counted;

  select count(*) into v_waiting
  from (
    select
    from public.notifications as notification
    where notification.waiting_for is not null
    order by notification.user_id
    limit c_most
  ) as counted;

  select count(*) into v_failed
  from (
    select
    from public.notifications as notification
    where notification.failed_at is not null
    order by notification.failed_at
    limit c_most
  ) as counted;

  v_queued := v_open - v_sending;

  if v_open > c_exact then
    -- PostgreSQL allows this in a volatile function only.
    execute 'explain (format json) select from public.notifications where status = ''queued''' into v_plan;
    v_queued := greatest(v_queued, (v_plan #>> '{0,Plan,Plan Rows}')::bigint - v_waiting);

    select count(*) into v_sending
    from wa.list_sending_numbers() as number (phone_number_id)
    cross join generate_series(0, 2) as priority (value)
    cross join lateral (
      select notification.status
      from public.notifications as notification
      where coalesce(notification.phone_number_id, '') = number.phone_number_id
        and notification.priority = priority.value
        and notification.turn_at <= now()
      order by coalesce(notification.phone_number_id, ''), notification.priority, notification.turn_at
      limit 1000
    ) as first
    where first.status = 'sending';
  end if;

  return jsonb_build_object('queued', v_queued, 'sending', v_sending, 'waiting', v_waiting, 'failed', v_failed);
end
$$;

comment on function wa.count_queue() is
'Notifications by status, at a cost that does not grow with them: queued, sending, waiting (queued until the user writes again) and failed. Above 2,000 unsettled ones queued is the planner''s estimate and sending counts among the first 1,000 of each number and priority; waiting and failed end at 10,000.';

revoke all on function wa.count_queue() from public;
grant execute on function wa.count_queue() to wa_runtime;

-- functions/queue/find_oldest_due.sql
create or replace function wa.find_oldest_due()
returns timestamptz
language sql
stable
set search_path = ''
as $$
  -- now() and not the clock: only what stands still during the statement is looked up in the index.
  select coalesce(min(due.due_at) filter (where due.blocked_by is null), min(due.due_at))
  from wa.list_sending_numbers() as number (phone_number_id)
  cross join generate_series(0, 2) as priority (value)
  cross join lateral (
    select notification.due_at, notification.blocked_by
    from public.notifications as notification
    where coalesce(notification.phone_number_id, '') = number.phone_number_id
      and notification.priority = priority.value
      and notification.turn_at <= now()
      -- Not while its lease runs.
      and notification.due_at <= now()
    -- All columns of the index: under row level security the planner does not see that two are constant.
    order by coalesce(notification.phone_number_id, ''), notification.priority, notification.turn_at
    limit 1000
  ) as due
$$;

comment on function wa.find_oldest_due() is
'Since when the oldest notification is due that a notifier could claim, or null: it looks at the first 1,000 of each number and priority.';

revoke all on function wa.find_oldest_due() from public;
grant execute on function wa.find_oldest_due() to wa_runtime;

-- functions/queue/hold_back.sql
create or replace function wa.hold_back(p_verdicts jsonb)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_expired_leases jsonb;
  v_result jsonb;
  v_settled_users uuid[];
  v_failures jsonb;
  v_event jsonb;
begin
  with verdict as materialized (
    select judged.key::bigint as id, judged.value as name
    from jsonb_each_text(p_verdicts) as judged
  ),

  changed as (
    update public.notifications as notification
    set
      status = case
        when verdict.name in ('expired', 'opted_out', 'window_closed', 'marketing_stopped') then 'cancelled'
        when verdict.name in ('recipient_blocked', 'phone_needed') then 'failed'
        else notification.status
      end,
      waiting_for = case verdict.name when 'wait_for_user' then 'user' when 'template_held' then 'template' end,
      next_attempt_at = case verdict.name
        when 'wait_for_user' then null
        when 'in_doubt' then
          pg_postmaster_start_time() + make_interval(secs => wa.get_setting('in_doubt_seconds')::double precision)
        when 'template_held'
          then clock_timestamp() + make_interval(
            secs => wa.get_setting('template_recheck_seconds')::double precision
          )
        when 'too_fast' then (
          select pace.paid_until - make_interval(
            secs => (wa.get_setting('pair_burst')::double precision - 1)
            * wa.get_setting('pair_interval_seconds')::double precision
          )
          from wa.pair_pace as pace
          where pace.user_id = notification.user_id
            and pace.phone_number_id = coalesce(notification.phone_number_id, '')
        )
        else notification.next_attempt_at
      end,
      failed_at = case
        when verdict.name in ('recipient_blocked', 'phone_needed') then clock_timestamp()
      end,
      error_code = case verdict.name
        when 'recipient_blocked' then coalesce(
          (
            select block.error_code::integer
            from wa.recipient_blocks as block
            where block.user_id = notification.user_id
              and block.error_code ~ '^[0-9]+$'
            order by block.template_name
            limit 1
          ),
          notification.error_code
        )
        when 'phone_needed' then 131062
        else notification.error_code
      end,
      error_message = case verdict.name
        when 'expired' then 'not sent: past its expires_at'
        when 'opted_out' then 'not sent: the user has opted out'
        when 'window_closed' then 'not sent: the 24-hour window is closed'
        when 'marketing_stopped' then 'not sent: the user has stopped marketing messages'
        when 'template_held' then 'not sent yet: Meta does not take the template'
        when 'recipient_blocked' then 'not sent: an earlier message could not be delivered to this user'
        when 'phone_needed' then 'not sent: Meta does not deliver this template to a BSUID, and the phone number is unknown'
        else notification.error_message
      end,
      payload = case verdict.name
        when 'send_template' then notification.fallback_template else notification.payload
      end,
      blocked_by = null
    from verdict
    where notification.id = verdict.id
      and verdict.name <> 'lease_expired'
    returning
      notification.id,
      notification.user_id,
      notification.open_user_id,
      notification.recipient,
      notification.status,
      notification.error_code,
      verdict.name as verdict
  )

  select
    (
      select jsonb_agg(
        jsonb_build_object(
          'id', verdict.id, 'outcome', 'lease_expired', 'error_message', 'the worker did not report back in time'
        )
      )
      from verdict
      where verdict.name = 'lease_expired'
    ),
    jsonb_agg(
      jsonb_strip_nulls(
        jsonb_build_object(
          'event', 'NOTIFY_SEND_FAIL',
          'level', case changed.status when 'failed' then 'error' else 'warning' end,
          'id', changed.id,
          'recipient', wa.mask_recipient(changed.recipient),
          'decision', changed.verdict,
          'error_code', changed.error_code
        )
      )
    ) filter (where changed.status in ('failed', 'cancelled')),
    array_agg(changed.user_id) filter (where changed.open_user_id is null and changed.user_id is not null),
    jsonb_agg(
      jsonb_strip_nulls(
        jsonb_build_object(
          'notification_id', changed.id,
          'recipient', wa.mask_recipient(changed.recipient),
          'error_code', changed.error_code,
          'class', 'recipient'
        )
      )
      order by changed.id
    ) filter (where changed.status = 'failed')
  into v_expired_leases, v_result, v_settled_users, v_failures
  from changed;

  if v_settled_users is not null then
    perform wa.release_successors(v_settled_users);
  end if;
  if v_expired_leases is not null then
    v_result := coalesce(v_result, '[]') || (wa.apply_send_failures(v_expired_leases) -> 'events');
  end if;

  insert into wa.alert_occurrences (kind, group_key, detail, seen_count)
  select
    'notification_failed',
    coalesce(failure.value ->> 'error_code', 'recipient') as group_key,
    (array_agg(failure.value order by failure.position desc))[1],
    count(*)
  from jsonb_array_elements(v_failures) with ordinality as failure (value, position)
  group by group_key;

  -- A claim answers with rows, so that its events leave as notices.
  for v_event in select emitted.value from jsonb_array_elements(v_result) as emitted loop
    perform wa.emit_event(v_event ->> 'event', v_event - '{event,level}'::text[], v_event ->> 'level');
  end loop;
end
$$;

comment on function wa.hold_back(jsonb) is
'Carries out what wa.judge_due found against sending now: an object from notification id to verdict. The caller has locked the rows.';

revoke all on function wa.hold_back(jsonb) from public;
grant execute on function wa.hold_back(jsonb) to wa_runtime;

-- functions/queue/is_awaited.sql
create or replace function wa.is_awaited(p_user_ids uuid[])
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  -- Counted, since for exists the planner may hope to meet a waiting one soon in the whole table.
  return (
    select count(*) > 0 from public.notifications as waiting
    where waiting.user_id = any(p_user_ids) and waiting.waiting_for is not null
  )
  or (
    select count(*) > 0 from wa.recipient_blocks as block
    where block.user_id = any(p_user_ids) and block.ends_when_user_writes
  );
end
$$;

comment on function wa.is_awaited(uuid[]) is
'Whether something waits for the next message of one of these users: for most nothing does, and looking costs less than updating nothing.';

revoke all on function wa.is_awaited(uuid[]) from public;
grant execute on function wa.is_awaited(uuid[]) to wa_runtime;

-- functions/queue/judge_due.sql
create or replace function wa.judge_due(
  p_number text,
  p_look integer,
  p_except bigint[],
  out looked_at integer,
  out ready_rows tid[],
  out ready_addresses text[],
  out paced_users uuid[],
  out blocked_ids bigint[],
  out held_back jsonb
)
returns record
language plpgsql
volatile
set search_path = ''
-- Each row is another user's: what was looked up for one serves no other.
set enable_memoize = off
as $$
declare
  v_now timestamptz := clock_timestamp();
  v_window_opens timestamptz;
  v_pair_interval interval;
  v_pair_burst double precision;
  v_doubt_ends timestamptz;
begin
  select
    v_now - interval '24 hours' + make_interval(secs => max(setting.value::double precision) filter (
      where setting.key = 'service_window_margin_seconds'
    )),
    make_interval(secs => max(setting.value::double precision) filter (where setting.key = 'pair_interval_seconds')),
    max(setting.value::double precision) filter (where setting.key = 'pair_burst'),
    -- While the server was away, no status could come in.
    pg_postmaster_start_time() + make_interval(secs => max(setting.value::double precision) filter (
      where setting.key = 'in_doubt_seconds'
    ))
  into strict v_window_opens, v_pair_interval, v_pair_burst, v_doubt_ends
  from wa.settings as setting
  where setting.key in ('service_window_margin_seconds', 'pair_interval_seconds', 'pair_burst', 'in_doubt_seconds');

  select
    count(*),
    array_agg(judged.place order by judged.priority, judged.turn_at, judged.id) filter (where judged.verdict = 'send'),
    array_agg(judged.address order by judged.priority, judged.turn_at, judged.id) filter (where judged.verdict = 'send'),
    array_agg(judged.open_user_id order by judged.priority, judged.turn_at, judged.id) filter (
      where judged.verdict = 'send' and v_pair_interval > interval '0'
    ),
    array_agg(judged.id) filter (where judged.verdict = 'blocked'),
    jsonb_object_agg(judged.id, judged.verdict) filter (where judged.verdict not in ('send', 'blocked'))
  into looked_at, ready_rows, ready_addresses, paced_users, blocked_ids, held_back
  from (
    select
      due.id,
      due.place,
      due.open_user_id,
      due.priority,
      due.turn_at,
      coalesce(profile.whatsapp_e164, profile.wa_user_id, due.recipient) as address,
      case
        when due.status = 'sending' then 'lease_expired'
        when due.expires_at <= v_now then 'expired'
        when due.in_doubt_since is not null and v_now < v_doubt_ends then 'in_doubt'
        when due.kind = 'read_receipt' then 'send'
        when profile.opted_out_at is not null and not due.to_opted_out then 'opted_out'
        -- Not exists: where one user owns most open rows, the planner would rather scan the table.
        when (
          select earlier.id from public.notifications as earlier
          where earlier.open_user_id = due.open_user_id and (earlier.send_at, earlier.id) < (due.send_at, due.id)
          order by earlier.send_at, earlier.id
          limit 1
        ) is not null then 'blocked'
        when service.needs_fallback and due.outside_window = 'wait' then 'wait_for_user'
        when service.needs_fallback and due.outside_window = 'cancel' then 'window_closed'
        when exists (
          select from wa.recipient_blocks as block
          where block.user_id = due.user_id
            and block.ends_at > v_now
            and block.template_name in ('', service.template ->> 'name')
        ) then 'recipient_blocked'
        when service.template is not null and due.user_id is not null and profile.whatsapp_e164 is null and exists (
          select from wa.phone_only_templates as template
          where template.name = service.template ->> 'name'
        ) then 'phone_needed'
        when service.template is not null and exists (
          select from wa.message_templates as template
          where template.name = service.template ->> 'name'
            and template.language = service.template #>> '{language,code}'
            and template.is_held
        ) then 'template_held'
        when due.waiting_for is not null then 'back_in_line'
        when service.template is not null and exists (
          select from wa.marketing_preferences as preference
          inner join wa.message_templates as template
            on template.name = service.template ->> 'name'
              and template.language = service.template #>> '{language,code}'
          where preference.user_id = due.user_id and preference.is_stopped and template.category = 'MARKETING'
        ) then 'marketing_stopped'
        when v_pair_interval > interval '0' and (
          select pace.paid_until from wa.pair_pace as pace
          where pace.user_id = due.user_id and pace.phone_number_id = p_number
        ) > v_now + v_pair_interval * (v_pair_burst - 1) then 'too_fast'
        when service.needs_fallback then 'send_template'
        else 'send'
      end as verdict
    from (
      select candidate.*
      from unnest(array[0, 1, 2]::smallint[]) as level (priority)
      cross join lateral (
        select
          notification.ctid as place,
          notification.id,
          notification.user_id,
          notification.open_user_id,
          notification.recipient,
          notification.status,
          notification.kind,
          notification.priority,
          notification.turn_at,
          notification.send_at,
          notification.expires_at,
          notification.in_doubt_since,
          notification.waiting_for,
          notification.to_opted_out,
          notification.outside_window,
          case when notification.payload ->> 'type' = 'template' then notification.payload -> 'template' end as template,
          notification.fallback_template -> 'template' as fallback_template
        from public.notifications as notification
        where notification.turn_at <= v_now
          -- Not while its lease runs. Columns near the beginning of a row are read sooner than due_at.
          and (notification.status = 'queued' or notification.locked_until <= v_now)
          and notification.priority = level.priority
          and coalesce(notification.phone_number_id, '') = p_number
          and notification.id <> all(p_except)
        -- All columns of the index: only then the planner reads it in order instead of sorting what is due.
        order by
          coalesce(notification.phone_number_id, ''), notification.priority, notification.turn_at, notification.id
        limit p_look
        for update skip locked
      ) as candidate
      limit p_look
    ) as due
    -- A probe for each row, however many rows the planner expects: hence the limit, and no join above.
    left join lateral (
      select sender.last_inbound_at, sender.opted_out_at, sender.whatsapp_e164, sender.wa_user_id
      from public.profiles as sender
      where sender.user_id = due.user_id
      limit 1
    ) as profile on true
    cross join lateral (
      select
        due.template is null and hours.is_closed as needs_fallback,
        -- The template that would be sent now.
        case when due.template is not null or not hours.is_closed then due.template else due.fallback_template end
          as template
      from (values ((due.user_id is null or profile.last_inbound_at > v_window_opens) is not true)) as hours (is_closed)
    ) as service
    -- So that a verdict is worked out once, not by every aggregate.
    offset 0
  ) as judged;
end
$$;

comment on function wa.judge_due(text, integer, bigint[]) is
'Locks the next p_look due notifications of a business number, skipping those another worker holds, and judges what is to be done with each now. Those to be sent: ready_rows, where the row is, with ready_addresses, the profile''s present one, and paced_users, null where no pace or place in a user''s order counts. Those that wait for an earlier one: blocked_ids. All others: held_back, from id to verdict. looked_at counts all.';

revoke all on function wa.judge_due(text, integer, bigint[]) from public;
grant execute on function wa.judge_due(text, integer, bigint[]) to wa_runtime;

-- functions/queue/list_sending_numbers.sql
create or replace function wa.list_sending_numbers()
returns setof text
language plpgsql
stable
set search_path = ''
as $$
begin
  -- New numbers are looked for between the known ones: one index probe each, whatever the backlog.
  return query
  with known as (
    select
      pace.phone_number_id,
      pace.paid_until,
      lead(pace.phone_number_id) over (order by pace.phone_number_id) as following
    from wa.number_pace as pace
  ),

  listed as (
    select known.phone_number_id, known.paid_until
    from known
    union all
    select
      (
        select coalesce(notification.phone_number_id, '')
        from public.notifications as notification
        where notification.turn_at is not null
          and coalesce(notification.phone_number_id, '') > known.phone_number_id
          and coalesce(notification.phone_number_id, '') < known.following
        order by coalesce(notification.phone_number_id, '')
        limit 1
      ),
      '-infinity'
    from known
    where known.following is not null
    union all
    select
      (
        select coalesce(notification.phone_number_id, '')
        from public.notifications as notification
        where notification.turn_at is not null
          and coalesce(notification.phone_number_id, '') > known.phone_number_id
        order by coalesce(notification.phone_number_id, '')
        limit 1
      ),
      '-infinity'
    from known
    where known.following is null
  )

  select listed.phone_number_id
  from listed
  where listed.phone_number_id is not null
  order by listed.paid_until, listed.phone_number_id;
end
$$;

comment on function wa.list_sending_numbers() is
'The business numbers that may have something to send, the one that has sent least lately first. Empty text stands for the notifier''s own.';

revoke all on function wa.list_sending_numbers() from public;
grant execute on function wa.list_sending_numbers() to wa_runtime;

-- functions/queue/prepare_notification.sql
create or replace function wa.prepare_notification()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
-- Rows come with it off when pg_restore fills tables that an extension made, and the owner of this is no table's.
set row_security = on
as $$
declare
  v_delivery jsonb := new.payload -> 'delivery';
begin
  if new.kind = 'read_receipt' then
    if coalesce(new.payload ->> 'message_id', '') = '' then
      raise exception using
        errcode = 'WA011',
        message = 'a read receipt names the message_id that was read',
        hint = 'Queue {"status": "read", "message_id": "wamid..."}.';
    end if;
    return new;
  end if;

  -- Plain text, which most other messages are, is told with one look.
  if v_delivery is null
    and new.fallback_template is null
    and new.payload ->> 'type' = 'text'
    and char_length(new.payload #>> '{text,body}') between 1 and 4096
    and new.payload #>> '{text,body}' ~ '\S'
    and not new.payload ?| '{to,recipient,biz_opaque_callback_data}'
  then
    return new;
  end if;

  if v_delivery is not null then
    if jsonb_typeof(v_delivery) <> 'object'
      or v_delivery - '{expires_at,expires_in_seconds,outside_window,template,to_opted_out}'::text[] <> '{}'
    then
      raise exception using
        errcode = 'WA011',
        message = 'payload.delivery holds something unknown',
        hint = 'It takes expires_at, expires_in_seconds, outside_window, template and to_opted_out.';
    end if;
    new.payload := new.payload - 'delivery';
    new.expires_at := coalesce(
      (v_delivery ->> 'expires_at')::timestamptz,
      new.send_at + make_interval(secs => (v_delivery ->> 'expires_in_seconds')::double precision),
      new.expires_at
    );
    new.fallback_template := coalesce(v_delivery -> 'template', new.fallback_template);
    new.outside_window := coalesce(
      v_delivery ->> 'outside_window',
      case when v_delivery ? 'template' then 'template' end,
      new.outside_window
    );
    new.to_opted_out := coalesce((v_delivery ->> 'to_opted_out')::boolean, new.to_opted_out);
  end if;

  -- Most replies are a menu, which was checked when it was rendered.
  if not exists (select from wa.rendered_menus as menu where menu.payload = new.payload)
    and not wa.is_sound_list(new.payload)
  then
    perform wa.check_payload(new.payload);
  end if;

  if new.fallback_template is not null then
    if new.fallback_template ->> 'type' is distinct from 'template' then
      raise exception using
        errcode = 'WA011',
        message = 'only a template can be sent outside the 24-hour window',
        hint = 'delivery.template is the body of a template message: {"type": "template", "template": {...}}.';
    end if;
    perform wa.check_payload(new.fallback_template);
  end if;
  return new;
end
$$;

grant create on schema wa to wa_runtime;
alter function wa.prepare_notification() owner to wa_runtime;
revoke create on schema wa from wa_runtime;

comment on function wa.prepare_notification() is
'Nothing that Meta would refuse is queued, whoever inserts it. payload.delivery sets how it is delivered: expires_at or expires_in_seconds, outside_window (wait, template, cancel), template, to_opted_out.';

revoke all on function wa.prepare_notification() from public;

create or replace trigger notifications_prepare
before insert or update of payload, fallback_template on public.notifications
for each row execute function wa.prepare_notification();

comment on trigger notifications_prepare on public.notifications is
'Checks the payload and takes its delivery options.';

-- functions/queue/release_successors.sql
create or replace function wa.release_successors(p_user_ids uuid[])
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_now timestamptz := clock_timestamp();
  v_successors bigint[];
begin
  -- Whoever parks a row holds the lock of the row in front, and so does our caller: what was parked is seen here.
  -- Most users have nothing else, or only what is scheduled for later: the index tells that, without the row.
  select array_agg(successor.id) into v_successors
  from unnest(p_user_ids) as settled (user_id)
  cross join lateral (
    select open_one.id, open_one.status, open_one.blocked_by, open_one.next_attempt_at
    from public.notifications as open_one
    where open_one.open_user_id = settled.user_id
      and open_one.send_at <= v_now
    order by open_one.send_at, open_one.id
    limit 1
  ) as successor
  where successor.status = 'queued'
    and (successor.blocked_by is not null or successor.next_attempt_at <= clock_timestamp());

  if v_successors is null then
    return;
  end if;

  update public.notifications as notification
  set
    blocked_by = null,
    next_attempt_at = clock_timestamp(),
    priority = case
      when notification.priority = 0 then 0
      else (
        select min(waiting.priority)
        from public.notifications as waiting
        where waiting.open_user_id = notification.open_user_id
      )
    end
  where notification.id in (
    select queued.id
    from public.notifications as queued
    where queued.id = any(v_successors)
      and queued.status = 'queued'
      and (queued.blocked_by is not null or queued.next_attempt_at <= clock_timestamp())
    -- Not skip locked: a claim also locks rows that were parked a moment ago, only to find them not due, and
    -- one that is passed over here would stay parked. The claim is about to commit.
    order by queued.id
    for update
  );

  perform wa.wake_notifier();
end
$$;

comment on function wa.release_successors(uuid[]) is
'Makes the first open notification of each user due from now on, after the one before it was settled: at the end of the line, so that users take turns, and as urgent as what waits behind it. The caller holds the lock of the settled ones.';

revoke all on function wa.release_successors(uuid[]) from public;
grant execute on function wa.release_successors(uuid[]) to wa_runtime;

-- functions/queue/require_recipient.sql
create or replace function wa.require_recipient(p_recipient text)
returns void
language plpgsql
immutable
set search_path = ''
as $$
begin
  if wa.normalize_bsuid(p_recipient) is null and coalesce(p_recipient, '') !~ '^\+[1-9][0-9]{6,14}$' then
    raise exception using
      errcode = 'WA010',
      message = 'the recipient is neither a phone number nor a BSUID',
      detail = format('It is %s.', coalesce(wa.mask_recipient(p_recipient), 'null')),
      hint = 'Write a phone number with plus sign and country code, such as +34600111222, or a BSUID, such as ES.99887766.';
  end if;
end
$$;

comment on function wa.require_recipient(text) is 'Raises WA010 unless messages can be sent to this.';

revoke all on function wa.require_recipient(text) from public;
grant execute on function wa.require_recipient(text) to wa_runtime;

-- functions/queue/wa_notifications_claim.sql
create or replace function public.wa_notifications_claim(
  worker text,
  batch integer default 10,
  lease interval default interval '60 seconds'
)
returns table (
  id bigint,
  lock_token uuid,
  phone_number_id text,
  request jsonb,
  upload jsonb,
  retry_count integer
)
language plpgsql
volatile
security definer
set search_path = ''
-- Planning takes longer than running, and no plan depends on the arguments.
set plan_cache_mode = force_generic_plan
-- A plan made while a table was small would read all of it when it has grown.
set enable_seqscan = off
-- Before PostgreSQL 18 the scan that cannot be avoided then looks dear enough to be compiled, in every call.
set jit = off
as $$
#variable_conflict use_column
declare
  v_number text;
  v_is_unlimited boolean;
  v_allowed integer;
  v_claimed integer;
  v_is_first boolean := true;
  v_left integer := batch;
begin
  if coalesce(worker, '') = '' or coalesce(batch, 0) not between 1 and 1000 or not lease > interval '0' then
    raise exception using
      errcode = 'WA013',
      message = 'a claim names its worker, a batch of 1 to 1000, and a lease longer than nothing',
      hint = 'For example: select * from wa_notifications_claim(''worker-1'', 10, ''60 seconds'').';
  end if;

  for v_number, v_is_unlimited in
    select
      number.phone_number_id,
      -- Neither locked nor charged, so that claims of an unlimited number never wait for each other.
      coalesce(
        pace.rate_per_second,
        (select setting.value::double precision from wa.settings as setting where setting.key = 'number_rate_per_second')
      ) = 0
      and pace.held_until <= clock_timestamp()
    from wa.list_sending_numbers() with ordinality as number (phone_number_id, position)
    left join wa.number_pace as pace on number.phone_number_id = pace.phone_number_id
    where not exists (select from wa.queue_state as state where state.paused_until > clock_timestamp())
    order by number.position
  loop
    v_allowed := v_left;
    if v_is_unlimited is not true then
      -- Whoever holds one number does not wait for the next: two claims could wait for each other.
      v_allowed := least(v_left, wa.open_number(v_number, v_is_first));
    end if;
    v_is_first := false;

    return query
    select claimed.*
    from wa.claim_from_number(v_number, worker, v_allowed, lease) as claimed;

    get diagnostics v_claimed = row_count;
    if v_is_unlimited is not true then
      perform wa.charge_number(v_number, v_claimed);
    end if;
    v_left := v_left - v_claimed;
    exit when v_left <= 0;
  end loop;

  -- A worker whose batch is not full may fall asleep; from now on producers wake it. Looking costs less than
  -- updating nothing.
  if exists (select from wa.queue_state as state where state.notifier_waits <> (v_left > 0)) then
    update wa.queue_state
    set notifier_waits = (v_left > 0)
    where queue_state.ctid = any(
      array(
        select state.ctid
        from wa.queue_state as state
        where state.notifier_waits <> (v_left > 0)
        for update skip locked
      )
    );
  end if;
end
$$;

grant create on schema public to wa_runtime;
alter function public.wa_notifications_claim(text, integer, interval) owner to wa_runtime;
revoke create on schema public from wa_runtime;

comment on function public.wa_notifications_claim(text, integer, interval) is
'Hands a worker up to batch due notifications for as long as the lease: oldest first, one at a time for each user, within the pace of each business number. Every row is settled with its lock_token by wa_notifications_settle. request is the whole Graph API body; upload, when not null, names media to upload first and to put in as id.';

revoke all on function public.wa_notifications_claim(text, integer, interval) from public;
grant execute on function public.wa_notifications_claim(text, integer, interval) to wa_notifier_role;

-- functions/queue/wa_notifications_settle.sql
create or replace function public.wa_notifications_settle(results jsonb)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
-- Planning takes longer than running, and no plan depends on the arguments.
set plan_cache_mode = force_generic_plan
-- A plan made while a table was small would read all of it when it has grown.
set enable_seqscan = off
-- Before PostgreSQL 18 the scan that cannot be avoided then looks dear enough to be compiled, in every call.
set jit = off
as $$
declare
  v_ids bigint[];
  v_lock_tokens uuid[];
  v_wa_message_ids text[];
  v_durations_ms integer[];
  v_has_news boolean;
  v_has_more boolean;
  v_sent integer := 0;
  v_stale integer := 0;
  v_events jsonb := jsonb '[]';
  v_others jsonb := jsonb '{}';
begin
  if jsonb_typeof(results) is distinct from 'array' then
    raise exception using
      errcode = 'WA014',
      message = 'results must be an array of results',
      hint = 'Each has id, lock_token and outcome; see docs/outbox.md.';
  end if;

  select
    array_agg(result.id) filter (where result.outcome = 'accepted'),
    array_agg(result.lock_token) filter (where result.outcome = 'accepted'),
    array_agg(result.wa_message_id) filter (where result.outcome = 'accepted'),
    array_agg(result.duration_ms) filter (where result.outcome = 'accepted'),
    -- Only numbers of Mexico, Argentina and Brazil come in two forms; other answers say what we know.
    bool_or(result.outcome = 'accepted' and (result.wa_id ~ '^5[245]' or result.user_id is not null)),
    bool_or(result.outcome is distinct from 'accepted' or result.media is not null)
  into v_ids, v_lock_tokens, v_wa_message_ids, v_durations_ms, v_has_news, v_has_more
  from jsonb_to_recordset(results) as result (
    id bigint,
    lock_token uuid,
    outcome text,
    wa_message_id text,
    duration_ms integer,
    media jsonb,
    wa_id text,
    user_id text
  );

  if v_has_news then
    perform wa.learn_addresses(results);
  end if;
  if v_has_more then
    v_others := wa.settle_others(results);
  end if;
  if v_ids is not null then
    select settled.sent, settled.stale, settled.events into v_sent, v_stale, v_events
    from wa.settle_accepted(v_ids, v_lock_tokens, v_wa_message_ids, v_durations_ms) as settled;
  end if;

  return jsonb_build_object(
    'sent', v_sent,
    'retried', coalesce((v_others ->> 'retried')::integer, 0),
    'waiting', coalesce((v_others ->> 'waiting')::integer, 0),
    'failed', coalesce((v_others ->> 'failed')::integer, 0),
    'in_doubt', coalesce((v_others ->> 'in_doubt')::integer, 0),
    'stale', v_stale + coalesce((v_others ->> 'stale')::integer, 0),
    'paused', exists (select from wa.queue_state as state where state.paused_until > clock_timestamp()),
    'events', case when v_others ? 'events' then v_events || (v_others -> 'events') else v_events end
  );
end
$$;

grant create on schema public to wa_runtime;
alter function public.wa_notifications_settle(jsonb) owner to wa_runtime;
revoke create on schema public from wa_runtime;

comment on function public.wa_notifications_settle(jsonb) is
'Takes what happened to claimed notifications: an array of results with id, lock_token, outcome (accepted, rejected, not_sent, unknown) and what Meta answered. Returns counts and events; stale counts results whose row somebody else owns or has settled.';

revoke all on function public.wa_notifications_settle(jsonb) from public;
grant execute on function public.wa_notifications_settle(jsonb) to wa_notifier_role;

-- functions/retention/purge_notifications.sql
create or replace function wa.purge_notifications(p_before timestamptz, p_batch integer)
returns integer
language sql
volatile
set search_path = ''
as $$
  with purged as (
    delete from public.notifications as expired
    where expired.ctid = any(
      array(
        select candidate.ctid
        from public.notifications as candidate
        where candidate.created_at < p_before and candidate.turn_at is null and candidate.status <> 'queued'
        order by candidate.created_at
        limit p_batch
      )
    )
    returning 1
  )

  select count(*)::integer
  from purged
$$;

comment on function wa.purge_notifications(timestamptz, integer) is
'Deletes up to p_batch finished notifications queued before p_before, and returns how many.';

revoke all on function wa.purge_notifications(timestamptz, integer) from public;
grant execute on function wa.purge_notifications(timestamptz, integer) to wa_maintenance;

call wa.revoke_api_access();

delete from wa.function_sources where path in ('functions/queue/lease_due.sql');

insert into wa.function_sources (path, sha256) values
(
  'functions/flow_home/get_menu.sql',
  '2c2f9581c8b39457410611d11a9bbbeeaa5a235188cf314182cff3b5c5d58243'
),
(
  'functions/flows/answer_messages.sql',
  'c4d696710c22c4272b0ac3c1bb95460532e9893504275c41133636d5a9f09420'
),
(
  'functions/flows/run_step.sql',
  '24283d6d61c583d96d7736c1528c1cc00cf13d07dd0d36b317c2e04d606679a2'
),
(
  'functions/identity/lock_settled_sender.sql',
  '33cbfdbcfdf3ce6daaa51bd3a5d108f6de7555881da6064d249b409f3d2e7e32'
),
(
  'functions/identity/normalize_bsuid.sql',
  '1dd6ac2dad9741c8f7a1b8f98d21813bd1608d654283f2114a1d85e6c502d95f'
),
(
  'functions/identity/normalize_parent_bsuid.sql',
  'd3c356625a90677746964b32d96e76a8de44307873bb2da893b987d141390e05'
),
(
  'functions/identity/resolve_senders.sql',
  'e937989c1e0053ebba49b1cd2ff617c5769e9f6561ac41eb4e64b80d2a50183c'
),
(
  'functions/ingress/claim_events.sql',
  '5f86e053d4d6b457d7342269eee322394db03c895d9f841a61bb3692b49892c1'
),
(
  'functions/ingress/is_plain_webhook.sql',
  '4a56fc6396ac35d5b219e34d66bcbc5f1ad973f4a18a7def0e6f367d6f8893db'
),
(
  'functions/ingress/wa_dispatch.sql',
  'c66427c74aba81f0ee45e9242b03cfc62dacfdd15b633520b2824b3e3b0dc148'
),
(
  'functions/operations/summarize_queue.sql',
  'ccc803c4bc88d1b546688a8d68e320b8295da19e1632030ceeb6654912c95f18'
),
(
  'functions/operations/summarize_send_failures.sql',
  '697663c80f562384e657669c20ee51ec31bf5c3cda79e50a042a79c5a643821d'
),
(
  'functions/queue/charge_pairs.sql',
  'c38ed34db28b431a60dab432b49d963b184ad8fae1b1a38515f924987860f9a8'
),
(
  'functions/queue/claim_from_number.sql',
  '4cf599b8b202209a88972e8b6d22d6f2daa4d5390857f6d49ffaca512b58aa0c'
),
(
  'functions/queue/count_queue.sql',
  '2f903e7f0ae2b560acd62d8943106b8caddddbadac13004976c852b2c230a038'
),
(
  'functions/queue/find_oldest_due.sql',
  'fd5742e652f49d9c9d640cb88050faee068aa0cfcd0e7376af8c97c99314cf6f'
),
(
  'functions/queue/hold_back.sql',
  '8b57ac7754440517a5cf7b86b8cd1fe2cb33c0cd0d104c271eb8d31ec171ee3e'
),
(
  'functions/queue/is_awaited.sql',
  '71bedec540c6f1019cf4869155901b4ac5af56027e172ec9173f48118074810a'
),
(
  'functions/queue/judge_due.sql',
  '03ea7d8a3882a76c605cf14ccc4f463b141d6db8b182b96729e5c3dc72b410ae'
),
(
  'functions/queue/list_sending_numbers.sql',
  '009de4b40766f73ec4a1319c9784b1cba743fc0806b47200c0b9b9ce466fddd3'
),
(
  'functions/queue/prepare_notification.sql',
  '5966bc2a591bfc00631a37fd42bc8267104b167cb7d53dd443f928cef5aad211'
),
(
  'functions/queue/release_successors.sql',
  'e86f024eb7242e2d884b63b0c3e901bb36163c3d018ce4a4b7a20085055881b4'
),
(
  'functions/queue/require_recipient.sql',
  'f8f74c76dbd7217a37bcf7955d6a6a38a09f32cfba086bc3368287e1fa9b6ffe'
),
(
  'functions/queue/wa_notifications_claim.sql',
  '58132e94e3d8b4392ce33c9fd5d0a752c9aea39b01c0a7bb2f1f634495160d57'
),
(
  'functions/queue/wa_notifications_settle.sql',
  '7cd1b3fce581b8d0d6b46d79e4116ff2d9906c4e1899c694070ae8c39f29f6f7'
),
(
  'functions/retention/purge_notifications.sql',
  '425f63f6ce38661c9a8c5e36eb81f04bd398776b1094ce7e52e1cb94658cbe61'
)
on conflict (path) do update set sha256 = excluded.sha256, applied_at = now();
