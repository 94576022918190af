create or replace function wa.try_messages(p_messages wa.received_message[])
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  -- Bounds what is done twice when one message of a group fails.
  c_most_together constant integer := 64;
  v_are_alone boolean := false;
  v_message wa.received_message;
  v_group wa.received_message[] := array[]::wa.received_message[];
  v_user_ids uuid[] := array[]::uuid[];
  v_events jsonb := '[]'::jsonb;
begin
  if cardinality(p_messages) = 1 and p_messages[1].disposition = 'processed' then
    return wa.try_group(p_messages);
  end if;

  foreach v_message in array p_messages loop
    continue when v_message.disposition <> 'processed';

    -- A system message can join the profiles of those that come after it.
    v_are_alone := v_are_alone or v_message.message_type = 'system';

    if cardinality(v_group) > 0 and (
      v_are_alone or v_message.user_id = any(v_user_ids) or cardinality(v_group) = c_most_together
    ) then
      v_events := v_events || wa.try_group(v_group);
      v_group := array[]::wa.received_message[];
      v_user_ids := array[]::uuid[];
    end if;

    v_group := v_group || v_message;
    v_user_ids := v_user_ids || v_message.user_id;
  end loop;

  if cardinality(v_group) > 0 then
    v_events := v_events || wa.try_group(v_group);
  end if;
  return v_events;
end
$$;

comment on function wa.try_messages is
'Handles the messages that ask for it, in the order given, and returns the events to log. Neighbours of different users go together, which spares statements; a user''s next message comes in a later group, after the effect of the one before.';
