create or replace function wa.answer(p_chat wa.chat, p_choices text[])
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_chat.is_entered then
    return null;
  end if;

  return (
    select choice.name
    from wa.read_choices(p_chat, p_choices) with ordinality as choice (name, reply_id, title_key, position)
    -- What leads elsewhere has done so when it was tapped.
    where starts_with(choice.reply_id, 'answer:') and wa.is_answer(p_chat, choice.reply_id, choice.title_key)
    order by choice.position
    limit 1
  );
end
$$;

comment on function wa.answer is
'Which choice was tapped, or typed by its title or one of its words: its name, of choices as wa.ask takes them. Null when it was none, and while the state is being entered.';
