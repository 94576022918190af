create or replace function wa.note_templates(p_changes jsonb)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into wa.message_templates as template (name, language, category)
  select distinct on (named.name, named.language)
    named.name,
    named.language,
    upper(coalesce(change.value ->> 'new_category', change.value ->> 'message_template_category'))
  from jsonb_to_recordset(p_changes) as change (sequence bigint, happened_at timestamptz, value jsonb)
  cross join lateral (
    select
      change.value ->> 'message_template_name' as name,
      -- Webhooks write en-US where sends write en_US.
      replace(change.value ->> 'message_template_language', '-', '_') as language
  ) as named
  where named.name <> ''
    and named.language <> ''
    and coalesce(change.value ->> 'new_category', change.value ->> 'message_template_category') <> ''
  order by
    named.name,
    named.language,
    change.happened_at desc,
    change.sequence desc
  on conflict (name, language) do update
  set category = excluded.category
  where template.category is distinct from excluded.category;

  insert into wa.message_templates as template (name, language, status, status_at, is_held)
  select distinct on (named.name, named.language)
    named.name,
    named.language,
    change.event,
    change.happened_at,
    change.effect = 'hold_template'
  from jsonb_to_recordset(p_changes) as change (
    sequence bigint, event text, effect text, happened_at timestamptz, value jsonb
  )
  cross join lateral (
    select
      change.value ->> 'message_template_name' as name,
      -- Webhooks write en-US where sends write en_US.
      replace(change.value ->> 'message_template_language', '-', '_') as language
  ) as named
  where change.effect in ('hold_template', 'release_template')
    and named.name <> ''
    and named.language <> ''
  order by
    named.name,
    named.language,
    change.happened_at desc,
    change.sequence desc
  on conflict (name, language) do update
  set
    status = excluded.status,
    status_at = excluded.status_at,
    is_held = excluded.is_held
  -- What Meta delivers late or again does not undo what came after it, by Meta or by hand.
  where excluded.status_at > template.status_at
    or (excluded.status_at = template.status_at and excluded.status <> template.status);
end
$$;

comment on function wa.note_templates is
'Keeps what account changes (of wa.list_account_changes) say of templates: their category, and whether messages that use them wait.';
