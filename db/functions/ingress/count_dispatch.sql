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
declare
  v_claimed wa.received_message;
  v_processed integer := -p_failed;
  v_invalid integer := 0;
  v_ignored integer := 0;
begin
  foreach v_claimed in array coalesce(p_claimed, '{}') loop
    case v_claimed.disposition
      when 'processed' then v_processed := v_processed + 1;
      when 'invalid_sender' then v_invalid := v_invalid + 1;
      else v_ignored := v_ignored + 1;
    end case;
  end loop;

  return jsonb_build_object(
    'processed', v_processed,
    'failed', p_failed,
    'invalid_sender', v_invalid,
    'ignored', v_ignored,
    'duplicate', coalesce(cardinality(p_received), 0) - coalesce(cardinality(p_claimed), 0)
  );
end
$$;

comment on function wa.count_dispatch(wa.received_message[], wa.received_message[], integer) is
'How many messages of a dispatch came to which end. What was received but not claimed is a duplicate.';

revoke all on function wa.count_dispatch(wa.received_message[], wa.received_message[], integer) from public;
grant execute on function wa.count_dispatch(wa.received_message[], wa.received_message[], integer) to wa_runtime;
