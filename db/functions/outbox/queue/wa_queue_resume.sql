create or replace function public.wa_queue_resume(doubtful text default null)
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
  perform wa.settle_doubtful(doubtful);

  update wa.queue_state
  set paused_until = null, paused_reason = null
  where queue_state.paused_until is not null;

  perform wa.forget_pause();
  perform wa.send_wake_up();
end
$$;

alter function public.wa_queue_resume owner to wa_runtime;

comment on function public.wa_queue_resume is
'Continues claiming after a pause, and wakes the notifier. After a restore, doubtful says what becomes of messages that the original may have sent already: send, or cancel.';

grant execute on function public.wa_queue_resume to wa_operator_role;
