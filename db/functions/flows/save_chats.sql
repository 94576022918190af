create or replace function wa.save_chats(p_outcomes wa.chat_outcome[])
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_saved integer;
begin
  update public.chat_state as chat
  set
    state = outcome.state,
    data = outcome.data,
    expires_at = outcome.expires_at,
    updated_at = now()
  from unnest(p_outcomes) as outcome
  where chat.user_id = outcome.user_id
    -- Within a payload much stays as it is; a version of the row for each message would make a long one slow.
    and (chat.state, chat.data, chat.expires_at, chat.updated_at)
      is distinct from (outcome.state, outcome.data, outcome.expires_at, now());
  get diagnostics v_saved = row_count;

  if v_saved < cardinality(p_outcomes) then
    insert into public.chat_state (user_id, state, data, expires_at)
    select outcome.user_id, outcome.state, outcome.data, outcome.expires_at
    from unnest(p_outcomes) as outcome
    on conflict (user_id) do nothing;
  end if;
end
$$;

comment on function wa.save_chats(wa.chat_outcome[]) is
'Stores where chats stand, each of another user, and until when if their state times out. The caller holds the profiles'' locks.';

revoke all on function wa.save_chats(wa.chat_outcome[]) from public;
grant execute on function wa.save_chats(wa.chat_outcome[]) to wa_runtime;
