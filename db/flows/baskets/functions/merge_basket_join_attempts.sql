create or replace function wa.merge_basket_join_attempts(p_merged uuid, p_survivor uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
begin
  insert into wa.basket_join_attempts as attempt (user_id, wrong_tries, window_started_at)
  select p_survivor, merged.wrong_tries, merged.window_started_at
  from wa.basket_join_attempts as merged
  where merged.user_id = p_merged
  on conflict on constraint basket_join_attempts_pkey do update
  set
    wrong_tries = greatest(attempt.wrong_tries, excluded.wrong_tries),
    window_started_at = greatest(attempt.window_started_at, excluded.window_started_at);

  delete from wa.basket_join_attempts as attempt
  where attempt.user_id = p_merged;
end
$$;

alter function wa.merge_basket_join_attempts owner to wa_basket_owner;

comment on function wa.merge_basket_join_attempts is
'Of wa.move_to_survivor: the higher count of wrong codes holds, for the later span of time.';

grant execute on function wa.merge_basket_join_attempts to wa_runtime;
