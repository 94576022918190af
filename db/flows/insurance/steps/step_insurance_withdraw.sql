create or replace function wa.step_insurance_withdraw(p_chat wa.chat)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_case constant public.insurance_cases := wa.find_insurance_case(p_chat.user_id);
  v_is_sure constant boolean := wa.confirmed(p_chat, v_case.id::text);
begin
  if v_case.id is null or not v_is_sure then
    return wa.go_on_with_insurance(p_chat);
  elsif v_is_sure then
    begin
      perform from public.insurance_withdraw_case(p_chat.user_id);
      return wa.finish(p_chat, 'withdrawn', jsonb_build_object('case_id', v_case.id));
    exception
      -- Staff have just decided it.
      when sqlstate 'WA100' then
        return wa.go_on_with_insurance(p_chat);
    end;
  end if;

  return wa.confirm(p_chat, 'ask_withdraw', jsonb_build_object('case_id', v_case.id), p_about => v_case.id::text);
end
$$;
