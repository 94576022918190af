create or replace function wa.step_cancelled(p_chat wa.chat)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return wa.finish(p_chat, 'cancelled.done');
end
$$;

comment on function wa.step_cancelled is
'Confirms that a flow was given up and leads home.';
