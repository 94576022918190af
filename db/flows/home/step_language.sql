create or replace function wa.step_language(p_profile public.profiles, p_message wa.inbound_message)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_chosen text;
begin
  if not p_message.is_entry then
    select locale.locale into v_chosen
    from wa.locales as locale
    where p_message.reply_id = 'language.' || locale.locale
      or wa.fold_text(p_message.body) in (wa.fold_text(locale.name), locale.locale)
    limit 1;
  end if;

  if v_chosen is null then
    return (
      null,
      '{}'::jsonb,
      jsonb_build_array(
        wa.build_list(
          wa.get_text('language.ask', p_profile.locale),
          wa.get_text('language.choose', p_profile.locale),
          (
            select jsonb_agg(
              jsonb_build_object('id', 'language.' || locale.locale, 'title', locale.name)
              order by locale.name
            )
            from wa.locales as locale
          )
        )
      )
    )::wa.step_result;
  end if;

  update public.profiles as profile
  set locale = v_chosen, updated_at = now()
  where profile.user_id = p_profile.user_id;

  return ('home', null, jsonb_build_array(wa.build_text(wa.get_text('language.set', v_chosen))))::wa.step_result;
end
$$;

comment on function wa.step_language is
'Offers the languages of wa.locales and sets the one that is tapped or written.';
