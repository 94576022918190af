create or replace function wa.save_chat(p_user_id uuid, p_state wa.flow_states, p_data jsonb)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  insert into public.chat_state as chat (user_id, state, data, expires_at)
  values (p_user_id, p_state.state, p_data, now() + p_state.expires_after)
  on conflict (user_id) do update
    set
      state = excluded.state,
      data = excluded.data,
      expires_at = excluded.expires_at,
      updated_at = excluded.updated_at
    -- Within a payload much stays as it is; a version of the row for each message would make a long one slow.
    where (chat.state, chat.data, chat.expires_at, chat.updated_at)
      is distinct from (excluded.state, excluded.data, excluded.expires_at, excluded.updated_at);
end
$$;

comment on function wa.save_chat(uuid, wa.flow_states, jsonb) is
'Stores where a chat stands and, when its state times out, until when.';

revoke all on function wa.save_chat(uuid, wa.flow_states, jsonb) from public;
grant execute on function wa.save_chat(uuid, wa.flow_states, jsonb) to wa_runtime;
