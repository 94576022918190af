create or replace function wa.check_payload(p_payload jsonb)
returns void
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_problem text := wa.find_payload_problem(p_payload);
begin
  if v_problem is not null then
    raise exception using
      errcode = 'WA011',
      message = 'the payload is no message that WhatsApp takes: ' || v_problem,
      hint = 'Queue the body of a Graph API message without recipient, such as {"type": "text", "text": {"body": "Hello"}}.';
  end if;
end
$$;

comment on function wa.check_payload is
'Raises WA011 when a message body breaks the shape or a limit that Meta documents.';
