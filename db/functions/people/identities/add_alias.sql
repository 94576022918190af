create or replace function wa.add_alias(p_kind text, p_value text, p_user_id uuid)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_value is not null then
    insert into wa.profile_aliases (kind, value, user_id)
    values (p_kind, p_value, p_user_id)
    on conflict (kind, value) do update set user_id = excluded.user_id;
  end if;
end
$$;

comment on function wa.add_alias is
'Lets a profile be found by another BSUID or parent BSUID; the newest evidence wins. Does nothing for a null value.';
