create or replace function wa.read_choices(p_chat wa.chat, p_choices text[])
returns table (name text, reply_id text, title_key text)
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select
    part.name,
    wa.name_reply(p_chat, part.name),
    wa.name_text(
      p_chat.prefix,
      coalesce(
        part.title,
        case part.name when 'back' then 'menu.back' when 'cancel' then 'menu.cancel' when 'menu' then 'home.open_menu' else part.name end
      )
    )
  from unnest(p_choices) with ordinality as choice (body, position)
  cross join lateral (
    select regexp_replace(choice.body, '=[a-z0-9_.]*$', '') as name, substring(choice.body from '=([a-z0-9_.]+)$') as title
  ) as part
  order by choice.position;
end
$$;

comment on function wa.read_choices is
'The choices of a question, each a name such as good, or a name and that of its title such as good=title_of_good: the names, the ids of their buttons as wa.name_reply gives them, and the keys of their titles in wa.texts.';
