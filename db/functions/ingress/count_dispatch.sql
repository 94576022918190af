create or replace function wa.count_dispatch(
  p_received wa.received_message[],
  p_claimed wa.received_message[],
  p_failed integer
)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
begin
  return (
    select jsonb_build_object(
      'processed', count(*) filter (where claimed.disposition = 'processed') - p_failed,
      'failed', p_failed,
      'invalid_sender', count(*) filter (where claimed.disposition = 'invalid_sender'),
      'ignored', count(*) filter (where claimed.disposition = 'ignored'),
      'duplicate', coalesce(cardinality(p_received), 0) - count(*)
    )
    from unnest(p_claimed) as claimed
  );
end
$$;

comment on function wa.count_dispatch(wa.received_message[], wa.received_message[], integer) is
'How many messages of a dispatch came to which end. What was received but not claimed is a duplicate.';

revoke all on function wa.count_dispatch(wa.received_message[], wa.received_message[], integer) from public;
grant execute on function wa.count_dispatch(wa.received_message[], wa.received_message[], integer) to wa_runtime;
