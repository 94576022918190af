create or replace function wa.step_insurance_change(p_chat wa.chat)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_case constant public.insurance_cases := wa.find_insurance_case(p_chat.user_id);
  v_rows jsonb;
  v_chosen text;
begin
  if v_case.status in ('draft', 'returned') is not true then
    return wa.go_on_with_insurance(p_chat);
  end if;

  select jsonb_agg(row.body order by row.document, row.field nulls last) into v_rows
  from (
    select
      field.document,
      field.field,
      wa.build_choice(
        field.document || ':' || field.field,
        wa.say(p_chat, 'field_' || field.field),
        concat_ws(': ', wa.say(p_chat, 'name_' || field.document), wa.say_insurance_value(p_chat, field.field, field.value))
      ) as body
    from public.insurance_fields as field
    where field.case_id = v_case.id
    union all
    select
      part.document, null, wa.build_choice(part.document || ':', wa.say(p_chat, 'new_picture'), wa.say(p_chat, 'name_' || part.document))
    from public.insurance_documents as part
    where part.case_id = v_case.id
  ) as row;
  v_chosen := wa.chosen(p_chat, v_rows);

  if v_chosen is null then
    return wa.offer(p_chat, 'ask_what_to_change', v_rows);
  elsif v_chosen like '%:' then
    perform wa.reset_insurance_document(v_case.id, split_part(v_chosen, ':', 1));
    return wa.go_on_with_insurance(p_chat);
  end if;
  return wa.go(
    p_chat,
    'field',
    jsonb_build_object(
      'document', split_part(v_chosen, ':', 1), 'field', split_part(v_chosen, ':', 2), 'is_typed', true
    )
  );
end
$$;
