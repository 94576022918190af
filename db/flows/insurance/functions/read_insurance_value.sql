create or replace function wa.read_insurance_value(p_document text, p_field text, p_text text, p_today date)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_value text;
begin
  select wa.read_document_value(btrim(p_text), rule.value_check) into v_value
  from wa.document_fields as rule
  where rule.document = 'insurance_' || p_document
    and rule.field = p_field
    and char_length(p_text) <= 100
    and btrim(p_text) ~* ('^(?:' || rule.value || ')$')
    and wa.read_document_value(btrim(p_text), rule.value_check) is not null
  order by rule.position
  limit 1;

  v_value := case p_field
    when 'plate' then upper(regexp_replace(v_value, '[^A-Za-z0-9]', '', 'g'))
    when 'policy_number' then upper(regexp_replace(v_value, '[[:space:]]+', ' ', 'g'))
    else v_value
  end;

  return case
    when p_field = 'plate' and v_value !~ '^(?=.*[0-9])[A-Z0-9]{4,10}$' then null
    when p_field = 'policy_number' and v_value !~ '^.{4,30}$' then null
    -- To the day: a certificate is good on its last one.
    when p_field = 'valid_until' and v_value < to_char(p_today, 'YYYY-MM-DD') then null
    else v_value
  end;
end
$$;

comment on function wa.read_insurance_value is
'What was typed, or read by OCR, in the form in which a field is kept; null where it cannot be right: by the rules that the flow declares for the document, a plate without digits, a certificate that ended before p_today.';
