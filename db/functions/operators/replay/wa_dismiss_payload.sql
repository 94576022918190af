create or replace function public.wa_dismiss_payload(id bigint)
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
  update wa.kept_payloads as kept
  set replayed_at = now()
  where kept.id = wa_dismiss_payload.id and kept.replayed_at is null;

  if not found then
    raise exception using
      errcode = 'WA008',
      message = format('there is no kept payload %s that waits', coalesce(wa_dismiss_payload.id::text, '(null)')),
      hint = 'List them: select id, received_at, reason, error from wa.kept_payloads where replayed_at is null;';
  end if;
end
$$;

alter function public.wa_dismiss_payload owner to wa_runtime;

comment on function public.wa_dismiss_payload is
'Lets a kept payload go: nobody is told of it any more, and retention deletes it in its time. Raises WA008 when no such one waits.';

grant execute on function public.wa_dismiss_payload to wa_operator_role;
