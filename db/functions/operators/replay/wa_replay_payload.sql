create or replace function public.wa_replay_payload(id bigint)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $$
declare
  v_body text;
  v_answer jsonb;
begin
  select convert_from(kept.body, 'UTF8') into v_body
  from wa.kept_payloads as kept
  where kept.id = wa_replay_payload.id;

  if v_body is null then
    raise exception using
      errcode = 'WA008',
      message = format('there is no kept payload %s', coalesce(wa_replay_payload.id::text, '(null)')),
      hint = 'List them: select id, received_at, reason, error from wa.kept_payloads.';
  end if;

  v_answer := public.wa_dispatch(v_body::jsonb);

  update wa.kept_payloads as kept
  set replayed_at = now()
  where kept.id = wa_replay_payload.id;

  return v_answer;
end
$$;

alter function public.wa_replay_payload owner to wa_runtime;

comment on function public.wa_replay_payload is
'Dispatches a kept payload again, byte for byte, and returns what wa_dispatch returns; messages in it that had their effect count as duplicates. Raises WA008 when there is none, and what made the payload unreadable when it still is.';

grant execute on function public.wa_replay_payload to wa_operator_role;
