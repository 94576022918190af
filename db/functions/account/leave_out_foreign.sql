create or replace function wa.leave_out_foreign(p_rest jsonb)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_accounts constant text[] := array(
    select distinct number.waba_id
    from wa.numbers as number
    where number.waba_id is not null and number.retired_at is null
  );
  v_numbers constant text[] := array(
    select number.phone_number_id
    from wa.numbers as number
    where number.retired_at is null
  );
  v_ours jsonb;
  v_foreign jsonb;
begin
  with item as materialized (
    select
      item.value as body,
      item.position,
      coalesce((item.value ->> 'is_test')::boolean, false) as is_test,
      coalesce((item.value ->> 'count')::integer, 1) as webhooks,
      item.value ->> 'phone_number_id' as phone_number_id,
      account.waba_id,
      item.value ->> 'is_foreign' is not null
      or (
        item.value ->> 'field' <> 'messages'
        and (
          (v_accounts <> '{}' and not coalesce(account.waba_id = any(v_accounts), true))
          or (v_numbers <> '{}' and not coalesce(item.value ->> 'phone_number_id' = any(v_numbers), true))
        )
      ) as is_foreign,
      -- What partners are told names a business portfolio where others name the account.
      item.value ->> 'field' = 'partner_solutions'
      or coalesce(starts_with(item.value #>> '{body,event}', 'PARTNER_'), false) as is_of_portfolio
    from jsonb_array_elements(p_rest) with ordinality as item (value, position)
    cross join lateral (
      values (coalesce(item.value #>> '{body,waba_info,waba_id}', item.value ->> 'waba_id'))
    ) as account (waba_id)
  ),

  sender as (
    select
      left(coalesce('number ' || item.phone_number_id, 'account ' || item.waba_id, 'no number'), 200) as group_key,
      jsonb_build_object('waba_id', item.waba_id, 'fields', jsonb_agg(distinct item.body -> 'field')) as detail,
      sum(item.webhooks) as seen_count
    from item
    where item.is_foreign and not item.is_test and not item.is_of_portfolio
    group by item.phone_number_id, item.waba_id
  )

  select
    (
      select jsonb_agg(item.body order by item.position)
      from item
      where not item.is_test and not item.is_foreign
    ),
    (select jsonb_agg(to_jsonb(sender)) from sender)
  into v_ours, v_foreign;

  if v_foreign is not null then
    insert into wa.alert_occurrences (kind, group_key, detail, seen_count)
    select 'webhook_foreign', sender.group_key, sender.detail, sender.seen_count
    from jsonb_to_recordset(v_foreign) as sender (group_key text, detail jsonb, seen_count integer);
  end if;

  return v_ours;
end
$$;

comment on function wa.leave_out_foreign is
'Of the rest of a webhook (of wa.read_webhook) what is about our accounts and numbers, null for nothing: without tests of the dashboard, and without what came for others, which raises an alert for each. Accounts are told apart once wa.numbers names one.';
