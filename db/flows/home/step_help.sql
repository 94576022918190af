create or replace function wa.step_help(p_profile public.profiles, p_message wa.inbound_message)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  if not p_message.is_entry then
    return ('home', null, null)::wa.step_result;
  end if;

  return (
    null,
    '{}'::jsonb,
    jsonb_build_array(
      wa.build_buttons(
        wa.get_text('help.body', p_profile.locale),
        jsonb_build_array(
          jsonb_build_object('id', 'menu', 'title', wa.get_text('home.open_menu', p_profile.locale)),
          jsonb_build_object('id', 'menu.language', 'title', wa.get_text('menu.language_title', p_profile.locale))
        )
      )
    )
  )::wa.step_result;
end
$$;

comment on function wa.step_help is
'Says what the bot understands; any answer that is no command leads home.';
