create or replace function wa.erase_basket_join_attempts(p_user_ids uuid[])
returns bigint
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_erased bigint;
begin
  delete from wa.basket_join_attempts as attempt
  where attempt.user_id = any(p_user_ids);
  get diagnostics v_erased = row_count;
  return v_erased;
end
$$;

alter function wa.erase_basket_join_attempts owner to wa_basket_owner;

comment on function wa.erase_basket_join_attempts is
'Of wa_erase_profile: forgets how many wrong codes a person has tried.';

grant execute on function wa.erase_basket_join_attempts to wa_privacy;
