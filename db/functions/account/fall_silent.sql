create or replace function wa.fall_silent(
  p_user_id uuid,
  p_phone_number_id text,
  p_reason text,
  p_since timestamptz,
  p_until timestamptz
)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into wa.silences as silence (user_id, phone_number_id, reason, since, until)
  values (p_user_id, coalesce(p_phone_number_id, ''), p_reason, p_since, p_until)
  on conflict (user_id, phone_number_id) do update
  set reason = excluded.reason, since = excluded.since, until = excluded.until
  -- What Meta delivers late or again undoes nothing that came after it.
  where silence.until < excluded.until and silence.since <= excluded.since;
end
$$;

comment on function wa.fall_silent is
'Answers nothing that a user writes to a business number until then. A longer silence stays, and what ended one since.';
