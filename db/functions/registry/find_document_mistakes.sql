create or replace function wa.find_document_mistakes(p_documents jsonb)
returns text[]
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  c_checks constant text[] := array['text', 'date', 'number', 'vin', 'luhn'];
  c_places constant text[] := array['beside', 'right', 'below', 'anywhere'];
  v_mistakes text[];
begin
  with document as (
    select document.name, document.body, 'documents.' || document.name as path
    from jsonb_each(case jsonb_typeof(p_documents) when 'object' then p_documents end) as document (name, body)
  ),

  field as (
    select field.name, field.body, document.path || '.' || field.name as path
    from document
    cross join lateral jsonb_each(
      case jsonb_typeof(document.body) when 'object' then document.body end
    ) as field (name, body)
  ),

  rule as (
    select rule.body, field.path || case jsonb_typeof(field.body) when 'array' then format('[%s]', rule.number) else '' end as path
    from field
    cross join lateral jsonb_array_elements(
      case jsonb_typeof(field.body) when 'array' then field.body else jsonb_build_array(field.body) end
    ) with ordinality as rule (body, number)
  ),

  member as (
    select rule.path || '.' || member.name as path, member.name, member.body, member.body #>> '{}' as words
    from rule
    cross join lateral jsonb_each(case jsonb_typeof(rule.body) when 'object' then rule.body end) as member (name, body)
  ),

  mistake (words) as (
    select named.path || ': the name is not of the form a_b1, or has more than 30 characters'
    from (select document.path, document.name from document union all select field.path, field.name from field) as named
    where named.name !~ '^[a-z][a-z0-9_]{0,29}$'
    union all
    select document.path || ' is to be an object of fields and their rules'
    from document
    where jsonb_typeof(document.body) <> 'object' or document.body = '{}'
    union all
    select field.path || ' has no rule'
    from field
    where field.body = '[]'
    union all
    select rule.path || ' is no object'
    from rule
    where jsonb_typeof(rule.body) <> 'object'
    union all
    select rule.path || ' has a label, or the place "anywhere", and not both'
    from rule
    where jsonb_typeof(rule.body) = 'object'
      and (rule.body ? 'label') = (coalesce(rule.body ->> 'place', '') = 'anywhere')
    union all
    select member.path || ' is unknown here: there are label, value, place, check'
    from member
    where member.name not in ('label', 'value', 'place', 'check')
    union all
    select member.path || ' is no regular expression of at most 200 characters without back-references'
    from member
    where member.name in ('label', 'value')
      and (jsonb_typeof(member.body) <> 'string' or member.words = '' or not wa.is_pattern(member.words))
    union all
    select format('%s is none: there are %s', member.path, array_to_string(known.words, ', '))
    from member
    inner join (values ('check', c_checks), ('place', c_places)) as known (name, words) on known.name = member.name
    where jsonb_typeof(member.body) <> 'string' or member.words <> all (known.words)
  )

  select array_agg(mistake.words order by mistake.words) into v_mistakes
  from mistake;

  return coalesce(v_mistakes, '{}');
end
$$;

comment on function wa.find_document_mistakes is
'What is wrong with the documents of a flow''s declaration, a sentence each.';
