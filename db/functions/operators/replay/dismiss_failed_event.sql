create or replace function wa.dismiss_failed_event(p_wa_message_id text)
returns boolean
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_event public.wa_events;
begin
  delete from public.wa_events as event
  where event.wa_message_id = p_wa_message_id and event.status = 'failed'
  returning event.* into v_event;

  if v_event.wa_message_id is null then
    return false;
  end if;

  v_event.status := 'ignored';
  v_event.payload := null;
  insert into public.wa_events
  select v_event.*;
  return true;
end
$$;

comment on function wa.dismiss_failed_event is
'Makes a failed message an ignored one, so that Meta''s repetitions stay duplicates. False: there was none.';
