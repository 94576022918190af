create or replace function wa.index_contacts(p_contacts jsonb)
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select jsonb_object_agg(name.value, contact.body)
    from jsonb_array_elements(p_contacts) as contact (body)
    cross join lateral (
      values
        (contact.body ->> 'user_id'),
        (ltrim(contact.body ->> 'wa_id', '+')),
        -- The variants of one number, told from plain digits by the plus sign.
        (
          case
            when contact.body ->> 'wa_id' ~ '^[+]?5[245]'
              then wa.phone_lookup_key(wa.normalize_phone(contact.body ->> 'wa_id'))
          end
        )
    ) as name (value)
    where name.value <> ''
  );
end
$$;

comment on function wa.index_contacts is
'The contacts of a webhook by each of their names, for wa.find_contact: with thousands of them, comparing each would take for ever.';
