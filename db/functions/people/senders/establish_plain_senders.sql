create or replace function wa.establish_plain_senders(p_messages wa.message[])
returns uuid[]
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_locale constant text := wa.get_setting('default_locale') #>> '{}';
  v_user_ids uuid[];
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
    left join public.profiles as by_bsuid on by_bsuid.wa_user_id = plain.bsuid
    left join public.profiles as by_phone on by_phone.phone_lookup_key = plain.phone_key
  ),

  created as (
    insert into public.profiles (user_id, whatsapp_e164, wa_user_id, display_name, locale, phone_at, display_name_at)
    select
      found.new_id, found.phone, found.bsuid, found.display_name, v_locale,
      case when found.phone is not null then found.sent_at end, found.named_at
    from found
    where found.new_id is not null
    order by found.sequences[1]
  ),

  named as (
    insert into wa.profile_aliases (kind, value, user_id)
    select 'parent_bsuid', found.parent_bsuid, found.new_id
    from found
    where found.new_id is not null and found.parent_bsuid is not null
  )

  select array_agg(established.user_id order by message.sequence) into v_user_ids
  from unnest(p_messages) as message
  left join (
    select unnest(found.sequences) as sequence, coalesce(found.known_id, found.new_id) as user_id
    from found
  ) as established on established.sequence = message.sequence;

  return v_user_ids;
end
$$;

comment on function wa.establish_plain_senders is
'Finds or creates in one statement the profiles of those senders whose number and ids no message of the payload pairs otherwise, and who are either new or known by exactly these; returns for each message the sender''s profile, and null where wa.establish_profile has to look closer. The caller holds the locks.';
