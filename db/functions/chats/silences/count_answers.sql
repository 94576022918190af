create or replace function wa.count_answers(p_user_ids uuid[], p_phone_number_ids text[])
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_interval constant interval := make_interval(
    secs => wa.get_setting('answers_interval_seconds')::double precision
  );
  v_now constant timestamptz := now();
begin
  if v_interval = '0' then
    return;
  end if;

  -- A chat that has not begun begins with the next message.
  insert into public.chat_state as chat (user_id, phone_number_id, expires_at, answers_until)
  select answer.user_id, coalesce(answer.phone_number_id, ''), v_now, v_now + v_interval * count(*)
  from unnest(p_user_ids, p_phone_number_ids) as answer (user_id, phone_number_id)
  group by answer.user_id, coalesce(answer.phone_number_id, '')
  order by answer.user_id, coalesce(answer.phone_number_id, '')
  on conflict (user_id, phone_number_id) do update
  -- excluded.expires_at is now. By UTC, since an upsert is to come to the same whatever a session's time zone.
  set answers_until = (
    greatest(chat.answers_until, excluded.expires_at) at time zone 'UTC' + (excluded.answers_until - excluded.expires_at)
  ) at time zone 'UTC';

  perform wa.bound_answers(array_agg(answer.user_id), answer.phone_number_id)
  from unnest(p_user_ids, p_phone_number_ids) as answer (user_id, phone_number_id)
  group by answer.phone_number_id;
end
$$;

comment on function wa.count_answers is
'Counts automatic answers that no conversation gave, each by its user and business number, and falls silent where it is one too many.';
