create or replace function wa.step_ride_when(p_chat wa.chat)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_at constant timestamptz := wa.parse_moment(wa.typed(p_chat), wa.find_time_zone(p_chat.user_id));
  v_problem constant text := case
    when v_at is null then 'time_not_understood'
    when v_at <= now() then 'time_is_over'
    when v_at > now() + interval '60 days' then 'time_is_far'
  end;
begin
  if v_problem is null then
    return wa.go(p_chat, 'seats', p_chat.data || jsonb_build_object('departs_at', v_at));
  end if;

  return wa.ask(p_chat, 'ask_when', '{back,cancel}', p_again => v_problem);
end
$$;

comment on function wa.step_ride_when is
'Asks for day and time, in the user''s time zone.';
