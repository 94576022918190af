create or replace function wa.learn_addresses(p_results jsonb)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_phones text[];
  v_bsuids text[];
begin
  -- Only numbers of Mexico, Argentina and Brazil come in two forms; other answers say what we know.
  if not p_results @? '$[*] ? (@.outcome == "accepted" && (@.wa_id like_regex "^5[245]" || @.user_id != null))' then
    return;
  end if;

  select array_agg(answer.phone), array_agg(answer.bsuid)
  into v_phones, v_bsuids
  from (
    select distinct
      wa.normalize_phone(result.wa_id) as phone,
      wa.normalize_bsuid(result.user_id) as bsuid
    from jsonb_to_recordset(p_results) as result (
      id bigint, lock_token uuid, outcome text, wa_id text, user_id text
    )
    inner join public.notifications as notification
      on result.id = notification.id and result.lock_token = notification.lock_token
    inner join public.profiles as profile on notification.user_id = profile.user_id
    where result.outcome = 'accepted'
      and profile.phone_lookup_key = wa.phone_lookup_key(wa.normalize_phone(result.wa_id))
      and (
        profile.whatsapp_e164 <> wa.normalize_phone(result.wa_id)
        or profile.wa_user_id is distinct from coalesce(wa.normalize_bsuid(result.user_id), profile.wa_user_id)
      )
  ) as answer;

  if v_phones is null then
    return;
  end if;

  perform wa.lock_identities(v_phones, v_bsuids);
  perform wa.lock_profiles(v_phones, v_bsuids, wa.find_by_alias(v_bsuids, null));
  perform wa.establish_profile(learnt.phone, learnt.bsuid)
  from unnest(v_phones, v_bsuids) as learnt (phone, bsuid);
end
$$;

comment on function wa.learn_addresses is
'Learns from what Meta answers to a message that it accepts: the form in which it knows the number, and the BSUID beside it. Comes before anything locks a notification, since profiles are locked first.';
