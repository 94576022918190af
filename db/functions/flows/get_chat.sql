create or replace function wa.get_chat(p_user_id uuid)
returns public.chat_state
language plpgsql
stable
set search_path = ''
as $$
declare
  v_chat public.chat_state;
begin
  select chat.* into v_chat
  from public.chat_state as chat
  where chat.user_id = p_user_id and (chat.expires_at is null or chat.expires_at > now());

  if v_chat.user_id is null then
    v_chat.user_id := p_user_id;
    v_chat.state := 'home';
    v_chat.data := '{}';
  end if;
  return v_chat;
end
$$;

comment on function wa.get_chat(uuid) is
'Where a chat stands; the home state, with a null updated_at, when it has not begun, was reset, or its time ran out.';

revoke all on function wa.get_chat(uuid) from public;
grant execute on function wa.get_chat(uuid) to wa_runtime;
