create or replace function wa.chosen(p_chat wa.chat, p_rows jsonb)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_message constant wa.message := p_chat.message;
  v_id text;
begin
  if p_chat.is_entered then
    return null;
  end if;

  select row.body ->> 'id' into v_id
  from jsonb_array_elements(p_rows) as row (body)
  where wa.name_reply(p_chat, row.body ->> 'id') = v_message.reply_id
  limit 1;

  if v_id is not null or v_message.reply_id is not null and wa.is_id_of_ours(v_message.reply_id) then
    return v_id;
  end if;

  -- Of two rows with one title nobody can tell which is meant.
  return (
    select case when count(*) = 1 then min(row.body ->> 'id') end
    from jsonb_array_elements(p_rows) as row (body)
    where wa.fold_text(row.body ->> 'title') = wa.fold_text(v_message.body)
  );
end
$$;

comment on function wa.chosen is
'Which of the rows that wa.offer showed was tapped, or typed by its title: its id, as p_rows has it. Null when it was none of those that p_rows has now, and while the state is being entered.';
