create or replace function wa.establish_plain_senders(p_messages wa.message[])
returns uuid[]
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_locale constant text := wa.get_setting('default_locale') #>> '{}';
  v_user_ids uuid[];
  v_new_ids uuid[];
  v_phones text[];
  v_bsuids text[];
  v_parent_bsuids text[];
  v_display_names text[];
  v_sent_at timestamptz[];
  v_named_at timestamptz[];
begin
  with sender as (
    select
      message.phone,
      message.bsuid,
      message.parent_bsuid,
      wa.phone_lookup_key(message.phone) as phone_key,
      array_agg(message.sequence) as sequences,
      min(message.sent_at) as first_at,
      max(message.sent_at) as sent_at,
      max(message.sent_at) filter (where message.display_name is not null) as named_at,
      (
        array_agg(message.display_name order by message.sent_at desc, message.sequence desc) filter (
          where message.display_name is not null
        )
      )[1] as display_name
    from unnest(p_messages) as message
    where message.status <> 'invalid_sender'
    group by message.phone, message.bsuid, message.parent_bsuid
  ),

  -- Where nothing else in the payload names a number or id, nothing else in it can change whose it is.
  plain as (
    select sender.*
    from (
      select
        sender.*,
        count(*) over (partition by sender.phone_key) as with_phone,
        count(*) over (partition by sender.bsuid) as with_bsuid,
        count(*) over (partition by sender.parent_bsuid) as with_parent_bsuid
      from sender
    ) as sender
    where (sender.phone is null or sender.with_phone = 1)
      and (sender.bsuid is null or sender.with_bsuid = 1)
      and (sender.parent_bsuid is null or sender.with_parent_bsuid = 1)
  ),

  found as materialized (
    select
      plain.*,
      case
        when by_bsuid.user_id is null and by_phone.user_id is null and not exists (
          select from wa.profile_aliases as alias
          where (alias.kind = 'bsuid' and alias.value = plain.bsuid)
            or (alias.kind = 'parent_bsuid' and alias.value = plain.parent_bsuid)
            or (
              alias.kind = 'phone'
              and alias.value = plain.phone_key
              and (alias.left_at is null or plain.first_at < alias.left_at)
            )
        ) then gen_random_uuid()
      end as new_id,
      -- Known is whose profile says exactly what the payload says.
      case
        when plain.bsuid is not null and coalesce(plain.phone = by_bsuid.whatsapp_e164, plain.phone is null)
          then by_bsuid.user_id
        when plain.bsuid is null
          and plain.phone = by_phone.whatsapp_e164
          and coalesce(by_phone.phone_at <= plain.first_at, true)
          then by_phone.user_id
      end as known_id
    from plain
    -- A probe for each, however many rows the planner expects.
    left join lateral (
      select profile.* from public.profiles as profile where profile.wa_user_id = plain.bsuid limit 1
    ) as by_bsuid on true
    left join lateral (
      select profile.* from public.profiles as profile where profile.phone_lookup_key = plain.phone_key limit 1
    ) as by_phone on true
  )

  select
    (
      select array_agg(established.user_id order by message.sequence)
      from unnest(p_messages) as message
      left join (
        select unnest(found.sequences) as sequence, coalesce(found.known_id, found.new_id) as user_id
        from found
      ) as established on established.sequence = message.sequence
    ),
    array_agg(new.new_id),
    array_agg(new.phone),
    array_agg(new.bsuid),
    array_agg(new.parent_bsuid),
    array_agg(new.display_name),
    array_agg(new.sent_at),
    array_agg(new.named_at)
  into v_user_ids, v_new_ids, v_phones, v_bsuids, v_parent_bsuids, v_display_names, v_sent_at, v_named_at
  from (
    select found.*
    from found
    where found.new_id is not null
    order by found.sequences[1]
  ) as new;

  if v_new_ids is not null then
    insert into public.profiles (user_id, whatsapp_e164, wa_user_id, display_name, locale, phone_at, display_name_at)
    select
      new.user_id, new.phone, new.bsuid, new.display_name, v_locale,
      case when new.phone is not null then new.sent_at end, new.named_at
    from unnest(v_new_ids, v_phones, v_bsuids, v_display_names, v_sent_at, v_named_at) as new (
      user_id, phone, bsuid, display_name, sent_at, named_at
    );

    insert into wa.profile_aliases (kind, value, user_id)
    select 'parent_bsuid', new.parent_bsuid, new.user_id
    from unnest(v_new_ids, v_parent_bsuids) as new (user_id, parent_bsuid)
    where new.parent_bsuid is not null;
  end if;

  return v_user_ids;
end
$$;

comment on function wa.establish_plain_senders is
'Finds or creates together the profiles of those senders whose number and ids no message of the payload pairs otherwise, and who are either new or known by exactly these; returns for each message the sender''s profile, and null where wa.establish_profile has to look closer. The caller holds the locks.';
