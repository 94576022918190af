create or replace function wa.list_text_problems(p_flow text, p_as_declared boolean)
returns table (flow text, is_error boolean, problem text)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  -- Read before it is compared: no table that is kept on another server is joined with what is known here.
  v_words constant text[] := array(
    select distinct literal.match[1]
    from pg_proc as routine
    cross join lateral regexp_matches(
      routine.prosrc collate "default", '[''"=]([a-z][a-z0-9_.]*)[''"]', 'g'
    ) as literal (match)
    where routine.pronamespace = 'wa'::regnamespace
  );
begin
  return query
  with run as materialized (
    select * from wa.list_step_routines(p_flow)
  ),

  word as materialized (
    select word.body from unnest(v_words) as word (body)
  ),

  -- A name without a dot means a text to the routines of its own flow alone.
  own_word as materialized (
    select distinct run.flow, word.body
    from run
    cross join lateral regexp_matches(run.source, e'''([^''\n]*)''', 'g') as literal (match)
    cross join lateral regexp_split_to_table(literal.match[1], '[^a-z0-9_.]+') as word (body)
    where word.body ~ '^[a-z]'
  ),

  named as (
    select distinct run.flow, run.routine, wa.name_text(run.prefix, key.match[1]) as key
    from run
    cross join lateral regexp_matches(
      run.source,
      '(?:[a-z0-9_]+[.](?:ask|confirm|finish|hand_over|offer|say)[(][[:space:]]*p_chat[[:space:]]*,|[a-z0-9_]+[.]go[(][[:space:]]*p_chat[[:space:]]*,[^,()]*,[^,()]*,|[a-z0-9_]+[.]get_text[(]|p_(?:again|key|button_key)[[:space:]]*=>)'
      || '[[:space:]]*''([a-z0-9_.]+)''[[:space:]]*[,)]',
      'g'
    ) as key (match)
    union
    select choice.flow, choice.routine, choice.title_key
    from wa.list_choices(p_flow) as choice
    where choice.title_key is not null
  ),

  key as materialized (
    select
      text.flow,
      text.key,
      said.key as said_as,
      case
        when starts_with(said.key, text.prefix || '.') then substr(said.key, length(text.prefix) + 2)
        else said.key
      end as name,
      array_agg(text.locale) as locales
    from wa.list_flow_texts(p_as_declared) as text
    -- Plural forms are said by the name of their text.
    cross join lateral (select regexp_replace(text.key, '^(.+[.].+)[.](one|other)$', e'\\1') as key) as said
    where p_flow is null or text.flow = p_flow
    group by text.flow, text.key, text.prefix, said.key
  ),

  -- A language that a migration of somebody's brought is theirs: a text that a later version of the flow adds lacks it.
  spoken as materialized (
    select distinct declared.flow, declared.locale from wa.list_flow_texts(true) as declared
  )

  select named.flow, true, format('%s says %s, which is no text', named.routine, named.key)
  from named
  where named.key not in (select text.key from wa.texts as text)
    and named.key || '.other' not in (select text.key from wa.texts as text)
  union all
  select key.flow, false, format('nobody says the text %s', key.key)
  from key
  where key.key not in (select word.body from word)
    and key.said_as not in (select word.body from word)
    and key.said_as not in (select named.key from named)
    and not exists (select from wa.menu_items as item where key.key in (item.title_key, item.description_key))
    and not exists (
      select from own_word
      where own_word.flow = key.flow
        and (
          own_word.body = key.name
          -- What is put together.
          or own_word.body ~ '[._]$'
          and (starts_with(key.said_as, own_word.body) or starts_with(key.name, own_word.body))
        )
    )
  union all
  select key.flow, true, format('the text %s is not in %s', key.key, string_agg(spoken.locale, ', ' order by spoken.locale))
  from key
  inner join spoken on spoken.flow = key.flow and spoken.locale <> all (key.locales)
  where key.key = key.said_as or key.key like '%.other'
  group by key.flow, key.key
  union all
  select key.flow, true, format('the text %s is neither in the default language nor in English', key.key)
  from key
  where (key.key = key.said_as or key.key like '%.other')
    and 'en' <> all (key.locales)
    and coalesce(wa.get_setting('default_locale') #>> '{}', 'en') <> all (key.locales)
  union all
  select
    case when count(*) = 1 then min(silent.flow) end,
    false,
    format(
      '%s texts in %s, which users are offered: docs/build/adding-a-flow.md#languages says what to do',
      case when count(*) = 1 then 'it lacks' else string_agg(silent.flow, ', ' order by silent.flow) || ' lack' end,
      silent.locale
    )
  from (
    select distinct key.flow, locale.locale
    from key
    cross join wa.locales as locale
    where locale.is_offered
      and (key.key = key.said_as or key.key like '%.other')
      and not exists (
        select from spoken where spoken.flow = key.flow and spoken.locale = locale.locale
      )
      -- Also where the flow does not declare it: a migration of somebody's may have.
      and not exists (
        select from wa.texts as text where text.key = key.key and text.locale = locale.locale
      )
  ) as silent
  group by silent.locale
  union all
  select text.flow, true, format('the text %s (%s) has more than 4096 characters', text.key, text.locale)
  from wa.list_flow_texts(p_as_declared) as text
  where char_length(text.body) > 4096;
end
$$;

comment on function wa.list_text_problems is
'Of wa.list_flow_problems: texts that a step says and that are not there, that nobody says, that lack a language which other texts of the flow have, and that are too long for WhatsApp.';
