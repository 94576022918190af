create or replace function wa.replace_flow_rows(p_base jsonb, p_rows jsonb)
returns text[]
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_entries jsonb;
  v_menu jsonb;
  v_texts jsonb;
  v_fields jsonb;
  -- Read before it is inserted: a table that is kept on another server is not asked in between.
  v_states constant text[] := array(select state.state from wa.flow_states as state);
  v_locales constant text[] := array(select locale.locale from wa.locales as locale);
  v_replies text[];
begin
  select jsonb_agg(to_jsonb(compared.*)) into v_entries
  from wa.compare_rows(
    '{kind,value}', p_base -> 'entries', (select jsonb_agg(to_jsonb(entry)) from wa.flow_entries as entry), p_rows -> 'entries'
  ) as compared;

  select jsonb_agg(to_jsonb(compared.*)) into v_menu
  from wa.compare_rows(
    '{reply_id}',
    p_base -> 'menu',
    (select jsonb_agg(to_jsonb(item) - 'entry_kind') from wa.menu_items as item),
    p_rows -> 'menu'
  ) as compared;

  select jsonb_agg(to_jsonb(compared.*)) into v_texts
  from wa.compare_rows(
    '{key,locale}', p_base -> 'texts', (select jsonb_agg(to_jsonb(text)) from wa.texts as text), p_rows -> 'texts'
  ) as compared;

  select coalesce(jsonb_agg(to_jsonb(compared.*)), '[]') into v_fields
  from wa.compare_rows(
    '{document,field,position}',
    p_base -> 'fields',
    (select jsonb_agg(to_jsonb(rule)) from wa.document_fields as rule),
    p_rows -> 'fields'
  ) as compared;

  delete from wa.menu_items as item
  using jsonb_to_recordset(v_menu) as gone (change text, body wa.menu_items)
  where gone.change = 'delete' and item.reply_id = (gone.body).reply_id;

  delete from wa.flow_entries as entry
  using jsonb_to_recordset(v_entries) as gone (change text, body wa.flow_entries)
  where gone.change = 'delete'
    and entry.kind = (gone.body).kind
    and entry.value = (gone.body).value
    and not exists (
      select from wa.menu_items as item where item.entry_kind = entry.kind and item.reply_id = entry.value
    );

  delete from wa.texts as text
  using jsonb_to_recordset(v_texts) as gone (change text, body wa.texts)
  where gone.change = 'delete' and text.key = (gone.body).key and text.locale = (gone.body).locale;

  delete from wa.document_fields as rule
  using jsonb_to_recordset(v_fields) as gone (change text, body wa.document_fields)
  where gone.change = 'delete'
    and rule.document = (gone.body).document
    and rule.field = (gone.body).field
    and rule.position = (gone.body).position;

  -- What leads to no state, or is in no language, is refused by who calls.
  insert into wa.flow_entries (kind, value, action, to_state, locale, scope)
  select (new.body).kind, (new.body).value, (new.body).action, (new.body).to_state, (new.body).locale, (new.body).scope
  from jsonb_to_recordset(v_entries) as new (change text, body wa.flow_entries)
  where new.change in ('insert', 'update')
    and ((new.body).to_state is null or (new.body).to_state = any(v_states))
    and ((new.body).locale is null or (new.body).locale = any(v_locales))
  on conflict (kind, value) do update
  set
    action = excluded.action,
    to_state = excluded.to_state,
    locale = excluded.locale,
    scope = excluded.scope;

  v_replies := array(select entry.value from wa.flow_entries as entry where entry.kind = 'reply');

  insert into wa.menu_items (reply_id, position, title_key, description_key)
  select (new.body).reply_id, (new.body).position, (new.body).title_key, (new.body).description_key
  from jsonb_to_recordset(v_menu) as new (change text, body wa.menu_items)
  where new.change in ('insert', 'update') and (new.body).reply_id = any(v_replies)
  on conflict (reply_id) do update
  set
    position = excluded.position,
    title_key = excluded.title_key,
    description_key = excluded.description_key;

  insert into wa.texts (key, locale, body)
  select (new.body).key, (new.body).locale, (new.body).body
  from jsonb_to_recordset(v_texts) as new (change text, body wa.texts)
  where new.change in ('insert', 'update') and (new.body).locale = any(v_locales)
  on conflict (key, locale) do update
  set body = excluded.body;

  insert into wa.document_fields (document, field, position, label, value, place, value_check)
  select
    (new.body).document,
    (new.body).field,
    (new.body).position,
    (new.body).label,
    (new.body).value,
    (new.body).place,
    (new.body).value_check
  from jsonb_to_recordset(v_fields) as new (change text, body wa.document_fields)
  where new.change in ('insert', 'update')
  on conflict (document, field, position) do update
  set
    label = excluded.label,
    value = excluded.value,
    place = excluded.place,
    value_check = excluded.value_check;

  return array(
    select format('the %s %s', kept.kind, kept.id)
    from (
      select 'text' as kind, text.id, text.change
      from jsonb_to_recordset(v_texts) as text (id text, change text)
      union all
      select 'menu item', item.id, item.change
      from jsonb_to_recordset(v_menu) as item (id text, change text)
      union all
      select 'entry', entry.id, entry.change
      from jsonb_to_recordset(v_entries) as entry (id text, change text)
      union all
      select 'rule', rule.id, rule.change
      from jsonb_to_recordset(v_fields) as rule (id text, change text)
    ) as kept
    where kept.change = 'keep'
    order by kept.kind, kept.id
  );
end
$$;

comment on function wa.replace_flow_rows is
'Of wa.declare_flow: makes a flow''s entries, rows of the menu, texts and rules for documents those of p_rows. What differs from p_base, which is what was declared before, was changed by hand and stays: returns these, in words.';
