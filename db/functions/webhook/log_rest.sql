create or replace function wa.log_rest(p_rest jsonb)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into public.webhook_logs (kind, field, waba_id, phone_number_id, detail)
  select
    case
      when item.field <> 'messages' then 'field'
      when item.path = 'entry.changes.value' and item.body - 'errors' = '{}' then 'field'
      else 'unknown'
    end,
    left(item.field, 100),
    item.waba_id,
    item.phone_number_id,
    coalesce(wa.mask_json(item.body, item.path), 'null')
  from jsonb_to_recordset(p_rest) as item (
    path text, body jsonb, field text, waba_id text, phone_number_id text
  );
end
$$;

comment on function wa.log_rest is
'Stores in webhook_logs, masked, what wa.read_webhook found beside messages and statuses.';
