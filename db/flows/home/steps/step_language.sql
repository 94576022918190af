create or replace function wa.step_language(p_chat wa.chat)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_message constant wa.message := p_chat.message;
  v_chosen text;
begin
  if not p_chat.is_entered then
    select locale.locale into v_chosen
    from wa.locales as locale
    where locale.is_offered
      and (
        v_message.reply_id = 'language.' || locale.locale
        or wa.fold_text(v_message.body) in (wa.fold_text(locale.name), locale.locale)
      )
    limit 1;
  end if;

  if v_chosen is null then
    return wa.stay(
      wa.build_list(
        wa.get_text('language.ask', p_chat.locale),
        wa.get_text('language.choose', p_chat.locale),
        (
          select jsonb_agg(wa.build_choice('language.' || locale.locale, locale.name) order by locale.name)
          from wa.locales as locale
          where locale.is_offered
        )
      ),
      '{}'
    );
  end if;

  update public.profiles as profile
  set locale = v_chosen, locale_at = (p_chat.message).sent_at, updated_at = now()
  where profile.user_id = p_chat.user_id and coalesce(profile.locale_at <= (p_chat.message).sent_at, true);

  if not found then
    return wa.finish(p_chat);
  end if;

  p_chat.locale := v_chosen;
  return wa.finish(p_chat, 'language.set');
end
$$;

comment on function wa.step_language is
'Offers languages of wa.locales and sets the one that is tapped or written, unless a later choice is known.';
