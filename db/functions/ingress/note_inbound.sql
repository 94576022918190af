create or replace function wa.note_inbound(p_messages wa.received_message[])
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_user_ids uuid[];
begin
  with latest as (
    select distinct on (message.user_id) message.user_id, message.sent_at, message.display_name
    from unnest(p_messages) as message
    where message.opens_window and message.user_id is not null
    order by message.user_id asc, message.sent_at desc, message.sequence desc
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

  if v_user_ids is not null then
    perform wa.release_waiting(v_user_ids);
  end if;
end
$$;

comment on function wa.note_inbound(wa.received_message[]) is
'Opens the 24-hour window of everyone who just wrote, keeps the name they go by, and lets what waited for them go.';

revoke all on function wa.note_inbound(wa.received_message[]) from public;
grant execute on function wa.note_inbound(wa.received_message[]) to wa_runtime;
