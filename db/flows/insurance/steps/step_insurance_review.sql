create or replace function wa.step_insurance_review(p_chat wa.chat)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_case constant public.insurance_cases := wa.find_insurance_case(p_chat.user_id);
  v_answer constant text := wa.answer(p_chat, '{send,change,withdraw}');
begin
  if v_case.status in ('draft', 'returned') is not true then
    return wa.go_on_with_insurance(p_chat);
  elsif v_answer = 'send' then
    begin
      perform from public.insurance_submit_case(p_chat.user_id);
      return wa.go(p_chat, 'case');
    exception
      -- A certificate has ended since it was confirmed.
      when sqlstate 'WA105' then
        return wa.go_on_with_insurance(p_chat);
    end;
  elsif v_answer in ('change', 'withdraw') then
    return wa.go(p_chat, v_answer);
  end if;

  return wa.ask(
    p_chat,
    'review',
    '{send,change,withdraw}',
    jsonb_build_object(
      'name', v_case.insured_name,
      'fields', (
        select string_agg(
          wa.say(
            p_chat,
            'review_field',
            jsonb_build_object(
              'document', wa.say(p_chat, 'name_' || field.document),
              'field', wa.say(p_chat, 'field_' || field.field),
              'value', wa.say_insurance_value(p_chat, field.field, field.value)
            )
          ),
          e'\n' order by field.document, field.field
        )
        from public.insurance_fields as field
        where field.case_id = v_case.id
      )
    )
  );
end
$$;
