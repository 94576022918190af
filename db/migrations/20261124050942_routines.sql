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
drop function if exists wa.advance_chat(public.profiles, public.chat_state, wa.inbound_message);
drop function if exists wa.advance_chats(wa.received_message[]);
drop function if exists wa.judge_due(text, integer, bigint[]);
drop function if exists wa.lease_notifications(bigint[], text[], text, interval);
drop function if exists wa.lock_senders(wa.received_message[]);
drop function if exists wa.note_inbound(wa.received_message[]);
drop function if exists wa.queue_replies(wa.chat_outcome[]);
drop function if exists wa.save_chats(wa.chat_outcome[]);
drop function if exists wa.settle_accepted(jsonb);

-- functions/baskets/count_basket_member.sql
create or replace function wa.count_basket_member()
returns trigger
language plpgsql
volatile
set search_path = ''
as $$
begin
  if tg_op <> 'DELETE' and exists (
    select from public.profiles as profile
    where profile.user_id = new.user_id and profile.merged_into is not null
  ) then
    raise exception using
      errcode = 'WA020',
      message = 'a merged profile cannot be in a basket',
      detail = format('The profile is %s.', new.user_id),
      hint = 'Use the profile that profiles.merged_into leads to.';
  end if;

  if tg_op = 'INSERT' then
    update public.baskets as basket
    set
      member_count = basket.member_count + 1,
      owner_count = basket.owner_count + (new.role = 'owner')::integer,
      last_activity_at = now()
    where basket.id = new.basket_id and basket.status = 'open';

    if not found then
      perform wa.require_open_basket(basket) from public.baskets as basket where basket.id = new.basket_id;
    end if;
  elsif tg_op = 'DELETE' then
    update public.baskets as basket
    set
      member_count = basket.member_count - 1,
      owner_count = basket.owner_count - (old.role = 'owner')::integer,
      status = case when basket.member_count = 1 then 'closed' else basket.status end,
      closed_at = case when basket.member_count = 1 then coalesce(basket.closed_at, now()) else basket.closed_at end,
      last_activity_at = now()
    where basket.id = old.basket_id;
  else
    update public.baskets as basket
    set owner_count = basket.owner_count + (new.role = 'owner')::integer - (old.role = 'owner')::integer
    where basket.id = new.basket_id;
  end if;
  return null;
end
$$;

comment on function wa.count_basket_member() is
'Keeps member_count and owner_count of a basket, refuses members of a closed basket or a merged profile, and closes a basket that its last member left.';

revoke all on function wa.count_basket_member() from public;
grant execute on function wa.count_basket_member() to wa_basket_owner;

create or replace trigger basket_members_count
after insert or delete or update of role, user_id on public.basket_members
for each row
-- Where an extension made the tables, pg_restore fills them with this trigger in place: its rows are counted already.
when (current_setting('row_security') = 'on')
execute function wa.count_basket_member();

comment on trigger basket_members_count on public.basket_members is
'Updates the basket''s row, and so takes its lock: whoever changes members, the rules of the basket hold.';

-- functions/flow_home/forget_menus.sql
create or replace function wa.forget_menus()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
-- Rows come with it off when pg_restore fills tables that an extension made, and the owner of this is no table's.
set row_security = 'on'
as $$
begin
  perform pg_advisory_xact_lock_shared(wa.get_menu_lock());
  delete from wa.rendered_menus;
  return null;
end
$$;

grant create on schema wa to wa_runtime;
alter function wa.forget_menus() owner to wa_runtime;
revoke create on schema wa from wa_runtime;

comment on function wa.forget_menus() is 'Empties wa.rendered_menus, since something that menus are made of changed.';

revoke all on function wa.forget_menus() from public;

create or replace trigger texts_forget_menus
after insert or update or delete or truncate on wa.texts
for each statement execute function wa.forget_menus();

create or replace trigger menu_items_forget_menus
after insert or update or delete or truncate on wa.menu_items
for each statement execute function wa.forget_menus();

create or replace trigger settings_forget_menus
after insert or update or delete or truncate on wa.settings
for each statement execute function wa.forget_menus();

create or replace trigger function_sources_forget_menus
after insert or update or delete or truncate on wa.function_sources
for each statement execute function wa.forget_menus();

comment on trigger texts_forget_menus on wa.texts is 'Menus show texts.';
comment on trigger menu_items_forget_menus on wa.menu_items is 'Menus show items.';
comment on trigger settings_forget_menus on wa.settings is 'A text without translation is shown in default_locale.';
comment on trigger function_sources_forget_menus on wa.function_sources is 'An upgrade may render them otherwise; either road writes here what it applied.';

-- functions/flows/advance_chat.sql
create or replace function wa.advance_chat(
  p_profile public.profiles,
  p_chat public.chat_state,
  p_message wa.inbound_message,
  p_entry wa.flow_entries,
  p_state wa.flow_states
)
returns wa.chat_outcome
language plpgsql
volatile
set search_path = ''
as $$
declare
  -- A chain of states that each lead on at once is a mistake in a flow, not a conversation.
  c_most_moves constant integer := 8;
  v_profile public.profiles := p_profile;
  v_message wa.inbound_message := p_message;
  v_entry wa.flow_entries := p_entry;
  v_state wa.flow_states := p_state;
  v_first_state text;
  v_data jsonb;
  v_result wa.step_result;
  v_replies jsonb := '[]'::jsonb;
  v_moves integer := 0;
begin
  if v_entry.kind is null then
    v_entry := wa.find_entry(p_message, p_chat.state);
  end if;

  if p_profile.opted_out_at is not null and v_entry.to_state is distinct from 'subscribe' then
    return null;
  end if;

  -- No row: the first message, or the first after a reset or a time-out, is greeted whatever it says.
  v_message.is_entry := v_entry.action is not null or p_chat.updated_at is null;
  v_first_state := wa.choose_state(v_entry, p_chat.state);

  if v_state.state is distinct from v_first_state then
    v_state := wa.get_flow_state(v_first_state);
  end if;
  v_data := wa.choose_data(v_entry, p_message, p_chat.data);

  loop
    v_result := wa.run_step(v_state.step_function, v_profile, v_state.state, v_data, v_message);
    v_replies := v_replies || coalesce(v_result.replies, '[]');
    exit when v_result.next_state is null or v_result.next_state = v_state.state;

    v_moves := v_moves + 1;
    perform wa.require_transition(v_state.state, v_result.next_state, v_moves <= c_most_moves);
    v_state := wa.get_flow_state(v_result.next_state);
    v_data := coalesce(v_result.data, '{}');
    v_message.is_entry := true;

    -- The step may have changed the profile, its language for one.
    select profile.* into v_profile
    from public.profiles as profile
    where profile.user_id = p_profile.user_id;
  end loop;

  return (
    p_profile.user_id,
    coalesce(p_profile.whatsapp_e164, p_profile.wa_user_id),
    p_message.phone_number_id,
    p_message.wa_message_id,
    v_state.state,
    coalesce(v_result.data, v_data),
    now() + v_state.expires_after,
    v_replies,
    -- Not now(): the profile is locked, so that the clock orders the replies as the messages took effect.
    clock_timestamp()
  )::wa.chat_outcome;
end
$$;

comment on function wa.advance_chat(public.profiles, public.chat_state, wa.inbound_message, wa.flow_entries, wa.flow_states) is
'Moves one chat on by one message: goes to the state that it leads to (p_entry is the command that it is, p_state the state that this or the chat names, as far as these are known), runs its step and the steps of the states it moves to, and returns where the chat then stands with the replies; null when the user wants no messages. Raises WA002 for a move that wa.flow_transitions does not allow.';

revoke all on function wa.advance_chat(
  public.profiles, public.chat_state, wa.inbound_message, wa.flow_entries, wa.flow_states
) from public;
grant execute on function wa.advance_chat(
  public.profiles, public.chat_state, wa.inbound_message, wa.flow_entries, wa.flow_states
) to wa_runtime;

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
  v_events jsonb := '[]'::jsonb;
begin
  for v_opened in
    select
      profile,
      -- No row: the chat has not begun, was reset, or its time ran out.
      coalesce(
        chat, (profile.user_id, 'home', '{}', null, null)::public.chat_state
      ) as chat,
      (
        message.wa_message_id, message.phone_number_id, message.message_type, message.sent_at,
        message.body, message.reply_id, message.content, false
      )::wa.inbound_message as message,
      command.entry,
      registered.flow_state
    from unnest(p_messages) as message
    inner join public.profiles as sender on sender.user_id = message.user_id
    inner join public.profiles as profile on profile.user_id = coalesce(sender.merged_into, sender.user_id)
    left join public.chat_state as chat
      on chat.user_id = profile.user_id
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
  return v_events;
end
$$;

comment on function wa.answer_messages(wa.received_message[]) is
'Moves chats on, each of another user by one message, in the order of the messages; reads and writes are shared by all. Returns the events to log of the replies that it queued.';

revoke all on function wa.answer_messages(wa.received_message[]) from public;
grant execute on function wa.answer_messages(wa.received_message[]) to wa_runtime;

-- functions/flows/find_entry.sql
create or replace function wa.find_entry(p_message wa.inbound_message, p_state text)
returns wa.flow_entries
language plpgsql
stable
set search_path = ''
as $$
declare
  v_entry wa.flow_entries;
begin
  if p_message.reply_id is not null then
    select entry.* into v_entry
    from wa.flow_entries as entry
    where entry.kind = 'reply_prefix'
      and starts_with(p_message.reply_id, entry.value)
      and (entry.scope = 'everywhere' or p_state = 'home')
    order by length(entry.value) desc
    limit 1;
  elsif p_message.message_type = 'text' then
    select entry.* into v_entry
    from wa.flow_entries as entry
    where entry.kind = 'deep_link'
      and wa.read_link(p_message.body, entry.value) is not null
      and (entry.scope = 'everywhere' or p_state = 'home')
    order by length(entry.value) desc, entry.value
    limit 1;
  end if;
  return v_entry;
end
$$;

comment on function wa.find_entry(wa.inbound_message, text) is
'The entry point that a message which is no command of its own leads to, if any: by the beginning of a tapped button''s or row''s id, or by a deep link anywhere in the text.';

revoke all on function wa.find_entry(wa.inbound_message, text) from public;
grant execute on function wa.find_entry(wa.inbound_message, text) to wa_runtime;

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
  -- Expressions and not a query: PL/pgSQL evaluates them without starting the executor.
  v_arguments text := pg_get_function_identity_arguments(to_regproc(format('wa.%I', p_step_function)));
  v_result wa.step_result;
begin
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

-- functions/flows/save_outcomes.sql
create or replace function wa.save_outcomes(p_outcomes wa.chat_outcome[])
returns integer
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_saved integer;
  v_queued integer;
  v_receipts text;
  v_notifier_waits boolean;
begin
  with outcome as materialized (
    select outcome.*
    from unnest(p_outcomes) as outcome
  ),

  saved as (
    update public.chat_state as chat
    set
      state = outcome.state,
      data = outcome.data,
      expires_at = outcome.expires_at,
      updated_at = now()
    from outcome
    where chat.user_id = outcome.user_id
      -- Within a payload much stays as it is; a version of the row for each message would make a long one slow.
      and (chat.state, chat.data, chat.expires_at, chat.updated_at)
        is distinct from (outcome.state, outcome.data, outcome.expires_at, now())
    returning chat.user_id
  ),

  queued as (
    insert into public.notifications
      (user_id, recipient, phone_number_id, payload, priority, send_at, next_attempt_at)
    select
      outcome.user_id, outcome.recipient, outcome.phone_number_id, reply.body, 0, outcome.answered_at, outcome.answered_at
    from outcome
    cross join lateral jsonb_array_elements(outcome.replies) with ordinality as reply (body, position)
    order by outcome.answered_at, reply.position
    returning id
  )

  select
    (select count(*) from saved),
    (select count(*) from queued),
    (select setting.value #>> '{}' from wa.settings as setting where setting.key = 'read_receipts'),
    (select state.notifier_waits from wa.queue_state as state)
  into v_saved, v_queued, v_receipts, v_notifier_waits;

  if v_saved < cardinality(p_outcomes) then
    insert into public.chat_state (user_id, state, data, expires_at)
    select outcome.user_id, outcome.state, outcome.data, outcome.expires_at
    from unnest(p_outcomes) as outcome
    on conflict (user_id) do nothing;
  end if;

  if v_receipts is distinct from 'none' then
    v_queued := v_queued + wa.queue_receipts(p_outcomes);
  end if;

  if v_queued > 0 and v_notifier_waits then
    perform wa.wake_notifier();
  end if;
  return v_queued;
end
$$;

comment on function wa.save_outcomes(wa.chat_outcome[]) is
'Stores where chats stand, each of another user, and until when if their state times out, and queues what steps answered, in order: arrays of Graph API message bodies without recipient. Returns how many notifications it queued. The caller holds the profiles'' locks.';

revoke all on function wa.save_outcomes(wa.chat_outcome[]) from public;
grant execute on function wa.save_outcomes(wa.chat_outcome[]) to wa_runtime;

-- functions/identity/normalize_bsuid.sql
create or replace function wa.normalize_bsuid(p_value text)
returns text
language plpgsql
immutable
returns null on null input
set search_path = ''
as $$
begin
  return case when p_value ~ '^[A-Z]{2}\.[A-Za-z0-9]{1,128}$' then p_value end;
end
$$;

comment on function wa.normalize_bsuid(text) is
'A business-scoped user id as it is; null when the value is none.';

revoke all on function wa.normalize_bsuid(text) from public;
grant execute on function wa.normalize_bsuid(text) to wa_runtime;

-- functions/identity/normalize_phone.sql
create or replace function wa.normalize_phone(p_number text)
returns text
language plpgsql
immutable
returns null on null input
set search_path = ''
as $$
begin
  return case when p_number ~ '^\+?[1-9][0-9]{6,14}$' then '+' || ltrim(p_number, '+') end;
end
$$;

comment on function wa.normalize_phone(text) is
'A wa_id or phone number as profiles.whatsapp_e164 holds it; null when it is none. The digits stay as Meta gave them.';

revoke all on function wa.normalize_phone(text) from public;
grant execute on function wa.normalize_phone(text) to wa_runtime;

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
  v_claimed wa.received_message[];
  v_user_ids uuid[];
  v_are_awaited boolean;
begin
  with message as materialized (
    select distinct on (message.wa_message_id) message.*
    from unnest(p_messages) as message
    order by message.wa_message_id, message.sequence
  ),

  claim as (
    insert into public.wa_events (wa_message_id, user_id, phone_number_id, message_type, status, sent_at)
    select wa_message_id, user_id, phone_number_id, message_type, disposition, sent_at
    from message
    order by wa_message_id
    on conflict (wa_message_id) do nothing
    returning wa_message_id
  ),

  claimed as materialized (
    select message.*
    from message
    inner join claim on claim.wa_message_id = message.wa_message_id
  ),

  latest as (
    select distinct on (claimed.user_id) claimed.user_id, claimed.sent_at, claimed.display_name
    from claimed
    where claimed.opens_window and claimed.user_id is not null
    order by claimed.user_id asc, claimed.sent_at desc, claimed.sequence desc
  ),

  -- The 24-hour window opens for everyone who just wrote.
  noted as (
    update public.profiles as profile
    set
      last_inbound_at = greatest(profile.last_inbound_at, latest.sent_at),
      display_name = coalesce(latest.display_name, profile.display_name),
      updated_at = now()
    from latest
    where profile.user_id = latest.user_id
    returning profile.user_id
  ),

  sender as materialized (
    select array_agg(noted.user_id) as user_ids
    from noted
  )

  select
    (
      select coalesce(array_agg(claimed::wa.received_message order by claimed.sent_at, claimed.sequence), '{}')
      from claimed
    ),
    sender.user_ids,
    -- Nothing waits for most users, and looking costs less than updating nothing. Counted, since for exists the
    -- planner may hope to meet a waiting one soon in the whole table.
    (
      select count(*) > 0 from public.notifications as waiting
      where waiting.user_id = any(sender.user_ids) and waiting.waiting_for is not null
    )
    or (
      select count(*) > 0 from wa.recipient_blocks as block
      where block.user_id = any(sender.user_ids) and block.ends_when_user_writes
    )
  into v_claimed, v_user_ids, v_are_awaited
  from sender;

  if v_are_awaited then
    perform wa.release_waiting(v_user_ids);
  end if;
  return v_claimed;
end
$$;

comment on function wa.claim_events(wa.received_message[]) is
'Records the messages that nobody has recorded before, with their final status, and returns just these, oldest first; opens the 24-hour window of their senders, keeps the name they go by, and lets what waited for them go. Waits for a transaction that is recording one of them now.';

revoke all on function wa.claim_events(wa.received_message[]) from public;
grant execute on function wa.claim_events(wa.received_message[]) to wa_runtime;

-- functions/ingress/count_dispatch.sql
create or replace function wa.count_dispatch(
  p_received wa.received_message[],
  p_claimed wa.received_message[],
  p_failed integer
)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_claimed constant integer := coalesce(cardinality(p_claimed), 0);
  v_processed integer := -p_failed;
  v_invalid integer := 0;
begin
  for v_position in 1..v_claimed loop
    case p_claimed[v_position].disposition
      when 'processed' then v_processed := v_processed + 1;
      when 'invalid_sender' then v_invalid := v_invalid + 1;
      else null;
    end case;
  end loop;

  return jsonb_build_object(
    'processed', v_processed,
    'failed', p_failed,
    'invalid_sender', v_invalid,
    'ignored', v_claimed - v_processed - p_failed - v_invalid,
    'duplicate', coalesce(cardinality(p_received), 0) - v_claimed
  );
end
$$;

comment on function wa.count_dispatch(wa.received_message[], wa.received_message[], integer) is
'How many messages of a dispatch came to which end. What was received but not claimed is a duplicate.';

revoke all on function wa.count_dispatch(wa.received_message[], wa.received_message[], integer) from public;
grant execute on function wa.count_dispatch(wa.received_message[], wa.received_message[], integer) to wa_runtime;

-- functions/ingress/extract_messages.sql
create or replace function wa.extract_messages(p_payload jsonb)
returns wa.received_message[]
language plpgsql
stable
set search_path = ''
as $$
declare
  v_prefixes jsonb;
  v_entries jsonb;
  v_changes jsonb;
  v_value jsonb;
  v_contacts jsonb;
  v_bodies jsonb;
  v_message jsonb;
  v_contact jsonb;
  v_type text;
  v_phone text;
  v_bsuid text;
  v_sequence bigint := 0;
  v_messages wa.received_message[];
begin
  -- Loops and not one query: most payloads hold one message, and starting a large query costs more than running it.
  if not jsonb_path_exists(p_payload, '$[*].entry[*].changes[*].value.messages[*]') then
    return null;
  end if;

  v_prefixes := wa.get_setting('allowed_phone_prefixes');
  v_entries := jsonb_path_query_array(p_payload, '$[*].entry[*]');

  for v_entry in 0..jsonb_array_length(v_entries) - 1 loop
    v_changes := jsonb_path_query_array(v_entries -> v_entry, '$.changes[*] ? (@.field == "messages")');

    for v_change in 0..jsonb_array_length(v_changes) - 1 loop
      v_value := v_changes -> v_change -> 'value';
      v_contacts := wa.index_contacts(jsonb_path_query_array(v_value, '$.contacts[*]'));
      v_bodies := jsonb_path_query_array(v_value, '$.messages[*]');

      for v_position in 0..jsonb_array_length(v_bodies) - 1 loop
        v_message := v_bodies -> v_position;
        v_type := v_message ->> 'type';
        continue when not coalesce(v_message ->> 'id' <> '' and v_type <> '', false);

        v_contact := coalesce(v_contacts -> (v_message ->> 'from_user_id'), v_contacts -> (v_message ->> 'from'));
        v_phone := coalesce(
          wa.normalize_phone(v_message ->> 'from'),
          wa.normalize_phone(v_message #>> '{system,customer}'),
          wa.normalize_phone(v_contact ->> 'wa_id')
        );
        -- Whom a system message is about is named by the old id or number; the new id is what it tells.
        v_bsuid := coalesce(
          wa.normalize_bsuid(v_message #>> '{system,previous_user_id}'),
          wa.normalize_bsuid(nullif(v_message ->> 'from_user_id', v_message #>> '{system,user_id}')),
          wa.normalize_bsuid(nullif(v_contact ->> 'user_id', v_message #>> '{system,user_id}')),
          case when v_phone is null then wa.normalize_bsuid(v_message #>> '{system,user_id}') end
        );
        v_sequence := v_sequence + 1;

        v_messages := v_messages || (
          v_message ->> 'id',
          v_entries -> v_entry ->> 'id',
          v_value #>> '{metadata,phone_number_id}',
          v_type,
          case
            when coalesce(v_phone, v_bsuid) is null then 'invalid_sender'
            when v_prefixes <> '[]' and not wa.may_write(v_phone, v_bsuid, v_prefixes) then 'invalid_sender'
            else wa.choose_disposition(v_message)
          end,
          coalesce(v_message ->> 'group_id', '') = '' and v_type not in ('reaction', 'system', 'edit', 'revoke'),
          case
            when v_message ->> 'timestamp' ~ '^[0-9]{1,11}$' then to_timestamp((v_message ->> 'timestamp')::bigint)
            else now()
          end,
          v_sequence,
          v_phone,
          v_bsuid,
          coalesce(
            wa.normalize_parent_bsuid(v_message #>> '{system,previous_parent_user_id}'),
            wa.normalize_parent_bsuid(v_message ->> 'from_parent_user_id'),
            wa.normalize_parent_bsuid(v_contact ->> 'parent_user_id')
          ),
          nullif(left(btrim(v_contact #>> '{profile,name}'), 256), ''),
          coalesce(
            v_message #>> '{text,body}',
            v_message #>> '{button,text}',
            v_message #>> '{interactive,button_reply,title}',
            v_message #>> '{interactive,list_reply,title}',
            v_message #>> '{interactive,nfm_reply,body}',
            v_message #>> array[v_type, 'caption'],
            v_message #>> '{order,text}'
          ),
          coalesce(
            v_message #>> '{button,payload}',
            v_message #>> '{interactive,button_reply,id}',
            v_message #>> '{interactive,list_reply,id}'
          ),
          v_message,
          v_contact,
          null
        )::wa.received_message;
      end loop;
    end loop;
  end loop;
  return v_messages;
end
$$;

comment on function wa.extract_messages(jsonb) is
'The messages of one webhook body or an array of bodies, normalized, in the order of the payload; null when there are none. A message is matched to its contact by id, never by position.';

revoke all on function wa.extract_messages(jsonb) from public;
grant execute on function wa.extract_messages(jsonb) to wa_runtime;

-- functions/ingress/index_contacts.sql
create or replace function wa.index_contacts(p_contacts jsonb)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
begin
  if jsonb_array_length(p_contacts) = 1 then
    return jsonb_build_object(
      coalesce(p_contacts #>> '{0,user_id}', ''), p_contacts -> 0,
      coalesce(p_contacts #>> '{0,wa_id}', ''), p_contacts -> 0
    ) - '';
  end if;

  return (
    select jsonb_object_agg(name.value, contact.body)
    from jsonb_array_elements(p_contacts) as contact (body)
    cross join lateral (values (contact.body ->> 'user_id'), (contact.body ->> 'wa_id')) as name (value)
    where name.value <> ''
  );
end
$$;

comment on function wa.index_contacts(jsonb) is
'The contacts of a webhook by number and by BSUID in one object: with thousands of contacts, comparing each would take for ever.';

revoke all on function wa.index_contacts(jsonb) from public;
grant execute on function wa.index_contacts(jsonb) to wa_runtime;

-- functions/ingress/is_plain_webhook.sql
create or replace function wa.is_plain_webhook(p_payload jsonb)
returns boolean
language plpgsql
immutable
set search_path = ''
as $$
begin
  -- Paths step into arrays by themselves, so that the type of each part is asked first.
  return p_payload @@ '
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
    && !exists(
      $[*].entry[*].changes[*].value.keyvalue().key ? (
        !(@ == "messaging_product" || @ == "metadata" || @ == "contacts" || @ == "messages" || @ == "statuses")
      )
    )
    && !exists($[*].entry[*].changes[*].value.statuses[*].type() ? (@ != "object"))
    && !exists($[*].entry[*].changes[*].value.messages[*].type() ? (@ != "object"))
    && !exists(
      $[*].entry[*].changes[*].value.messages[*] ? (
        !(@.id.type() == "string" && @.id != "" && @.type.type() == "string" && @.type == "text")
      )
    )
  ';
end
$$;

comment on function wa.is_plain_webhook(jsonb) is
'Whether a webhook body, or each of an array of them, holds text messages and statuses and nothing beside them, which is what Meta sends most.';

revoke all on function wa.is_plain_webhook(jsonb) from public;
grant execute on function wa.is_plain_webhook(jsonb) to wa_runtime;

-- functions/ingress/log_other_fields.sql
create or replace function wa.log_other_fields(p_payload jsonb)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_logs jsonb;
begin
  with entry as materialized (
    select entry.body, entry.body ->> 'id' as waba_id
    from jsonb_path_query(p_payload, '$[*].entry[*]') as entry (body)
  ),

  change as materialized (
    select
      entry.waba_id,
      change.body,
      change.body -> 'value' as value,
      change.body ->> 'field' as field,
      change.body #>> '{value,metadata,phone_number_id}' as phone_number_id
    from entry
    cross join lateral jsonb_path_query(entry.body, '$.changes[*]') as change (body)
  ),

  rest as (
    select
      change.*,
      case
        when jsonb_typeof(change.value) = 'object'
          then change.value - '{messaging_product,metadata,contacts,messages,statuses}'::text[]
        else jsonb_build_object('value', change.value)
      end as value_rest
    from change
    where change.field = 'messages'
  ),

  item as (
    select
      rest.waba_id, rest.phone_number_id, 'messages' as kind, message.body
    from rest
    cross join lateral jsonb_path_query(rest.value, '$.messages[*]') as message (body)
    where not wa.is_known_message(message.body)
    union all
    select
      rest.waba_id, rest.phone_number_id, 'statuses' as kind, status.body
    from rest
    cross join lateral jsonb_path_query(rest.value, '$.statuses[*] ? (@.type() != "object")') as status (body)
  )

  select jsonb_agg(to_jsonb(log)) into v_logs
  from (
    select 'unknown' as kind, null as field, waba_id, null as phone_number_id, wa.mask_json(body, 'entry') as detail
    from entry
    where not jsonb_path_exists(body, '$.changes[*]')
    union all
    select 'unknown', null, waba_id, phone_number_id, wa.mask_json(body, 'entry.changes')
    from change
    where field is null
    union all
    select
      'field', left(field, 100), waba_id, phone_number_id, wa.mask_json(value, 'entry.changes.value')
    from change
    where field <> 'messages'
    union all
    select
      case when value_rest - 'errors' = '{}' then 'field' else 'unknown' end,
      field, waba_id, phone_number_id, wa.mask_json(value_rest, 'entry.changes.value')
    from rest
    where value_rest <> '{}'
    union all
    select 'unknown', 'messages', waba_id, phone_number_id, wa.mask_json(body, 'entry.changes.value.' || kind)
    from item
  ) as log;

  -- Most payloads have nothing to log, and do not wait for retention to change the partitions.
  if v_logs is not null then
    insert into public.webhook_logs (kind, field, waba_id, phone_number_id, detail)
    select log.kind, log.field, log.waba_id, log.phone_number_id, coalesce(log.detail, 'null')
    from jsonb_to_recordset(v_logs) as log (kind text, field text, waba_id text, phone_number_id text, detail jsonb);
  end if;
end
$$;

comment on function wa.log_other_fields(jsonb) is
'Stores in webhook_logs, masked, what a payload holds beside messages and statuses: other webhook fields, Meta''s error notes, and objects of a kind that we do not know.';

revoke all on function wa.log_other_fields(jsonb) from public;
grant execute on function wa.log_other_fields(jsonb) to wa_runtime;

-- functions/ingress/try_group.sql
create or replace function wa.try_group(p_messages wa.received_message[])
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_message wa.received_message;
  v_error text;
  v_events jsonb := '[]'::jsonb;
begin
  begin
    if p_messages[1].message_type = 'system' then
      perform wa.change_identity(p_messages[1]);
      return v_events;
    end if;
    return wa.answer_messages(p_messages);
  exception
    when assert_failure or others then
      if wa.is_worth_retrying(sqlstate) then
        raise;
      end if;
      v_error := sqlstate || ': ' || sqlerrm;
  end;

  if cardinality(p_messages) > 1 then
    foreach v_message in array p_messages loop
      v_events := v_events || wa.try_group(array[v_message]);
    end loop;
    return v_events;
  end if;

  perform wa.record_failure(p_messages[1], v_error);
  return jsonb_build_array(wa.describe_failure(p_messages[1], v_error));
end
$$;

comment on function wa.try_group(wa.received_message[]) is
'Handles messages in one subtransaction, and when that fails each in a subtransaction of its own, so that a failure undoes nothing else: an identity change for a system message, which comes alone, a step of the conversation for any other. A message that fails is kept as failed. Returns the events to log: MESSAGE_FAILED of each that did.';

revoke all on function wa.try_group(wa.received_message[]) from public;
grant execute on function wa.try_group(wa.received_message[]) to wa_runtime;

-- functions/ingress/try_messages.sql
create or replace function wa.try_messages(p_messages wa.received_message[])
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  -- Bounds what is done twice when one message of a group fails.
  c_most_together constant integer := 64;
  v_are_alone boolean := false;
  v_message wa.received_message;
  v_group wa.received_message[] := array[]::wa.received_message[];
  v_user_ids uuid[] := array[]::uuid[];
  v_events jsonb := '[]'::jsonb;
begin
  if cardinality(p_messages) = 1 and p_messages[1].disposition = 'processed' then
    return wa.try_group(p_messages);
  end if;

  foreach v_message in array p_messages loop
    continue when v_message.disposition <> 'processed';

    -- A system message can join the profiles of those that come after it.
    v_are_alone := v_are_alone or v_message.message_type = 'system';

    if cardinality(v_group) > 0 and (
      v_are_alone or v_message.user_id = any(v_user_ids) or cardinality(v_group) = c_most_together
    ) then
      v_events := v_events || wa.try_group(v_group);
      v_group := array[]::wa.received_message[];
      v_user_ids := array[]::uuid[];
    end if;

    v_group := v_group || v_message;
    v_user_ids := v_user_ids || v_message.user_id;
  end loop;

  if cardinality(v_group) > 0 then
    v_events := v_events || wa.try_group(v_group);
  end if;
  return v_events;
end
$$;

comment on function wa.try_messages(wa.received_message[]) is
'Handles the messages that ask for it, in the order given, and returns the events to log. Neighbours of different users go together, which spares statements; a user''s next message comes in a later group, after the effect of the one before.';

revoke all on function wa.try_messages(wa.received_message[]) from public;
grant execute on function wa.try_messages(wa.received_message[]) to wa_runtime;

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

-- functions/operations/is_retention_due.sql
create or replace function wa.is_retention_due()
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select coalesce(
      state.last_started_at < now() - make_interval(
        secs => coalesce(setting.value, wa.get_setting('retention_interval_seconds'))::double precision
      ),
      true
    )
    from wa.retention_state as state
    left join wa.settings as setting on setting.key = 'retention_interval_seconds'
  );
end
$$;

comment on function wa.is_retention_due() is
'Whether retention last ran longer ago than retention_interval_seconds, or never.';

revoke all on function wa.is_retention_due() from public;
grant execute on function wa.is_retention_due() to wa_runtime;

-- functions/operations/replay_failed_event.sql
create or replace function wa.replay_failed_event(p_wa_message_id text)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_event public.wa_events;
  v_answer jsonb;
  v_error text;
begin
  delete from public.wa_events as event
  where event.wa_message_id = p_wa_message_id and event.status = 'failed'
  returning event.* into v_event;

  if v_event.wa_message_id is null then
    return '{}'::jsonb;
  end if;

  begin
    v_answer := public.wa_dispatch(v_event.payload);

    perform wa.emit_event(event.body ->> 'event', event.body - '{event,level}'::text[], event.body ->> 'level')
    from jsonb_array_elements(v_answer -> 'events') as event (body)
    where event.body ->> 'event' = 'NOTIFY_QUEUE';
    return v_answer;
  exception
    when assert_failure or others then
      if wa.is_worth_retrying(sqlstate) then
        raise;
      end if;
      v_error := sqlstate || ': ' || sqlerrm;
  end;

  insert into public.wa_events (
    wa_message_id, user_id, phone_number_id, message_type, status, sent_at, error, payload
  )
  values (
    v_event.wa_message_id, v_event.user_id, v_event.phone_number_id, v_event.message_type,
    'failed', v_event.sent_at, v_error, v_event.payload
  );
  return jsonb_build_object('failed', 1);
end
$$;

comment on function wa.replay_failed_event(text) is
'Dispatches one failed message again, in a subtransaction of its own, and returns the counts of wa_dispatch. A message that still fails is kept with its new error and time; one that somebody else has replayed meanwhile counts as nothing.';

revoke all on function wa.replay_failed_event(text) from public;
grant execute on function wa.replay_failed_event(text) to wa_runtime;

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
  v_looked_at integer := 0;
  v_wanted integer := p_wanted;
  v_look integer := p_wanted;
  v_set_aside bigint[] := array[]::bigint[];
  v_blocked bigint[];
  v_held_back jsonb;
  v_count integer;
  v_verdict text;
begin
  while v_wanted > 0 and v_looked_at < c_most_looked_at loop
    v_blocked := null;
    v_held_back := null;
    v_count := 0;

    for id, v_verdict, lock_token, phone_number_id, request, upload, retry_count in
      select
        due.id,
        due.verdict,
        due.lock_token,
        due.phone_number_id,
        case due.kind
          when 'read_receipt' then due.payload || '{"messaging_product": "whatsapp"}'
          when 'message' then coalesce(media.resolved -> 'payload', due.payload) || jsonb_build_object(
            'messaging_product', 'whatsapp',
            'recipient_type', coalesce(due.payload ->> 'recipient_type', 'individual'),
            -- Graph takes the digits of a BSUID in "to" for a phone number and drops the message.
            case when due.address ~ '^[A-Z]{2}\.' then 'recipient' else 'to' end, due.address,
            'biz_opaque_callback_data', due.id::text
          )
        end,
        nullif(media.resolved -> 'upload', 'null'),
        due.retry_count
      from wa.lease_due(p_number, p_worker, v_wanted, v_look, v_set_aside, p_lease) as due
      cross join lateral (
        values (
          case
            when due.payload -> (due.payload ->> 'type') ?| '{qr,file}'
              then wa.resolve_media(due.payload, due.phone_number_id)
          end
        )
      ) as media (resolved)
    loop
      v_count := v_count + 1;
      if lock_token is not null then
        v_wanted := v_wanted - 1;
        return next;
      elsif v_verdict = 'blocked' then
        v_blocked := array_append(v_blocked, id);
      else
        v_held_back := coalesce(v_held_back, jsonb '{}') || jsonb_build_object(id, v_verdict);
      end if;
    end loop;

    if v_blocked is not null then
      v_set_aside := v_set_aside || wa.park_blocked(v_blocked);
    end if;
    if v_held_back is not null then
      perform wa.hold_back(v_held_back);
    end if;

    exit when v_count < v_look and v_held_back is null;
    v_looked_at := v_looked_at + v_count;
    v_look := case when v_blocked is null then v_wanted else least(v_wanted * 10, 200) end;
  end loop;
end
$$;

comment on function wa.claim_from_number(text, text, integer, interval) is
'Claims up to p_wanted due notifications of one business number, and puts aside on the way what may not be sent now.';

revoke all on function wa.claim_from_number(text, text, integer, interval) from public;
grant execute on function wa.claim_from_number(text, text, integer, interval) to wa_runtime;

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
'Carries out what wa.lease_due found against sending now: an object from notification id to verdict. The caller has locked the rows.';

revoke all on function wa.hold_back(jsonb) from public;
grant execute on function wa.hold_back(jsonb) to wa_runtime;

-- functions/queue/is_sound_list.sql
create or replace function wa.is_sound_list(p_payload jsonb)
returns boolean
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_rows jsonb;
  v_row jsonb;
begin
  -- Expressions and not a query: PL/pgSQL evaluates them without starting the executor.
  if p_payload - '{type,interactive}'::text[] = '{}'
    and p_payload @@ '$.type == "interactive" && $.interactive.type() == "object"'
    and (p_payload -> 'interactive') - '{type,body,action}'::text[] = '{}'
    and char_length(p_payload #>> '{interactive,body,text}') <= 1024
    and char_length(p_payload #>> '{interactive,action,button}') <= 20
    and p_payload @@ '
      $.interactive.type == "list"
      && $.interactive.body.text like_regex "\\S"
      && $.interactive.action.button like_regex "\\S"
      && !exists($.interactive.action.sections[*].title)
      && $.interactive.action.sections.type() == "array" && $.interactive.action.sections.size() == 1
      && $.interactive.action.sections[0].rows.type() == "array"
    '
  then
    v_rows := p_payload #> '{interactive,action,sections,0,rows}';
  end if;

  if v_rows is null or jsonb_array_length(v_rows) not between 1 and 10 then
    return false;
  end if;

  for v_position in 0..jsonb_array_length(v_rows) - 1 loop
    v_row := v_rows -> v_position;

    if not coalesce(
      jsonb_typeof(v_row -> 'id') = 'string'
      and jsonb_typeof(v_row -> 'title') = 'string'
      and v_row ->> 'id' ~ '\S'
      and v_row ->> 'title' ~ '\S'
      and char_length(v_row ->> 'id') <= 200
      and char_length(v_row ->> 'title') <= 24
      and (
        not v_row ? 'description'
        or (
          jsonb_typeof(v_row -> 'description') = 'string'
          and v_row ->> 'description' ~ '\S'
          and char_length(v_row ->> 'description') <= 72
        )
      ),
      false
    ) then
      return false;
    end if;
  end loop;

  -- No two rows have one id.
  return not v_rows @@ '
    $[0].id == $[1 to last].id || $[1].id == $[2 to last].id || $[2].id == $[3 to last].id
    || $[3].id == $[4 to last].id || $[4].id == $[5 to last].id || $[5].id == $[6 to last].id
    || $[6].id == $[7 to last].id || $[7].id == $[8 to last].id || $[8].id == $[9 to last].id
  ';
end
$$;

comment on function wa.is_sound_list(jsonb) is
'Whether a message body is an interactive list of one section without title, header and footer, and within every limit: the menus that most replies are pass with one look. What does not is for wa.find_payload_problem to judge.';

revoke all on function wa.is_sound_list(jsonb) from public;
grant execute on function wa.is_sound_list(jsonb) to wa_runtime;

-- functions/queue/lease_due.sql
create or replace function wa.lease_due(
  p_number text,
  p_worker text,
  p_wanted integer,
  p_look integer,
  p_except bigint[],
  p_lease interval
)
returns table (
  id bigint,
  verdict text,
  address text,
  lock_token uuid,
  phone_number_id text,
  kind text,
  payload jsonb,
  retry_count integer
)
language plpgsql
volatile
set search_path = ''
as $$
#variable_conflict use_column
declare
  v_now timestamptz := clock_timestamp();
  v_token uuid := gen_random_uuid();
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

  return query
  with due as materialized (
    select candidate.*
    from unnest(array[0, 1, 2]::smallint[]) as level (priority)
    cross join lateral (
      select notification.*
      from public.notifications as notification
      where notification.due_at <= v_now
        and notification.priority = level.priority
        and coalesce(notification.phone_number_id, '') = p_number
        and notification.id <> all(p_except)
      -- All columns of the index: only then the planner reads it in order instead of sorting what is due.
      order by
        coalesce(notification.phone_number_id, ''), notification.priority, notification.due_at, notification.id
      limit p_look
      for update skip locked
    ) as candidate
    limit p_look
  ),

  -- Materialized, or each check below would work out the template for itself.
  known as materialized (
    select
      due.*,
      coalesce(profile.whatsapp_e164, profile.wa_user_id, due.recipient) as address,
      profile.opted_out_at is not null and not due.to_opted_out as is_opted_out,
      profile.whatsapp_e164 is null and due.user_id is not null as lacks_phone,
      service.is_closed and not service.is_template as needs_fallback,
      -- The template that would be sent now.
      case
        when service.is_template then due.payload -> 'template'
        when service.is_closed then due.fallback_template -> 'template'
      end as template,
      -- Not exists: where one user owns most open rows, the planner would rather scan the table.
      (
        select earlier.id from public.notifications as earlier
        where earlier.open_user_id = due.open_user_id and (earlier.send_at, earlier.id) < (due.send_at, due.id)
        order by earlier.send_at, earlier.id
        limit 1
      ) is not null as is_blocked
    from due
    -- A probe for each row, however many rows the planner expects: hence the limit, and no join above.
    left join lateral (
      select sender.last_inbound_at, sender.opted_out_at, sender.whatsapp_e164, sender.wa_user_id
      from public.profiles as sender
      where sender.user_id = due.user_id
      limit 1
    ) as profile on true
    cross join lateral (
      values (
        (due.user_id is null or profile.last_inbound_at > v_window_opens) is not true,
        due.payload ->> 'type' is not distinct from 'template'
      )
    ) as service (is_closed, is_template)
  ),

  judged as materialized (
    select
      known.id,
      known.address,
      row_number() over (order by known.priority, known.due_at, known.id) as position,
      case
        when known.status = 'sending' then 'lease_expired'
        when known.expires_at <= v_now then 'expired'
        when known.in_doubt_since is not null and v_now < v_doubt_ends then 'in_doubt'
        when known.kind = 'read_receipt' then 'send'
        when known.is_opted_out then 'opted_out'
        when known.is_blocked then 'blocked'
        when known.needs_fallback and known.outside_window = 'wait' then 'wait_for_user'
        when known.needs_fallback and known.outside_window = 'cancel' then 'window_closed'
        when exists (
          select from wa.recipient_blocks as block
          where block.user_id = known.user_id
            and block.ends_at > v_now
            and block.template_name in ('', known.template ->> 'name')
        ) then 'recipient_blocked'
        when known.lacks_phone and exists (
          select from wa.phone_only_templates as template
          where template.name = known.template ->> 'name'
        ) then 'phone_needed'
        when known.template is not null and exists (
          select from wa.message_templates as template
          where template.name = known.template ->> 'name'
            and template.language = known.template #>> '{language,code}'
            and template.is_held
        ) then 'template_held'
        when known.waiting_for is not null then 'back_in_line'
        when known.template is not null and exists (
          select from wa.marketing_preferences as preference
          inner join wa.message_templates as template
            on template.name = known.template ->> 'name'
              and template.language = known.template #>> '{language,code}'
          where preference.user_id = known.user_id and preference.is_stopped and template.category = 'MARKETING'
        ) then 'marketing_stopped'
        when (
          select pace.paid_until from wa.pair_pace as pace
          where pace.user_id = known.user_id and pace.phone_number_id = p_number
        ) > v_now + v_pair_interval * (v_pair_burst - 1) then 'too_fast'
        when known.needs_fallback then 'send_template'
        else 'send'
      end as verdict
    from known
  ),

  leased as (
    update public.notifications as notification
    set
      status = 'sending',
      locked_by = p_worker,
      lock_token = v_token,
      locked_until = clock_timestamp() + p_lease,
      last_attempt_at = clock_timestamp(),
      in_doubt_since = null,
      blocked_by = null
    from (select * from judged where judged.verdict = 'send' order by judged.position limit p_wanted) as chosen
    where notification.id = chosen.id
    returning
      notification.id, notification.lock_token, notification.phone_number_id, notification.kind, notification.payload,
      notification.retry_count, notification.user_id, notification.open_user_id, notification.send_at, chosen.address
  ),

  paced as (
    insert into wa.pair_pace as pace (user_id, phone_number_id, paid_until)
    select leased.user_id, p_number, clock_timestamp() + v_pair_interval
    from leased
    where leased.open_user_id is not null and v_pair_interval > interval '0'
    on conflict (user_id, phone_number_id) do update
    set paid_until = greatest(pace.paid_until, clock_timestamp()) + v_pair_interval
  )

  (
    select
      leased.id,
      'send',
      leased.address,
      leased.lock_token,
      leased.phone_number_id,
      leased.kind,
      leased.payload,
      leased.retry_count
    from leased
    order by leased.send_at, leased.id
  )
  union all
  select judged.id, judged.verdict, judged.address, null, null, null, null, null
  from judged
  where judged.verdict <> 'send';
end
$$;

comment on function wa.lease_due(text, text, integer, integer, bigint[], interval) is
'Locks the next p_look due notifications of a business number, skipping those another worker holds, and judges what is to be done with each now. Returns those that it leases to the worker, p_wanted at most, to be sent to address (the profile''s present one), and those that may not be sent, without a lock_token.';

revoke all on function wa.lease_due(text, text, integer, integer, bigint[], interval) from public;
grant execute on function wa.lease_due(text, text, integer, integer, bigint[], interval) to wa_runtime;

-- functions/queue/mask_recipient.sql
create or replace function wa.mask_recipient(p_recipient text)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
  return left(p_recipient, 4) || '***' || right(p_recipient, 2);
end
$$;

comment on function wa.mask_recipient(text) is
'A phone number, BSUID or group id as logs may show it: enough to recognise, too little to dial.';

revoke all on function wa.mask_recipient(text) from public;
grant execute on function wa.mask_recipient(text) to wa_runtime;

-- functions/queue/queue_receipts.sql
create or replace function wa.queue_receipts(p_outcomes wa.chat_outcome[])
returns integer
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_receipts constant text := wa.get_setting('read_receipts') #>> '{}';
  v_queued integer;
begin
  insert into public.notifications
    (user_id, recipient, phone_number_id, kind, payload, priority, send_at, next_attempt_at, expires_at)
  select
    outcome.user_id,
    outcome.recipient,
    outcome.phone_number_id,
    'read_receipt',
    jsonb_build_object('status', 'read', 'message_id', outcome.wa_message_id)
    || case when shows.typing then '{"typing_indicator": {"type": "text"}}' else '{}' end::jsonb,
    1,
    outcome.answered_at,
    outcome.answered_at,
    outcome.answered_at + case when shows.typing then interval '20 seconds' else interval '1 day' end
  from unnest(p_outcomes) as outcome
  cross join lateral (select v_receipts = 'typing' and outcome.replies = '[]') as shows (typing)
  where outcome.wa_message_id is not null and v_receipts <> 'none';
  get diagnostics v_queued = row_count;
  return v_queued;
end
$$;

comment on function wa.queue_receipts(wa.chat_outcome[]) is
'Queues the read receipt of each message answered, if the setting read_receipts says so, and returns how many.';

revoke all on function wa.queue_receipts(wa.chat_outcome[]) from public;
grant execute on function wa.queue_receipts(wa.chat_outcome[]) to wa_runtime;

-- functions/queue/release_successors.sql
create or replace function wa.release_successors(p_user_ids uuid[])
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_successors bigint[];
begin
  -- Whoever parks a row holds the lock of the row in front, and so does our caller: what was parked is seen here.
  -- Most users have nothing else, or only what is scheduled for later.
  select array_agg(successor.id) into v_successors
  from unnest(p_user_ids) as settled (user_id)
  cross join lateral (
    select open_one.id, open_one.status, open_one.blocked_by, open_one.next_attempt_at
    from public.notifications as open_one
    where open_one.open_user_id = settled.user_id
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

-- functions/queue/release_waiting.sql
create or replace function wa.release_waiting(p_user_ids uuid[])
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  update public.notifications
  set waiting_for = null, next_attempt_at = clock_timestamp()
  where notifications.id in (
    select waiting.id
    from public.notifications as waiting
    where waiting.user_id = any(p_user_ids)
      and waiting.waiting_for is not null
    order by waiting.id
    for update
  );

  if found then
    perform wa.wake_notifier();
  end if;

  delete from wa.recipient_blocks
  where recipient_blocks.ctid = any(
    array(
      select block.ctid
      from wa.recipient_blocks as block
      where block.user_id = any(p_user_ids)
        and block.ends_when_user_writes
      order by block.user_id, block.template_name
      for update
    )
  );
end
$$;

comment on function wa.release_waiting(uuid[]) is
'These users have just written: what waited for their next message becomes due, and blocks that end with it end.';

revoke all on function wa.release_waiting(uuid[]) from public;
grant execute on function wa.release_waiting(uuid[]) to wa_runtime;

-- functions/queue/settle_accepted.sql
create or replace function wa.settle_accepted(
  p_ids bigint[],
  p_lock_tokens uuid[],
  p_wa_message_ids text[],
  p_durations_ms integer[],
  out sent integer,
  out stale integer,
  out events jsonb
)
returns record
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_users uuid[];
begin
  with held as materialized (
    select
      notification.id,
      notification.status,
      result.wa_message_id,
      result.duration_ms
    from unnest(p_ids, p_lock_tokens, p_wa_message_ids, p_durations_ms) as result (
      id, lock_token, wa_message_id, duration_ms
    )
    inner join public.notifications as notification
      on result.id = notification.id and result.lock_token = notification.lock_token
    where notification.status in ('sending', 'sent', 'delivered', 'read')
      or notification.in_doubt_since is not null
    order by notification.id
    for update of notification
  ),

  settled as (
    update public.notifications as notification
    set
      status = case when held.status in ('queued', 'sending') then 'sent' else held.status end,
      sent_at = coalesce(notification.sent_at, clock_timestamp()),
      wa_message_id = coalesce(held.wa_message_id, notification.wa_message_id),
      locked_until = null,
      in_doubt_since = null,
      wait_count = 0
    from held
    where notification.id = held.id
    returning
      notification.id, notification.user_id, notification.kind, notification.recipient,
      notification.retry_count, notification.created_at, held.duration_ms,
      held.status in ('queued', 'sending') as is_news
  )

  select
    array_agg(settled.user_id) filter (where settled.kind = 'message' and settled.user_id is not null),
    coalesce(
      jsonb_agg(
        jsonb_build_object(
          'event', 'NOTIFY_SEND_OK',
          'level', 'info',
          'id', settled.id,
          -- As wa.mask_recipient does, without a call for each message.
          'recipient', left(settled.recipient, 4) || '***' || right(settled.recipient, 2),
          'retry_count', settled.retry_count,
          'duration_ms', settled.duration_ms,
          'queued_ms', round(extract(epoch from clock_timestamp() - settled.created_at) * 1000)
        )
        order by settled.id
      ) filter (where settled.is_news),
      '[]'
    ),
    count(*),
    cardinality(p_ids) - (select count(*) from held)
  into v_users, events, sent, stale
  from settled;

  if v_users is not null then
    perform wa.release_successors(v_users);
  end if;
end
$$;

comment on function wa.settle_accepted(bigint[], uuid[], text[], integer[]) is
'Settles accepted notifications that the worker, by their lock tokens, still owns. Whoever shows the token of a lease settles the row, also when the lease has run out but nobody else has claimed the row since: what this worker knows is what the row in doubt waits for. A row that a status has settled already makes no second event.';

revoke all on function wa.settle_accepted(bigint[], uuid[], text[], integer[]) from public;
grant execute on function wa.settle_accepted(bigint[], uuid[], text[], integer[]) to wa_runtime;

-- functions/queue/settle_others.sql
create or replace function wa.settle_others(p_results jsonb)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_owned jsonb;
  v_stale integer;
  v_failed jsonb;
begin
  -- All of them, so that whatever settles several rows locks them in the same order.
  with held as materialized (
    select
      notification.id,
      notification.lock_token,
      notification.status in ('sending', 'sent', 'delivered', 'read')
      or notification.in_doubt_since is not null as is_settleable
    from public.notifications as notification
    where notification.id in (select (result.value ->> 'id')::bigint from jsonb_array_elements(p_results) as result)
    order by notification.id
    for update
  )

  select
    jsonb_agg(result.value order by held.id) filter (where held.id is not null),
    count(*) filter (where held.id is null and result.value ->> 'outcome' is distinct from 'accepted')
  into v_owned, v_stale
  from jsonb_array_elements(p_results) as result
  left join held
    on (result.value ->> 'id')::bigint = held.id
    and (result.value ->> 'lock_token')::uuid = held.lock_token
    and held.is_settleable;

  if v_owned is null then
    return jsonb_build_object('stale', v_stale);
  end if;

  insert into wa.media_cache as media (cache_key, media_id, expires_at)
  select distinct on (result.value #>> '{media,cache_key}')
    result.value #>> '{media,cache_key}',
    result.value #>> '{media,media_id}',
    clock_timestamp() + make_interval(secs => 86400 * wa.get_setting('media_ttl_days')::double precision)
  from jsonb_array_elements(v_owned) as result
  where result.value ->> 'outcome' = 'accepted'
    and result.value #>> '{media,cache_key}' is not null
    and result.value #>> '{media,media_id}' is not null
  order by result.value #>> '{media,cache_key}'
  on conflict (cache_key) do update
  set media_id = excluded.media_id, expires_at = excluded.expires_at;

  v_failed := wa.settle_failed(v_owned);
  return v_failed || jsonb_build_object('stale', v_stale + (v_failed ->> 'stale')::integer);
end
$$;

comment on function wa.settle_others(jsonb) is
'Locks the notifications of all results, settles those that were not accepted and whose lock token still counts, and remembers media that was uploaded for accepted ones, which wa.settle_accepted settles. Returns counts and events.';

revoke all on function wa.settle_others(jsonb) from public;
grant execute on function wa.settle_others(jsonb) to wa_runtime;

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
set plan_cache_mode = 'force_generic_plan'
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
set plan_cache_mode = 'force_generic_plan'
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

-- functions/retention/wa_retention_purge.sql
create or replace procedure public.wa_retention_purge()
language plpgsql
as $$
declare
  v_step pg_catalog.jsonb;
  v_cutoffs pg_catalog.jsonb;
  v_sum pg_catalog.jsonb := '{}'::pg_catalog.jsonb;
  v_table pg_catalog.text;
begin
  -- A procedure that commits can have neither a search_path of its own nor its owner's rights: each step has both.
  -- Here every name says its schema, those of types and operators too, so that the caller's path finds nothing.
  loop
    v_step := public.wa_retention_step();
    commit;

    if pg_catalog.jsonb_exists(v_step, 'error') then
      raise exception using
        errcode = pg_catalog.jsonb_extract_path_text(v_step, 'error', 'sqlstate'),
        message = pg_catalog.jsonb_extract_path_text(v_step, 'error', 'message'),
        hint = 'What earlier batches purged stays purged. Call it again once the cause is mended.';
    end if;

    if pg_catalog.jsonb_extract_path_text(v_step, 'is_busy')::boolean then
      raise notice '%', pg_catalog.jsonb_build_object('event', 'RETENTION_ALREADY_RUNNING', 'level', 'info');
      exit;
    end if;

    v_cutoffs := pg_catalog.jsonb_extract_path(v_step, 'cutoffs');

    select coalesce(
      pg_catalog.jsonb_object_agg(
        counter.key,
        pg_catalog.int8pl(
          counter.value::bigint, coalesce(pg_catalog.jsonb_extract_path_text(v_sum, counter.key)::bigint, 0::bigint)
        )
      ),
      v_sum
    )
    into v_sum
    from pg_catalog.jsonb_each_text(pg_catalog.jsonb_extract_path(v_step, 'purged')) as counter;

    exit when pg_catalog.jsonb_extract_path_text(v_step, 'is_done')::boolean;
  end loop;

  -- Between two batches another runner may take over. What this one purged by then it says all the same.
  if v_cutoffs is null then
    return;
  end if;

  -- RETENTION_WA_EVENTS_PURGED, RETENTION_WEBHOOK_LOGS_PURGED, and so on.
  foreach v_table in array array['wa_events', 'webhook_logs', 'notifications', 'kept_payloads'] loop
    raise notice '%', pg_catalog.jsonb_build_object(
      'event', pg_catalog.format('RETENTION_%s_PURGED', pg_catalog.upper(v_table)), 'level', 'info',
      'count', pg_catalog.jsonb_extract_path(v_sum, v_table),
      'cutoff', pg_catalog.jsonb_extract_path(v_cutoffs, v_table)
    );
  end loop;
end
$$;

comment on procedure public.wa_retention_purge is
'Purges events, logs, finished notifications and replayed payloads past their time in batches, committing after each, and says what it did in one NOTICE each. One runner at a time; may be interrupted and called again. Inside a transaction block call wa_retention_step() until it is done instead.';

revoke all on procedure public.wa_retention_purge() from public;
grant execute on procedure public.wa_retention_purge() to wa_edge_role, wa_operator_role;

call wa.revoke_api_access();

delete from wa.function_sources where path in ('functions/flows/advance_chats.sql', 'functions/flows/save_chats.sql', 'functions/identity/lock_senders.sql', 'functions/ingress/note_inbound.sql', 'functions/queue/judge_due.sql', 'functions/queue/lease_notifications.sql', 'functions/queue/queue_replies.sql');

insert into wa.function_sources (path, sha256) values
(
  'functions/baskets/count_basket_member.sql',
  '2a9422a1c69ee74e784f104078728a1e32d0979d31627fe1a30ada9a1b7e2eca'
),
(
  'functions/flow_home/forget_menus.sql',
  '8311ecc2b3a9ab34bec293765eae2aba8273ea09c7eaccb9e71db072afd741b1'
),
(
  'functions/flows/advance_chat.sql',
  '0c1dab5a0e407a18c6f3fcabd381a3008ef02d0acdbdaf195c3dc0cb6564b37d'
),
(
  'functions/flows/answer_messages.sql',
  'a548fee6031123a6c3542dc24fa0fbdcba1c6aaa14041cb24fb48f07d3c88b42'
),
(
  'functions/flows/find_entry.sql',
  '1348eac46aed44c35532994a63dc67969d981534f6c40804d31a70b472f5af00'
),
(
  'functions/flows/run_step.sql',
  '9b29cd0bb29306b389835322e824add7f88e2ccacc2922a83de9f1045c8f2050'
),
(
  'functions/flows/save_outcomes.sql',
  'b9767c0e3c985c9189a6f20386f0104e28ee17ae3c7f5f0783e8427c6c5c48aa'
),
(
  'functions/identity/normalize_bsuid.sql',
  '4ab334de01e15b32a490e2e5aa85c938823a0b95c93eb380f4c285a2dfe996e7'
),
(
  'functions/identity/normalize_phone.sql',
  '691ba8563727a517d0adaa6744f83a85a412773c2890120b7259fdd417ef4bc6'
),
(
  'functions/identity/resolve_senders.sql',
  'c69a9f404623c536dd2126ed1db45dee801109c425f82575e5595927bd53339d'
),
(
  'functions/ingress/claim_events.sql',
  '2ecd55ac8f6cb9a3b541ffe306bcd19efc4e64e8a229cd53e9c43b70986743e1'
),
(
  'functions/ingress/count_dispatch.sql',
  '1139cb146b41bbffa17757fca1254f9d951337119a841f3eed69c70472730d03'
),
(
  'functions/ingress/extract_messages.sql',
  '854a879c604c107f3556946565068f5ff6a48a8ee9f98f58edcaa22d0201b777'
),
(
  'functions/ingress/index_contacts.sql',
  'd9f609bd004966fb1f2053f080f2c5556a03e742bcb878ed91a82f0b494ad81b'
),
(
  'functions/ingress/is_plain_webhook.sql',
  '2f4a5835032f747c621dbd8ee137ff976ee1d9bf848e7ef8db5f6dcc00d6f1f1'
),
(
  'functions/ingress/log_other_fields.sql',
  '1338f5e2ecd0a8fda69952a01a20a21b4a977030adc71f903b8e18e780e36e0d'
),
(
  'functions/ingress/try_group.sql',
  'a6ecbce5ac3bed008a7b19dc4e23041f0ca8d6a83e50abadb6a6b3979caced96'
),
(
  'functions/ingress/try_messages.sql',
  'dbd22c939c72accc205ff1ce69a1403532635b5e918421365f8b87b75b827865'
),
(
  'functions/ingress/wa_dispatch.sql',
  'ce78ab18063582d1981c8d9b1ea57ba0b8e33b68fc6d17bc16ba97ab8adb15d0'
),
(
  'functions/operations/is_retention_due.sql',
  '1597b5a5569972e5af457c1b008864b38dd6e2ff9ac4e2ce5a47a2f29a3644be'
),
(
  'functions/operations/replay_failed_event.sql',
  '9bebf9a665bf56e3308b539d4a39db6c4264a1a7e31ce749383126d525a72956'
),
(
  'functions/queue/claim_from_number.sql',
  '2194dbd432615b7d027104451cc60771840064ee2daecf0a5af1f75e0ae26528'
),
(
  'functions/queue/hold_back.sql',
  'e7fb2882ead480fb40ebc254dea4ef786497bc6fd06a1096aec6c6e0ef6e231e'
),
(
  'functions/queue/is_sound_list.sql',
  '82caea6dd036b160a6b36d231b215ff664a5b9dc855c930d5d1584ea64f2e31e'
),
(
  'functions/queue/lease_due.sql',
  '30018e8a6eef6d144b2215cb6a182dd0735eb8ec8b5eb29a0fe0fc76adb111a4'
),
(
  'functions/queue/mask_recipient.sql',
  '790093df117db136049378478ff5948cb40c5bdded59a444b36f64a26b2a060b'
),
(
  'functions/queue/queue_receipts.sql',
  '0cc13079378ac5cbefac10e338af24d44cb65fc3015ddd99c505a40cde0dcd76'
),
(
  'functions/queue/release_successors.sql',
  '5ac2b322e0272ae50c9ebbdac3a81505d21a951bd814033d75163318861e3c41'
),
(
  'functions/queue/release_waiting.sql',
  '7e3a7843180980af04019b716d27e275cfecdde33da0dc761df83541a6f0c270'
),
(
  'functions/queue/settle_accepted.sql',
  '24a271f4750c6efe4b20f4c3d17f610d36b27fb0eca43ee6a5634853f26c097e'
),
(
  'functions/queue/settle_others.sql',
  '565b6b4aac07f78eef1640b31ad41b90a54ddbd6d32a7197c892ef22ea1050eb'
),
(
  'functions/queue/wa_notifications_claim.sql',
  'e55f79eb558a87495b780ec7449b518995e6e5beef154d7c816eb6388105b305'
),
(
  'functions/queue/wa_notifications_settle.sql',
  '6583379af115d2c5742e3be396e2040c23941054a0c29022e3a510e981f5085d'
),
(
  'functions/retention/wa_retention_purge.sql',
  'd4dcb0374634f7b9e76c355e7b14e7660db602d385801f37d0f6fb837c8ebfdc'
)
on conflict (path) do update set sha256 = excluded.sha256, applied_at = now();
