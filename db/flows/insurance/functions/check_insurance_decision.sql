create or replace function wa.check_insurance_decision(p_case_id bigint, p_decision text, p_reason text, p_wrong jsonb)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_problem text;
begin
  v_problem := case
    when (p_decision in ('accepted', 'declined', 'returned')) is not true
      then 'a case is accepted, declined or returned'
    when p_decision = 'declined' and p_reason is null then 'who declines a case says why'
    when p_decision <> 'returned' and p_wrong is not null then 'what is wrong is for a case that is returned'
    when p_decision = 'returned' and (jsonb_typeof(p_wrong) = 'object' and p_wrong <> '{}') is not true
      then 'who returns a case says what is wrong'
    when p_decision = 'returned' then (
      select format('%s is no document or field of the case with words for the person', mistake.key)
      from jsonb_each(p_wrong) as mistake
      where jsonb_typeof(mistake.value) <> 'string'
        or char_length(mistake.value #>> '{}') not between 1 and 300
        or mistake.key not in (
          select part.document from public.insurance_documents as part where part.case_id = p_case_id
          union all
          select field.document || '.' || field.field from public.insurance_fields as field where field.case_id = p_case_id
        )
      order by mistake.key
      limit 1
    )
  end;

  if v_problem is not null then
    raise exception using
      errcode = 'WA106',
      message = v_problem,
      hint = 'For example: select * from public.insurance_decide_case(17, ''returned'', wrong => ''{"certificate": "The picture is blurred."}''); see docs/flows/insurance.md.';
  end if;
end
$$;

comment on function wa.check_insurance_decision is
'Raises WA106 unless a decision says what it has to: a reason for one that declines, what is wrong for one that returns.';
