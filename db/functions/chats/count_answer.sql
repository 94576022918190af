create or replace function wa.count_answer(p_user_id uuid, p_phone_number_id text)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_interval constant interval := make_interval(
    secs => wa.get_setting('answers_interval_seconds')::double precision
  );
begin
  -- A chat that has not begun begins with the next message.
  insert into public.chat_state as chat (user_id, phone_number_id, expires_at, answers_until)
  values (p_user_id, coalesce(p_phone_number_id, ''), now(), now() + v_interval)
  on conflict (user_id, phone_number_id) do update
  set answers_until = greatest(chat.answers_until, now()) + (excluded.answers_until - now());

  perform wa.bound_answers(array[p_user_id], p_phone_number_id);
end
$$;

comment on function wa.count_answer is
'Counts an automatic answer that no conversation gave, and falls silent where it is one too many.';
