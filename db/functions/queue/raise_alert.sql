create or replace function wa.raise_alert(p_kind text, p_group_key text, p_detail jsonb)
returns void
language sql
volatile
set search_path = ''
as $$
  insert into wa.alerts as alert (kind, group_key, detail)
  values (p_kind, p_group_key, p_detail)
  on conflict (kind, group_key) do update
  set
    seen_count = alert.seen_count + 1,
    last_seen_at = clock_timestamp(),
    detail = excluded.detail;
$$;

comment on function wa.raise_alert(text, text, jsonb) is
'Lets a person know, through ALERT_WEBHOOK_URL. Occurrences of the same kind and group are counted in one row. p_detail holds nothing personal.';

revoke all on function wa.raise_alert(text, text, jsonb) from public;
grant execute on function wa.raise_alert(text, text, jsonb) to wa_runtime;
