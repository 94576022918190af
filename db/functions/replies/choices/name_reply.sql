create or replace function wa.name_reply(p_chat wa.chat, p_name text)
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return case
    when p_name in ('back', 'cancel', 'menu') or p_name ~ '^(answer:|[a-z][a-z0-9_]*[.])' then p_name
    else concat('answer:', p_chat.state, ':', p_name)
  end;
end
$$;

comment on function wa.name_reply is
'The id that the button of a choice has: the commands back, cancel and menu, what begins with a word and a dot, which leads somewhere from anywhere, and what begins with answer: are ids already; any other name is an answer in the chat''s state, and in no other.';
