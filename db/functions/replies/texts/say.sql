create or replace function wa.say(p_chat wa.chat, p_key text, p_values jsonb default null)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return wa.get_text(wa.name_text(p_chat.prefix, p_key), p_chat.locale, p_values);
end
$$;

comment on function wa.say is
'What the bot says in a chat under a name of its flow''s, or under a whole key of wa.texts, with p_values filled in.';
