create or replace function public.wa_dismiss_event(wa_message_id text)
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
begin
  if not wa.dismiss_failed_event(wa_dismiss_event.wa_message_id) then
    raise exception using
      errcode = 'WA007',
      message = format('there is no failed event %s', coalesce(wa_dismiss_event.wa_message_id, '(null)')),
      hint = 'List them: select wa_message_id, received_at, error from public.wa_events where status = ''failed''.';
  end if;
end
$$;

alter function public.wa_dismiss_event owner to wa_runtime;

comment on function public.wa_dismiss_event is
'Lets a failed message go without effect: it becomes ignored, its error is kept, what it said is not. Raises WA007 when no such message is kept.';

grant execute on function public.wa_dismiss_event to wa_operator_role;
