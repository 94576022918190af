create or replace function wa.step_insurance_start(p_chat wa.chat)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_latest record;
begin
  if (wa.find_insurance_case(p_chat.user_id)).id is not null then
    return wa.go_on_with_insurance(p_chat);
  elsif wa.confirmed(p_chat) then
    return wa.go(p_chat, 'insured');
  elsif not wa.confirmed(p_chat) then
    return wa.finish(p_chat, 'another_time');
  end if;

  select mine.case_id, mine.status into v_latest
  from public.insurance_my_case(p_chat.user_id) as mine;

  if v_latest.status = 'accepted' then
    return wa.confirm(p_chat, 'begin_another', jsonb_build_object('case_id', v_latest.case_id));
  end if;
  return wa.confirm(p_chat, 'begin');
end
$$;
