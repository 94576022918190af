create or replace function wa.index_contacts(p_contacts jsonb)
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  if jsonb_array_length(p_contacts) = 1 then
    return jsonb_build_object(
      coalesce(p_contacts #>> '{0,user_id}', ''), p_contacts -> 0,
      coalesce(p_contacts #>> '{0,wa_id}', ''), p_contacts -> 0
    ) - '';
  end if;

  return (
    select jsonb_object_agg(name.value, contact.body)
    from jsonb_array_elements(p_contacts) as contact (body)
    cross join lateral (values (contact.body ->> 'user_id'), (contact.body ->> 'wa_id')) as name (value)
    where name.value <> ''
  );
end
$$;

comment on function wa.index_contacts is
'The contacts of a webhook by number and by BSUID in one object: with thousands of contacts, comparing each would take for ever.';
