create or replace function public.wa_dismiss_events(
  error_like text default null,
  received_after timestamptz default '-infinity',
  received_before timestamptz default 'infinity',
  max_messages integer default 1000
)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
set datestyle = 'ISO'
set intervalstyle = 'postgres'
set timezone = 'UTC'
set extra_float_digits = 1
set standard_conforming_strings = on
as $$
declare
  v_message_ids text[];
begin
  if coalesce(max_messages, 0) not between 1 and 1000 then
    raise exception using
      errcode = 'WA009',
      message = 'one call takes 1 to 1000 messages',
      hint = 'Call it again while has_more is true.';
  end if;

  select array_agg(chosen.wa_message_id order by chosen.wa_message_id) into v_message_ids
  from (
    select event.wa_message_id
    from public.wa_events as event
    where event.status = 'failed'
      and event.received_at >= received_after
      and event.received_at < received_before
      and (error_like is null or event.error like error_like)
    order by event.received_at, event.wa_message_id
    limit max_messages
  ) as chosen;

  return (
    select jsonb_build_object('dismissed', count(*) filter (where wa.dismiss_failed_event(chosen.wa_message_id)))
    from unnest(v_message_ids) as chosen (wa_message_id)
  ) || jsonb_build_object('has_more', coalesce(cardinality(v_message_ids), 0) = max_messages);
end
$$;

alter function public.wa_dismiss_events owner to wa_runtime;

comment on function public.wa_dismiss_events is
'Lets failed messages go without effect, those that wa_failed_events with the same arguments tells of, up to max_messages (1 to 1000) a call. Returns how many were dismissed, and has_more: call it again while that is true. Raises WA009 for another max_messages.';

grant execute on function public.wa_dismiss_events to wa_operator_role;
