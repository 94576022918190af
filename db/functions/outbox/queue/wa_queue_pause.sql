create or replace function public.wa_queue_pause(reason text)
returns void
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

alter function public.wa_queue_pause owner to wa_runtime;

comment on function public.wa_queue_pause is
'Stops claiming until wa_queue_resume(). What is queued stays queued, what is being sent is still settled.';

grant execute on function public.wa_queue_pause to wa_operator_role;
