create or replace function public.wa_erase_profile(who text, and_opt_out boolean default false)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
set datestyle = 'ISO'
set intervalstyle = 'postgres'
set timezone = 'UTC'
set extra_float_digits = 1
set standard_conforming_strings = on
as $$
declare
  v_user_id uuid := wa.find_person(who);
  v_user_ids uuid[] := wa.list_profiles_of_person(v_user_id);
  v_names text[];
  v_words text[];
  v_pattern text;
  v_kept text[];
  v_table record;
  v_update text;
  v_rows bigint;
  v_erased jsonb := '{}'::jsonb;
  v_now constant timestamptz := now();
begin
  -- One at a time: two people who share something would each wait for the other, whose companions are locked below.
  perform pg_advisory_xact_lock(hashtextextended('wa.erasing', 0));

  -- The locks of dispatch, in its order: whoever writes now waits, and begins anew.
  v_names := wa.list_names_of_person(v_user_ids);
  perform wa.lock_identities(
    array(select '+' || name from unnest(v_names) as name where name ~ '^[0-9]'),
    array(select name from unnest(v_names) as name where name !~ '^[0-9]')
  );
  perform wa.lock_profiles(null, null, v_user_ids);

  -- What an application does for the person just now only holds the profile: it ends first, and goes, too.
  perform from public.profiles as profile
  where profile.user_id = any(v_user_ids)
  order by profile.user_id
  for update;

  if wa.list_names_of_person(wa.list_profiles_of_person(v_user_id)) <> v_names
    or wa.list_profiles_of_person(v_user_id) <> v_user_ids
  then
    raise exception using
      errcode = '40001',
      message = 'the person''s profile changed while it was being locked',
      hint = 'Nothing was committed. Call again.';
  end if;

  v_kept := array(
    select name.value
    from public.profiles as profile
    cross join lateral (values (profile.whatsapp_e164), (profile.wa_user_id)) as name (value)
    where and_opt_out
      and profile.user_id = any(v_user_ids)
      and name.value is not null
  );

  -- What tells of this person without a name: Meta's message ids, ours, and the masked forms of the names.
  v_words := array(
    select v_user_ids::text[] || event.words || notification.words || alias.words
    from (
      select array_agg(event.wa_message_id) as words
      from public.wa_events as event
      where event.user_id = any(v_user_ids)
    ) as event
    cross join (
      select
        array_agg(notification.id::text)
        || array_agg(notification.wa_message_id) filter (where notification.wa_message_id is not null)
        || array_agg(distinct wa.mask_recipient(notification.recipient)) as words
      from public.notifications as notification
      where notification.user_id = any(v_user_ids)
    ) as notification
    cross join (
      select array_agg(wa.mask_recipient(name)) || array_agg(wa.mask_recipient('+' || name)) as words
      from unnest(v_names) as name
    ) as alias
  );
  v_pattern := wa.match_names(v_names);

  for v_table in
    select * from wa.list_tables_about_people()
  loop
    raise debug '%', jsonb_build_object('event', 'PERSON_TABLE_BEGUN', 'level', 'debug', 'table', v_table.table_name);
    if not v_table.is_erasable then
      raise exception using
        errcode = 'WA044',
        message = format('%s refers to people, and nothing says how they are erased from it', v_table.relation),
        detail = 'Nothing was erased.',
        hint = format(
          'Where rows go: grant select, delete on %1$s to wa_privacy; create policy privacy on %1$s to wa_privacy using (true); else declare wa.erase_%2$s(user_ids uuid[]) returns bigint: docs/reference/personal-data.md.',
          v_table.relation, v_table.table_name
        );
    end if;

    if v_table.erase_rule is null then
      execute format(
        'delete from %s where %s',
        v_table.relation,
        (select string_agg(format('%I = any($1)', name), ' or ') from unnest(v_table.columns) as name)
      ) using v_user_ids;
      get diagnostics v_rows = row_count;
    else
      execute format('select %s($1)', v_table.erase_rule) into v_rows using v_user_ids;
    end if;
    v_erased := v_erased || jsonb_build_object(v_table.table_name, v_rows);
  end loop;

  if v_pattern is not null then
    v_erased := v_erased || (
      select jsonb_object_agg(trace.key, trace.value::bigint + coalesce((v_erased ->> trace.key)::bigint, 0))
      from jsonb_each_text(wa.erase_traces(v_pattern, v_words)) as trace
    );
  end if;

  -- What an app keeps in columns of its own goes, too.
  v_update := (
    select format(
      'update %s set erased_at = coalesce(erased_at, $1), updated_at = $1, %s where user_id = any($2)',
      'public.profiles'::regclass,
      string_agg(format('%I = default', attribute.attname), ', ')
    )
    from pg_attribute as attribute
    where attribute.attrelid = 'public.profiles'::regclass
      and attribute.attnum > 0
      and not attribute.attisdropped
      and attribute.attname not in ('user_id', 'merged_into', 'erased_at', 'created_at', 'updated_at')
  );
  execute v_update using v_now, v_user_ids;

  perform wa.emit_event('PERSON_ERASED', jsonb_build_object('user_id', v_user_id, 'rows', v_erased));
  perform public.wa_opt_out_profile(name) from unnest(v_kept) as name;
  return jsonb_build_object('user_id', v_user_id, 'rows', v_erased);
end
$$;

alter function public.wa_erase_profile owner to wa_privacy;

comment on function public.wa_erase_profile is
'Erases everything about the person whom a number, a BSUID or a user_id names, and returns what was erased: user_id, and rows by table. Of the profile a row without anything personal is left, so that sums of ledgers stay. With and_opt_out number and BSUID are kept, each in a profile of its own that only says that nobody may write there. Raises WA043 when there is nobody, WA044 when a table has no rule, and 40001 to be called again.';

grant execute on function public.wa_erase_profile to wa_operator_role;
