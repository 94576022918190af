create or replace function wa.learn_addresses(p_results jsonb)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_addressed text[];
  v_phones text[];
  v_bsuids text[];
begin
  select array_agg(answer.addressed), array_agg(answer.phone), array_agg(answer.bsuid)
  into v_addressed, v_phones, v_bsuids
  from (
    select distinct
      profile.whatsapp_e164 as addressed,
      wa.normalize_phone(result.wa_id) as phone,
      wa.normalize_bsuid(result.user_id) as bsuid
    from jsonb_to_recordset(p_results) as result (
      id bigint, lock_token uuid, outcome text, wa_id text, user_id text, input text
    )
    -- A probe for each, however many rows the planner expects.
    cross join lateral (
      select sent.user_id, sent.last_attempt_at
      from public.notifications as sent
      where sent.id = result.id and sent.lock_token = result.lock_token
      limit 1
    ) as notification
    cross join lateral (
      select written_to.* from public.profiles as written_to where written_to.user_id = notification.user_id limit 1
    ) as profile
    where result.outcome = 'accepted'
      and wa.normalize_phone(result.wa_id) is not null
      -- The number that was written to, unless it has changed since.
      and case
        when result.input is not null then profile.whatsapp_e164 = wa.normalize_phone(result.input)
        else coalesce(profile.phone_at < notification.last_attempt_at, true)
      end
      and (
        profile.whatsapp_e164 <> wa.normalize_phone(result.wa_id)
        or profile.wa_user_id is distinct from coalesce(wa.normalize_bsuid(result.user_id), profile.wa_user_id)
      )
  ) as answer;

  if v_phones is null then
    return;
  end if;

  perform wa.lock_identities(v_addressed || v_phones, v_bsuids);
  perform wa.lock_profiles(
    v_addressed || v_phones, v_bsuids, wa.find_by_alias(v_bsuids, null, v_addressed || v_phones)
  );
  perform wa.link_address(learnt.addressed, learnt.phone, learnt.bsuid, clock_timestamp())
  from unnest(v_addressed, v_phones, v_bsuids) as learnt (addressed, phone, bsuid);
end
$$;

comment on function wa.learn_addresses is
'Learns from what Meta answers to a message that it accepts: the number by which it knows the one that we wrote to, in any country, and the BSUID beside it. Comes before anything locks a notification, since profiles are locked first.';
