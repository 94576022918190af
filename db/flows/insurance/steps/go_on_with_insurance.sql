create or replace function wa.go_on_with_insurance(p_chat wa.chat, p_key text default null)
returns wa.step_result
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_case constant public.insurance_cases := wa.find_insurance_case(p_chat.user_id);
  v_gap record;
begin
  if v_case.id is null then
    return wa.go(p_chat, 'start');
  elsif v_case.status = 'submitted' then
    return wa.go(p_chat, 'case');
  end if;

  select gap.document, gap.field into v_gap
  from wa.find_insurance_gap(v_case) as gap;

  if v_gap.document is null then
    return wa.go(p_chat, 'review', null, p_key);
  elsif v_gap.field is null then
    return wa.go(p_chat, 'document', jsonb_build_object('document', v_gap.document), p_key);
  elsif p_chat.state = 'insurance_field' then
    return wa.ask_insurance_field(p_chat, v_gap.document, v_gap.field);
  end if;
  return wa.go(p_chat, 'field', jsonb_build_object('document', v_gap.document, 'field', v_gap.field), p_key);
end
$$;

comment on function wa.go_on_with_insurance is
'What a step returns that leads to whatever the open case lacks first, to the review of one that lacks nothing, or to one that staff have; p_key is said on the way.';
