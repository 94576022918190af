create or replace function wa.erase_desk_actions(p_user_ids uuid[])
returns bigint
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_erased bigint;
begin
  update wa.desk_actions as done
  set user_id = null, notification_id = null
  where done.user_id = any(p_user_ids);

  get diagnostics v_erased = row_count;
  return v_erased;
end
$$;

comment on function wa.erase_desk_actions is
'Of wa_erase_profile: what colleagues did about these profiles stays, and no longer says about whom.';

grant execute on function wa.erase_desk_actions to wa_privacy;
