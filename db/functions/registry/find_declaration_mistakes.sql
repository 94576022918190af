create or replace function wa.find_declaration_mistakes(p_flow text, p_declaration jsonb)
returns text[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set jit = off
as $$
declare
  c_reserved constant text[] := array['answer', 'back', 'cancel', 'error', 'home', 'menu', 'number', 'wa'];
  v_prefix constant text := case when p_flow <> 'home' then coalesce(p_declaration ->> 'prefix', p_flow) end;
  v_mistakes text[];
begin
  if jsonb_typeof(p_declaration) is distinct from 'object' then
    return array['the declaration is no JSON object'];
  end if;

  with rule (section, member, types, explanation) as (
    values
    ('', 'about', '{string}'::text[], 'a text'),
    ('', 'prefix', '{string}', 'a name'),
    ('', 'states', '{object}', 'an object of states'),
    ('', 'entries', '{object}', 'an object of states and what leads to them'),
    ('', 'commands', '{object}', 'an object of back and cancel'),
    ('', 'texts', '{object}', 'an object of texts'),
    ('', 'documents', '{object}', 'an object of documents'),
    ('states', 'about', '{string}', 'a text'),
    ('states', 'moves', '{array}', 'a list of states'),
    ('states', 'back', '{string}', 'a state'),
    ('states', 'expires', '{string}', 'a span of time such as "1 day"'),
    ('entries', 'words', '{array,object}', 'a list of words, or an object of languages and lists of words'),
    ('entries', 'menu', '{string,object}', 'the name of a text, or an object'),
    ('entries', 'taps', '{array}', 'a list of ids'),
    ('entries', 'tap_prefixes', '{array}', 'a list of beginnings of ids'),
    ('entries', 'links', '{array}', 'a list of beginnings of links'),
    ('entries', 'kinds', '{array}', 'a list of kinds of messages'),
    ('entries', 'fallback', '{boolean}', 'true or false'),
    ('entries', 'numbers', '{array}', 'a list of business numbers'),
    ('entries', 'scope', '{string}', '"everywhere" or "home"'),
    ('commands', 'words', '{array,object}', 'a list of words, or an object of languages and lists of words'),
    ('commands', 'taps', '{array}', 'a list of ids'),
    ('menu', 'id', '{string}', 'an id'),
    ('menu', 'title', '{string}', 'the name of a text'),
    ('menu', 'description', '{string}', 'the name of a text'),
    ('menu', 'position', '{number}', 'a whole number')
  ),

  part (section, place, body) as (
    select '', '', p_declaration
    union all
    select section.name, section.name || '.' || member.name, member.body
    from unnest('{states,entries,commands}'::text[]) as section (name)
    cross join lateral jsonb_each(
      case jsonb_typeof(p_declaration -> section.name) when 'object' then p_declaration -> section.name end
    ) as member (name, body)
    union all
    select 'menu', 'entries.' || entry.name || '.menu', entry.body -> 'menu'
    from jsonb_each(
      case jsonb_typeof(p_declaration -> 'entries') when 'object' then p_declaration -> 'entries' end
    ) as entry (name, body)
    where jsonb_typeof(entry.body) = 'object' and jsonb_typeof(entry.body -> 'menu') = 'object'
  ),

  member as (
    select part.section, part.place, member.name, member.body, ltrim(part.place || '.' || member.name, '.') as path
    from part
    cross join lateral jsonb_each(case jsonb_typeof(part.body) when 'object' then part.body end) as member (name, body)
  ),

  mistake as (
    select part.place, part.place || ' is no object' as words
    from part
    where jsonb_typeof(part.body) <> 'object'
    union all
    select
      member.path,
      format('%s is unknown here: there are %s', member.path, (
        select string_agg(rule.member, ', ')
        from rule
        where rule.section = member.section and (rule.member <> 'commands' or p_flow = 'home')
      ))
    from member
    where not exists (select from rule where rule.section = member.section and rule.member = member.name)
    union all
    select member.path, format('%s is to be %s', member.path, rule.explanation)
    from member
    inner join rule on rule.section = member.section and rule.member = member.name
    where jsonb_typeof(member.body) <> all (rule.types)
      or jsonb_typeof(member.body) = 'array'
      and jsonb_path_exists(member.body, 'strict $[*] ? (@.type() != "string" || @ == "")')
      or member.name = 'words' and jsonb_typeof(member.body) = 'object'
      and jsonb_path_exists(member.body, 'strict $.* ? (@.type() != "array" || exists(@[*] ? (@.type() != "string" || @ == "")))')
      or member.name = 'position' and member.body::text !~ '^[0-9]{1,9}$'
      or member.name = 'scope' and member.body #>> '{}' not in ('everywhere', 'home')
      or member.name = 'expires' and member.body #>> '{}' !~ '^[1-9][0-9]{0,4} (minute|hour|day|week|month)s?$'
    union all
    select
      member.path,
      format(
        '%s: %s is no kind of message: there are %s',
        member.path, kind.name, array_to_string(wa.list_message_kinds(), ', ')
      )
    from member
    cross join lateral jsonb_array_elements_text(
      case jsonb_typeof(member.body) when 'array' then member.body end
    ) as kind (name)
    where member.section = 'entries' and member.name = 'kinds' and kind.name <> all (wa.list_message_kinds())
    union all
    select
      part.place,
      part.place || '.numbers are phone_number_ids of wa.numbers, for which kinds or a fallback count alone'
    from part
    where part.section = 'entries'
      and part.body ? 'numbers'
      and (
        not part.body ?| '{kinds,fallback}'
        or jsonb_path_exists(part.body, 'lax $.numbers[*] ? (@.type() == "string" && !(@ like_regex "^[0-9]{1,32}$"))')
      )
    union all
    select 'documents', document.mistake
    from unnest(wa.find_document_mistakes(p_declaration -> 'documents')) as document (mistake)
    union all
    select 'states', 'states are missing: a flow has at least one'
    where coalesce(p_declaration -> 'states', '{}') = '{}'
    union all
    select part.place, part.place || '.about is missing'
    from part
    where part.section = 'states' and coalesce(btrim(part.body ->> 'about'), '') = ''
    union all
    select part.place, part.place || '.title is missing'
    from part
    where part.section = 'menu' and part.body ->> 'title' is null
    union all
    select 'commands', 'commands are home''s alone'
    where p_declaration ? 'commands' and p_flow <> 'home'
    union all
    select part.place, part.place || ' is no command: there are back and cancel'
    from part
    where part.section = 'commands' and part.place not in ('commands.back', 'commands.cancel')
    union all
    select
      part.place,
      format('%s: the name %s is not of the form a_b1, or too long', part.place, split_part(part.place, '.', 2))
    from part
    where part.section = 'states'
      and (
        split_part(part.place, '.', 2) !~ '^[a-z][a-z0-9_]*$'
        or length(concat_ws('_', 'step', v_prefix, split_part(part.place, '.', 2))) > 63
      )
    union all
    select part.place, 'states.home: home is where every flow ends, in steps as well'
    from part
    where part.place = 'states.home' and p_flow <> 'home'
    union all
    select 'texts.' || text.name, format('texts.%s is to be an object of languages and texts', text.name)
    from jsonb_each(
      case jsonb_typeof(p_declaration -> 'texts') when 'object' then p_declaration -> 'texts' end
    ) as text (name, body)
    where jsonb_typeof(text.body) <> 'object' or text.body = '{}'
      or jsonb_path_exists(text.body, 'strict $.* ? (@.type() != "object" && (@.type() != "string" || @ == ""))')
      or jsonb_path_exists(text.body, 'strict $.* ? (@.type() == "object").* ? (@.type() != "string" || @ == "")')
    union all
    select
      'texts.' || text.name,
      format('texts.%s.%s has the forms one and other, or other alone', text.name, translation.locale)
    from jsonb_each(
      case jsonb_typeof(p_declaration -> 'texts') when 'object' then p_declaration -> 'texts' end
    ) as text (name, body)
    cross join lateral jsonb_each(
      case jsonb_typeof(text.body) when 'object' then text.body end
    ) as translation (locale, body)
    where jsonb_typeof(translation.body) = 'object'
      and (not translation.body ? 'other' or translation.body - '{one,other}'::text[] <> '{}')
    union all
    select
      'texts.' || text.name,
      case
        when wa.name_text(v_prefix, text.name) !~ '^[a-z][a-z0-9_]*([.][a-z0-9_]+)+$'
          then format('texts.%s: the name is not of the form a_b1', text.name)
        else format('texts.%s: a name with a dot begins with %s. or menu.%s', text.name, v_prefix, v_prefix)
      end
    from jsonb_each(
      case jsonb_typeof(p_declaration -> 'texts') when 'object' then p_declaration -> 'texts' end
    ) as text (name, body)
    where wa.name_text(v_prefix, text.name) !~ '^[a-z][a-z0-9_]*([.][a-z0-9_]+)+$'
      or not starts_with(wa.name_text(v_prefix, text.name), v_prefix || '.')
      and not starts_with(text.name, 'menu.' || v_prefix)
    union all
    select '', format('the name %s is not of the form a_b1, or has more than 30 characters', named.name)
    from unnest(array[p_flow, v_prefix]) as named (name)
    where named.name !~ '^[a-z][a-z0-9_]{0,29}$'
    union all
    select '', format('the name %s is reserved', v_prefix)
    where v_prefix = any(c_reserved) or starts_with(v_prefix, 'wa_') or starts_with(p_flow, 'wa_')
      or v_prefix in (
        select split_part(text.key, '.', 1)
        from wa.flows as flow
        cross join lateral jsonb_to_recordset(flow.declared -> 'texts') as text (key text)
        where flow.flow = 'home'
      )
    union all
    select '', format('the prefix %s is that of the flow %s', v_prefix, flow.flow)
    from wa.flows as flow
    where flow.prefix = v_prefix and flow.flow <> p_flow
  )

  select array_agg(distinct mistake.words) into v_mistakes
  from mistake;

  return coalesce(v_mistakes, '{}');
end
$$;

comment on function wa.find_declaration_mistakes is
'What is wrong with the shape of a flow''s declaration, a sentence each; empty when wa.read_declaration can read it.';
