create or replace function wa.find_document_fields(p_document text, p_result jsonb)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_fields jsonb;
begin
  if not exists (select from wa.document_fields as rule where rule.document = p_document) then
    raise exception using
      errcode = 'WA053',
      message = format('no flow declares the document %s', coalesce(p_document, 'null')),
      hint = 'Declare it under documents in flow.sql; its name is the flow''s prefix, _ and its name there. See docs/build/ocr.md.';
  end if;

  with rule as materialized (
    select rule.*, wa.strip_accents(rule.label) as folded_label
    from wa.document_fields as rule
    where rule.document = p_document
  ),

  line as materialized (
    select * from wa.list_document_lines(p_result)
  ),

  label as materialized (
    select
      rule.field,
      rule.position,
      rule.place,
      rule.value,
      rule.value_check,
      line.*,
      regexp_replace(
        substr(line.body, regexp_instr(line.folded, rule.folded_label, 1, 1, 1, 'i')), '^[[:space:]:;.=>-]+', ''
      ) as rest
    from rule
    inner join line on line.folded ~* rule.folded_label
  ),

  -- What begins with a label is not another label's value.
  value_line as materialized (
    select line.*
    from line
    where not exists (select from rule where regexp_instr(line.folded, rule.folded_label, 1, 1, 0, 'i') = 1)
  ),

  candidate as (
    select
      label.field, label.position, label.value, label.value_check, 1 as nearness, 0::numeric as distance,
      label.rest as body, label.page, label.line, label.confidence, label.box
    from label
    where label.place in ('right', 'beside')
    union all
    select
      label.field, label.position, label.value, label.value_check, 2, line.box_left - label.box_right,
      line.body, line.page, line.line, line.confidence, line.box
    from label
    inner join value_line as line
      on line.page = label.page
      and line.box_left >= (label.box_left + label.box_right) / 2
      and least(line.box_bottom, label.box_bottom) - greatest(line.box_top, label.box_top)
      > least(line.box_bottom - line.box_top, label.box_bottom - label.box_top) / 2
    where label.place in ('right', 'beside') and line.line <> label.line
    union all
    select
      label.field, label.position, label.value, label.value_check, 3, line.box_top - label.box_bottom,
      line.body, line.page, line.line, line.confidence, line.box
    from label
    inner join value_line as line
      on line.page = label.page
      and line.box_top >= (label.box_top + label.box_bottom) / 2
      and line.box_top - label.box_bottom <= 2 * (label.box_bottom - label.box_top)
      and line.box_left < label.box_right
      and line.box_right > label.box_left
    where label.place in ('below', 'beside') and line.line <> label.line
    union all
    select
      rule.field, rule.position, rule.value, rule.value_check, 4, 0,
      line.body, line.page, line.line, line.confidence, line.box
    from rule
    cross join line
    where rule.place = 'anywhere'
  ),

  matched as (
    select candidate.*, found.value as found, wa.read_document_value(found.value, candidate.value_check) as checked
    from candidate
    cross join lateral (select btrim(regexp_substr(candidate.body, candidate.value, 1, 1, 'i')) as value) as found
    where found.value <> ''
  ),

  best as (
    select distinct on (matched.field) matched.*
    from matched
    order by
      matched.field, matched.checked is null, matched.position, matched.nearness, matched.distance, matched.page,
      matched.line
  )

  select jsonb_object_agg(
    named.field,
    case
      when best.field is not null then jsonb_build_object(
        'value', coalesce(best.checked, best.found),
        'confidence', best.confidence,
        'page', best.page,
        'box', best.box,
        'is_valid', best.checked is not null
      )
    end
  )
  into v_fields
  from (select distinct rule.field from rule) as named
  left join best on best.field = named.field;

  return v_fields;
end
$$;

comment on function wa.find_document_fields is
'The fields of a document that rules of wa.document_fields find in what OCR read: an object with value, confidence (0 to 1), page (from 1), box (left, top, width and height, as the lines have them) and is_valid for each field, and null for one that is not there. A value that passes its check is in one form (dates YYYY-MM-DD), one that does not is as it was read. Takes any JSON. Raises WA053 for a document that nobody declared.';
