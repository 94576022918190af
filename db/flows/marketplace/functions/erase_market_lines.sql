create or replace function wa.erase_market_lines(p_user_ids uuid[])
returns bigint
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_erased bigint;
begin
  delete from public.notifications as notification
  where notification.id in (
    select line.notification_id from wa.market_lines as line where line.sender_id = any(p_user_ids)
  );

  delete from wa.market_lines as line
  where line.sender_id = any(p_user_ids);
  get diagnostics v_erased = row_count;
  return v_erased;
end
$$;

comment on function wa.erase_market_lines is
'Of wa_erase_profile: what a person wrote to others about offers goes, also where it is on its way or was read.';

grant execute on function wa.erase_market_lines to wa_privacy;
