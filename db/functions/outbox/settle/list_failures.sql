create or replace function wa.list_failures(p_failures jsonb)
returns table (
  id bigint,
  user_id uuid,
  phone_number_id text,
  template_name text,
  decision text,
  delay interval,
  class_code text,
  class text,
  scope text,
  ends_at timestamptz,
  ends_when_user_writes boolean,
  raises_alert boolean,
  error_message text,
  alert_kind text,
  alert_key text,
  alert_detail jsonb
)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select
    failure.id,
    failure.user_id,
    failure.phone_number_id,
    case failure.scope when 'template' then coalesce(failure.payload #>> '{template,name}', '') else '' end,
    failure.decision,
    failure.delay,
    failure.class_code,
    failure.class,
    failure.scope,
    case failure.first_delay_seconds
      when 0 then 'infinity' else clock_timestamp() + make_interval(secs => failure.first_delay_seconds)
    end,
    failure.ends_when_user_writes,
    failure.raises_alert,
    failure.error_message,
    case
      when failure.class_code = 'unknown_code' then 'unknown_error_code'
      when failure.decision = 'fail' then 'notification_failed'
      else 'send_error'
    end,
    coalesce(failure.error_code::text, failure.class_code),
    jsonb_strip_nulls(
      jsonb_build_object(
        'notification_id', failure.id,
        'recipient', wa.mask_recipient(failure.recipient),
        'error_code', failure.error_code,
        'class', failure.class,
        'http_status', failure.http_status
      )
    )
  from jsonb_to_recordset(p_failures) as failure (
    id bigint, user_id uuid, recipient text, phone_number_id text, payload jsonb, decision text, delay interval,
    class_code text, class text, scope text, first_delay_seconds integer, ends_when_user_writes boolean,
    raises_alert boolean, error_code integer, error_message text, http_status integer
  )
$$;

comment on function wa.list_failures is
'Failed attempts as wa.apply_send_failures describes them, with the end of what they bring about (a block or a pause) and the alert that they may raise.';
