create or replace function wa.step_help(p_chat wa.chat)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  if not p_chat.is_entered then
    return wa.finish(p_chat);
  end if;

  return wa.ask(p_chat, 'help.body', '{menu,menu.language=menu.language_title}', p_data => '{}');
end
$$;

comment on function wa.step_help is
'Says what the bot understands; any answer that is no command leads home.';
