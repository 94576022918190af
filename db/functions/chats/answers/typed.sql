create or replace function wa.typed(p_chat wa.chat)
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return case
    when not p_chat.is_entered and (p_chat.message).message_type = 'text' then (p_chat.message).body
  end;
end
$$;

comment on function wa.typed is
'The text that was typed as an answer; null for a tap, a picture and everything else, and while the state is being entered.';
