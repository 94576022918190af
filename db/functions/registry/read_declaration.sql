create or replace function wa.read_declaration(p_flow text, p_declaration jsonb, p_entries text[])
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
-- Compiling its statements would take a hundred times as long as running them.
set jit = off
as $$
declare
  v_prefix constant text := case when p_flow <> 'home' then coalesce(p_declaration ->> 'prefix', p_flow) end;
  v_states jsonb;
  v_moves jsonb;
  v_entries jsonb;
  v_menu jsonb;
  v_texts jsonb;
  v_fields jsonb;
begin
  -- A name of the flow's own is a state of its; any other is one of another flow, written out.
  select
    jsonb_agg(
      jsonb_build_object(
        'state', concat_ws('_', v_prefix, state.name),
        'step_function', 'step_' || concat_ws('_', v_prefix, state.name),
        'back_to', case
          when p_declaration -> 'states' ? (state.body ->> 'back') then concat_ws('_', v_prefix, state.body ->> 'back')
          else state.body ->> 'back'
        end,
        'expires_after', state.body ->> 'expires',
        'description', state.body ->> 'about'
      )
      order by state.name
    )
  into v_states
  from jsonb_each(p_declaration -> 'states') as state (name, body);

  select
    jsonb_agg(
      jsonb_build_object(
        'from_state', concat_ws('_', v_prefix, state.name),
        'to_state', case
          when p_declaration -> 'states' ? move.name then concat_ws('_', v_prefix, move.name)
          else move.name
        end
      )
      order by state.name, move.name
    )
  into v_moves
  from jsonb_each(p_declaration -> 'states') as state (name, body)
  cross join lateral jsonb_array_elements_text(state.body -> 'moves') as move (name);

  with way as (
    select entry.body, 'enter' as action, concat_ws('_', v_prefix, entry.name) as to_state
    from jsonb_each(p_declaration -> 'entries') as entry (name, body)
    union all
    select command.body, command.name, null
    from jsonb_each(p_declaration -> 'commands') as command (name, body)
  ),

  entry as (
    select 'keyword' as kind, wa.fold_text(word.body) as value, way.*, nullif(spoken.locale, 'any') as locale
    from way
    cross join lateral jsonb_each(
      case jsonb_typeof(way.body -> 'words')
        when 'array' then jsonb_build_object('any', way.body -> 'words')
        else way.body -> 'words'
      end
    ) as spoken (locale, words)
    cross join lateral jsonb_array_elements_text(spoken.words) as word (body)
    union all
    select listed.kind, concat_ws('.', v_prefix, tap.id), way.*, null
    from way
    cross join (values ('reply', 'taps'), ('reply_prefix', 'tap_prefixes')) as listed (kind, member)
    cross join lateral jsonb_array_elements_text(way.body -> listed.member) as tap (id)
    union all
    select 'deep_link', link.beginning, way.*, null
    from way
    cross join lateral jsonb_array_elements_text(way.body -> 'links') as link (beginning)
    union all
    select 'message_kind', concat_ws('@', kind.name, number.phone_number_id), way.*, null
    from way
    cross join lateral (
      select listed.name from jsonb_array_elements_text(way.body -> 'kinds') as listed (name)
      union
      select 'text' where way.body -> 'fallback' = 'true'
    ) as kind (name)
    left join lateral jsonb_array_elements_text(way.body -> 'numbers') as number (phone_number_id) on true
    union all
    select 'reply', coalesce(way.body #>> '{menu,id}', 'menu.' || way.to_state), way.*, null
    from way
    where way.body ? 'menu'
  )

  select jsonb_agg(
    distinct jsonb_build_object(
      'kind', entry.kind,
      'value', entry.value,
      'action', entry.action,
      'to_state', entry.to_state,
      'locale', entry.locale,
      'scope', case
        when entry.kind = 'message_kind' then 'home' else coalesce(entry.body ->> 'scope', 'everywhere')
      end
    )
  )
  into v_entries
  from entry;

  select jsonb_agg(
    jsonb_build_object(
      'reply_id', coalesce(entry.body #>> '{menu,id}', 'menu.' || concat_ws('_', v_prefix, entry.name)),
      'position', coalesce((entry.body #>> '{menu,position}')::integer, 500),
      'title_key', wa.name_text(
        v_prefix,
        case jsonb_typeof(entry.body -> 'menu') when 'string' then entry.body ->> 'menu' else entry.body #>> '{menu,title}' end
      ),
      'description_key', wa.name_text(v_prefix, entry.body #>> '{menu,description}')
    )
    order by array_position(p_entries, entry.name)
  )
  into v_menu
  from jsonb_each(p_declaration -> 'entries') as entry (name, body)
  where entry.body ? 'menu';

  select jsonb_agg(
    jsonb_build_object(
      'key', concat_ws('.', wa.name_text(v_prefix, text.name), nullif(form.name, '')),
      'locale', translation.locale,
      'body', form.body
    )
    order by text.name, translation.locale, form.name
  )
  into v_texts
  from jsonb_each(p_declaration -> 'texts') as text (name, translations)
  cross join lateral jsonb_each(text.translations) as translation (locale, body)
  cross join lateral jsonb_each_text(
    case jsonb_typeof(translation.body) when 'object' then translation.body else jsonb_build_object('', translation.body) end
  ) as form (name, body);

  select jsonb_agg(
    jsonb_build_object(
      'document', concat_ws('_', v_prefix, document.name),
      'field', field.name,
      'position', rule.position,
      'label', rule.body ->> 'label',
      'value', coalesce(rule.body ->> 'value', '.+'),
      'place', coalesce(rule.body ->> 'place', 'beside'),
      'value_check', coalesce(rule.body ->> 'check', 'text')
    )
    order by document.name, field.name, rule.position
  )
  into v_fields
  from jsonb_each(p_declaration -> 'documents') as document (name, fields)
  cross join lateral jsonb_each(document.fields) as field (name, body)
  cross join lateral jsonb_array_elements(
    case jsonb_typeof(field.body) when 'array' then field.body else jsonb_build_array(field.body) end
  ) with ordinality as rule (body, position);

  return jsonb_build_object(
    'states', coalesce(v_states, '[]'),
    'moves', coalesce(v_moves, '[]'),
    'entries', coalesce(v_entries, '[]'),
    'menu', coalesce(v_menu, '[]'),
    'texts', coalesce(v_texts, '[]'),
    'fields', coalesce(v_fields, '[]')
  );
end
$$;

comment on function wa.read_declaration is
'The rows that a flow''s declaration stands for, with whole names: arrays states, moves, entries, menu, texts and fields of documents, as wa.flows keeps them. p_entries has the names of the entries in the order of the file, in which the rows of the menu stand. The declaration has the shape that wa.find_declaration_mistakes checks.';
