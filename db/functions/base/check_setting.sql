create or replace function wa.check_setting()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
-- Rows come with it off when pg_restore fills tables that an extension made, and the owner of this is no table's.
set row_security = on
-- Patterns are written for it.
set standard_conforming_strings = on
as $$
declare
  v_type text := new.value_type;
  v_found constant text := jsonb_typeof(new.value);
  v_number numeric;
  v_problem text;
begin
  if tg_op = 'UPDATE' then
    v_type := coalesce(v_type, jsonb_typeof(old.value));
  end if;

  if v_found = 'number' then
    v_number := new.value::numeric;
  end if;

  v_problem := case
    when v_found <> case v_type when 'integer' then 'number' else v_type end
      or (v_type = 'integer' and v_number <> trunc(v_number))
      then format('It is %s %s.', case when v_type ~ '^[aio]' then 'an' else 'a' end, v_type)
    when v_number < new.minimum or v_number > new.maximum
      then format(
        'It is from %s to %s%s.',
        new.minimum, new.maximum, ' ' || substring(new.key from '_(days|seconds)$')
      )
    when new.choices is not null and not new.choices @> jsonb_build_array(new.value)
      then format('It is one of %s.', new.choices)
    when exists (
      select
      from jsonb_path_query(new.value, '$[*]') as member (value)
      where member.value #>> '{}' !~ new.pattern
        or jsonb_typeof(member.value) in ('object', 'array', 'null')
    )
      then format('%s matches %s.', case v_found when 'array' then 'Each member' else 'It' end, new.pattern)
    when new.key = 'default_locale'
      and not exists (select from wa.locales as known where known.locale = new.value #>> '{}')
      then format('It is one of %s.', (select string_agg(known.locale, ', ' order by known.locale) from wa.locales as known))
    when new.key = 'default_time_zone'
      and not exists (select from pg_timezone_names as known where known.name = new.value #>> '{}')
      then 'It is one of pg_timezone_names.'
  end;

  if v_problem is not null then
    raise exception using
      errcode = 'WA041',
      message = format('the setting %s cannot be %s', new.key, left(new.value::text, 100)),
      detail = v_problem,
      hint = format(
        'What it takes: select value, value_type, minimum, maximum, choices, pattern, description from wa.settings where key = %L;',
        new.key
      );
  end if;

  -- A row that is restored keeps its time.
  if tg_op = 'UPDATE' then
    new.updated_at := now();
  end if;

  return new;
end
$$;

alter function wa.check_setting owner to wa_runtime;

comment on function wa.check_setting is
'Refuses a value that is not what its setting takes (WA041), and notes when a value was changed. A row that names no type keeps that of its first value.';

create or replace trigger settings_check
before insert or update on wa.settings
for each row execute function wa.check_setting();

comment on trigger settings_check on wa.settings is 'A setting that stops everything is refused.';
