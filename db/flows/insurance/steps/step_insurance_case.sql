create or replace function wa.step_insurance_case(p_chat wa.chat)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_case constant public.insurance_cases := wa.find_insurance_case(p_chat.user_id);
begin
  if v_case.status is distinct from 'submitted' then
    return wa.go_on_with_insurance(p_chat);
  elsif wa.answer(p_chat, '{withdraw}') is not null then
    return wa.go(p_chat, 'withdraw');
  end if;

  return wa.ask(p_chat, 'with_staff', '{withdraw,menu}', jsonb_build_object('case_id', v_case.id));
end
$$;
