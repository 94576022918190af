create or replace function wa.bound_answers(p_user_ids uuid[], p_phone_number_id text)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_interval constant double precision := wa.get_setting('answers_interval_seconds')::double precision;
  v_burst constant integer := wa.get_setting('answers_burst')::integer;
  v_silent uuid[];
begin
  if v_interval = 0 then
    return;
  end if;

  -- Whoever is answered again after the silence begins anew.
  with silenced as (
    update public.chat_state as chat
    set answers_until = null
    where chat.user_id = any(p_user_ids)
      and chat.phone_number_id = coalesce(p_phone_number_id, '')
      and chat.answers_until > now() + make_interval(secs => v_interval * (v_burst - 1))
    returning chat.user_id
  )

  select array_agg(silenced.user_id) into v_silent
  from silenced;

  if v_silent is null then
    return;
  end if;

  perform wa.fall_silent(
    silenced.user_id,
    p_phone_number_id,
    'many_answers',
    now(),
    now() + make_interval(secs => wa.get_setting('silence_seconds')::double precision)
  )
  from unnest(v_silent) as silenced (user_id);

  perform wa.raise_alert(
    'chat_silenced',
    silenced.user_id::text,
    jsonb_build_object('user_id', silenced.user_id, 'phone_number_id', p_phone_number_id, 'answers', v_burst)
  )
  from unnest(v_silent) as silenced (user_id);
end
$$;

comment on function wa.bound_answers is
'Falls silent towards those of these users who have got as many answers as answers_burst allows, and lets a person know.';
