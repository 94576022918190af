create or replace function wa.open_basket_join_attempt(p_user_id uuid)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_window interval := make_interval(secs => (wa.get_setting('basket_join_window_seconds'))::double precision);
  v_now constant timestamptz := now();
  v_attempt wa.basket_join_attempts;
begin
  insert into wa.basket_join_attempts as attempt (user_id)
  values (p_user_id)
  on conflict on constraint basket_join_attempts_pkey do update
  set
    wrong_tries = case when v_now - attempt.window_started_at < v_window then attempt.wrong_tries else 0 end,
    window_started_at = case
      when attempt.wrong_tries > 0 and v_now - attempt.window_started_at < v_window then attempt.window_started_at
      else v_now
    end
  returning attempt.* into v_attempt;

  if v_attempt.wrong_tries >= (wa.get_setting('basket_join_tries'))::integer then
    raise exception using
      errcode = 'WA028',
      message = 'too many wrong basket codes',
      detail = format('The profile may try again at %s.', v_attempt.window_started_at + v_window),
      hint = 'Wait, or change the settings basket_join_tries and basket_join_window_seconds.';
  end if;
end
$$;

comment on function wa.open_basket_join_attempt is
'Takes the profile''s turn to use a basket code: one at a time, so that tries at the same moment are counted too. Raises WA028 when there were too many wrong ones.';

grant execute on function wa.open_basket_join_attempt to wa_basket_owner;
