create or replace function wa.named_until(p_user_id uuid, p_display_name_at timestamptz)
returns timestamptz
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return greatest(
    p_display_name_at,
    (select max(service.named_at) from wa.service_windows as service where service.user_id = p_user_id),
    '-infinity'
  );
end
$$;

comment on function wa.named_until is
'When somebody was last known by display_name, by Meta''s clock: when they took it, or said it again with a message. -infinity if nobody knows.';
