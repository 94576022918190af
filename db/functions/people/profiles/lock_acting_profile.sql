create or replace function wa.lock_acting_profile(p_profile_id uuid)
returns uuid
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_user_id uuid := wa.resolve_acting_profile(p_profile_id);
  v_survivor uuid;
begin
  loop
    perform wa.hold_profile(v_user_id);
    v_survivor := wa.resolve_acting_profile(v_user_id);
    exit when v_survivor = v_user_id;
    v_user_id := v_survivor;
  end loop;
  return v_user_id;
end
$$;

comment on function wa.lock_acting_profile is
'The profile that acts, as wa.resolve_acting_profile has it, held until the end of the transaction. Taken before every other lock, as a merge does, so that the two wait for each other in one order.';

grant execute on function wa.lock_acting_profile to wa_runtime, wa_basket_owner;
