create or replace function public.wa_queue_distrust(reason text)
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
  if coalesce(btrim(reason), '') = '' then
    raise exception using
      errcode = 'WA015',
      message = 'a pause has a reason',
      hint = 'Say what was done: select wa_queue_distrust(''started from the volume snapshot of 03:00'').';
  end if;

  perform wa.begin_life();
  perform wa.leave_life(reason);
end
$$;

alter function public.wa_queue_distrust owner to wa_runtime;

comment on function public.wa_queue_distrust is
'Says that this database was restored or copied in a way that it cannot see, such as a volume snapshot: its queue is paused, and wa_queue_resume(doubtful) asks what is to become of messages that the original may have sent.';

grant execute on function public.wa_queue_distrust to wa_operator_role;
