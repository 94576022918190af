create or replace function public.wa_queue_pause(reason text)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_event jsonb;
begin
  if coalesce(btrim(reason), '') = '' then
    raise exception using
      errcode = 'WA015',
      message = 'a pause has a reason',
      hint = 'Say why, for whoever finds the queue paused: select wa_queue_pause(''template under review'').';
  end if;

  v_event := wa.pause_queue(reason, 'infinity') -> 0;
  if v_event is not null then
    perform wa.emit_event(v_event ->> 'event', v_event - '{event,level}'::text[], v_event ->> 'level');
  end if;
end
$$;

grant create on schema public to wa_runtime;
alter function public.wa_queue_pause(text) owner to wa_runtime;
revoke create on schema public from wa_runtime;

comment on function public.wa_queue_pause(text) is
'Stops claiming until wa_queue_resume(). What is queued stays queued, what is being sent is still settled.';

revoke all on function public.wa_queue_pause(text) from public;
grant execute on function public.wa_queue_pause(text) to wa_operator_role;
