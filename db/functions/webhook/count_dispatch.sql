create or replace function wa.count_dispatch(
  p_received wa.received_message[],
  p_claimed wa.received_message[],
  p_failed integer
)
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_claimed constant integer := coalesce(cardinality(p_claimed), 0);
  v_processed integer := -p_failed;
  v_invalid integer := 0;
begin
  for v_position in 1..v_claimed loop
    case p_claimed[v_position].disposition
      when 'processed' then v_processed := v_processed + 1;
      when 'invalid_sender' then v_invalid := v_invalid + 1;
      else null;
    end case;
  end loop;

  return jsonb_build_object(
    'processed', v_processed,
    'failed', p_failed,
    'invalid_sender', v_invalid,
    'ignored', v_claimed - v_processed - p_failed - v_invalid,
    'duplicate', coalesce(cardinality(p_received), 0) - v_claimed
  );
end
$$;

comment on function wa.count_dispatch is
'How many messages of a dispatch came to which end. What was received but not claimed is a duplicate.';
