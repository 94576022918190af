create or replace function wa.log_other_fields(p_payload jsonb)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_logs jsonb;
begin
  with entry as materialized (
    select entry.body, entry.body ->> 'id' as waba_id
    from jsonb_path_query(p_payload, '$[*].entry[*]') as entry (body)
  ),

  change as materialized (
    select
      entry.waba_id,
      change.body,
      change.body -> 'value' as value,
      change.body ->> 'field' as field,
      change.body #>> '{value,metadata,phone_number_id}' as phone_number_id
    from entry
    cross join lateral jsonb_path_query(entry.body, '$.changes[*]') as change (body)
  ),

  rest as (
    select
      change.*,
      case
        when jsonb_typeof(change.value) = 'object'
          then change.value - '{messaging_product,metadata,contacts,messages,statuses}'::text[]
        else jsonb_build_object('value', change.value)
      end as value_rest
    from change
    where change.field = 'messages'
  ),

  item as (
    select
      rest.waba_id, rest.phone_number_id, 'messages' as kind, message.body
    from rest
    cross join lateral jsonb_path_query(rest.value, '$.messages[*]') as message (body)
    where not wa.is_known_message(message.body)
    union all
    select
      rest.waba_id, rest.phone_number_id, 'statuses' as kind, status.body
    from rest
    cross join lateral jsonb_path_query(rest.value, '$.statuses[*] ? (@.type() != "object")') as status (body)
  )

  select jsonb_agg(to_jsonb(log)) into v_logs
  from (
    select 'unknown' as kind, null as field, waba_id, null as phone_number_id, wa.mask_json(body, 'entry') as detail
    from entry
    where not jsonb_path_exists(body, '$.changes[*]')
    union all
    select 'unknown', null, waba_id, phone_number_id, wa.mask_json(body, 'entry.changes')
    from change
    where field is null
    union all
    select
      'field', left(field, 100), waba_id, phone_number_id, wa.mask_json(value, 'entry.changes.value')
    from change
    where field <> 'messages'
    union all
    select
      case when value_rest - 'errors' = '{}' then 'field' else 'unknown' end,
      field, waba_id, phone_number_id, wa.mask_json(value_rest, 'entry.changes.value')
    from rest
    where value_rest <> '{}'
    union all
    select 'unknown', 'messages', waba_id, phone_number_id, wa.mask_json(body, 'entry.changes.value.' || kind)
    from item
  ) as log;

  -- Most payloads have nothing to log, and do not wait for retention to change the partitions.
  if v_logs is not null then
    insert into public.webhook_logs (kind, field, waba_id, phone_number_id, detail)
    select log.kind, log.field, log.waba_id, log.phone_number_id, coalesce(log.detail, 'null')
    from jsonb_to_recordset(v_logs) as log (kind text, field text, waba_id text, phone_number_id text, detail jsonb);
  end if;
end
$$;

comment on function wa.log_other_fields is
'Stores in webhook_logs, masked, what a payload holds beside messages and statuses: other webhook fields, Meta''s error notes, and objects of a kind that we do not know.';
