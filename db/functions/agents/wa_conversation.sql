create or replace function public.wa_conversation(
  who text,
  max_messages integer default 100,
  before timestamptz default 'infinity',
  phone_number_id text default null,
  with_payload boolean default false
)
returns table (
  at timestamptz,
  author text,
  body text,
  status text,
  error text,
  business_number text,
  id text,
  payload jsonb
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
set datestyle = 'ISO'
set intervalstyle = 'postgres'
set timezone = 'UTC'
set extra_float_digits = 1
set standard_conforming_strings = on
-- A table that is still small is read by its index as well: the plan is kept while it grows.
set enable_seqscan = off
set jit = off
as $$
#variable_conflict use_column
declare
  v_sees_numbers boolean := wa.sees_numbers();
  v_most integer := least(coalesce(max_messages, 100), 1000);
  v_user_ids uuid[] := wa.list_profiles_of_person(wa.find_person(who));
begin
  return query
  with message as (
    select
      event.received_at as at,
      0 as direction,
      event.sent_at as said_at,
      null::bigint as number,
      'user' as author,
      case when event.status = 'failed' then event.payload #> '{entry,0,changes,0,value,messages,0}' else event.payload end
        as content,
      event.status,
      wa.mask_error(event.error) as error,
      event.phone_number_id,
      event.wa_message_id as id
    from unnest(v_user_ids) as one (user_id)
    cross join lateral (
      select received.*
      from public.wa_events as received
      where received.user_id = one.user_id
        and received.received_at < wa_conversation.before
        and (wa_conversation.phone_number_id is null or received.phone_number_id = wa_conversation.phone_number_id)
        and received.status in ('processed', 'failed')
        and received.message_type not in ('system', 'task_result')
      order by received.received_at desc
      limit v_most
    ) as event
    union all
    select
      notification.send_at,
      1,
      notification.send_at,
      notification.id,
      case when notification.kind = 'echo' then 'colleague' else coalesce(notification.author, 'bot') end,
      notification.payload,
      notification.status,
      case
        when notification.status <> all('{sent,delivered,read}')
          then concat_ws(' ', notification.error_code, notification.error_message)
      end,
      notification.phone_number_id,
      notification.id::text
    from unnest(v_user_ids) as one (user_id)
    cross join lateral (
      select sent.*
      from public.notifications as sent
      where sent.user_id = one.user_id
        and sent.send_at < wa_conversation.before
        and (wa_conversation.phone_number_id is null or sent.phone_number_id = wa_conversation.phone_number_id)
        and sent.kind <> 'read_receipt'
      order by sent.send_at desc
      limit v_most
    ) as notification
  ),

  latest as (
    select message.*
    from message
    order by message.at desc, message.direction desc, message.said_at desc, message.number desc
    limit v_most
  )

  select
    latest.at,
    latest.author,
    case
      when v_sees_numbers then said.body
      else wa.mask_numbers(said.body)
    end,
    latest.status,
    nullif(latest.error, ''),
    latest.phone_number_id,
    latest.id,
    case when wa_conversation.with_payload and v_sees_numbers then latest.content end
  from latest
  cross join lateral (
    select
      case latest.direction
        when 0 then wa.describe_inbound(latest.content) else wa.describe_outbound(latest.content)
      end as body
  ) as said
  order by latest.at, latest.direction, latest.said_at, latest.number;
end
$$;

alter function public.wa_conversation owner to wa_runtime;

comment on function public.wa_conversation is
'One person''s messages in both directions, the latest max_messages (1,000 at most) of those before a moment, newest last: when it was received or queued (what came together lies microseconds apart, in the order in which it took effect), who wrote it (user, bot, app, broadcast, or colleague/ and a name), what it says (null: not kept), its status, with the error of what was not taken, the business number, and its id in wa_events or notifications; with_payload also as Meta has it. Whoever may not see numbers (wa_reader_role) gets them masked, and no payload. who is a number, a BSUID or a user_id. Raises WA043 when there is nobody.';

grant execute on function public.wa_conversation to wa_reader_role, wa_agent_role, wa_operator_role;
