create or replace function wa.add_phone_alias(p_phone text, p_user_id uuid, p_left_at timestamptz)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into wa.profile_aliases as alias (kind, value, user_id, left_at)
  select 'phone', wa.phone_lookup_key(p_phone), p_user_id, p_left_at
  where p_phone is not null
  on conflict (kind, value) do update
    set user_id = excluded.user_id, left_at = excluded.left_at
    where excluded.left_at is null
      or (alias.left_at is null and alias.user_id <> excluded.user_id)
      or excluded.left_at >= alias.left_at;
end
$$;

comment on function wa.add_phone_alias is
'Lets a profile be found by another number: by one that Meta knows as the profile''s own (p_left_at null), or, for what was sent until then, by one that it had until p_left_at. Of two who left a number the later one stays. Does nothing for a null number.';
