create or replace function wa.find_contact(
  p_contacts jsonb,
  p_by_name jsonb,
  p_phone text,
  p_bsuid text,
  p_value jsonb
)
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_contact constant jsonb := p_contacts -> 0;
  v_phone text;
  v_bsuid text;
  v_contact_phone text;
  v_contact_bsuid text;
begin
  if p_by_name is not null then
    return coalesce(
      p_by_name -> nullif(p_bsuid, ''),
      p_by_name -> ltrim(p_phone, '+'),
      case when p_phone ~ '^[+]?5[245]' then p_by_name -> wa.phone_lookup_key(wa.normalize_phone(p_phone)) end
    );
  end if;

  if v_contact ->> 'wa_id' = p_phone then
    return v_contact;
  elsif v_contact ->> 'user_id' = nullif(p_bsuid, '') then
    return v_contact;
  end if;

  v_phone := wa.phone_lookup_key(wa.normalize_phone(p_phone));
  v_bsuid := wa.normalize_bsuid(p_bsuid);
  v_contact_phone := wa.phone_lookup_key(wa.normalize_phone(v_contact ->> 'wa_id'));
  v_contact_bsuid := wa.normalize_bsuid(v_contact ->> 'user_id');

  -- Whom nothing names is the only one there is; a number beside a BSUID is, where there is one of each.
  if v_phone = v_contact_phone
    or (v_phone is null and v_bsuid is null)
    or (
      (v_phone = v_contact_phone) is null
      and (v_bsuid = v_contact_bsuid) is null
      and jsonb_array_length(
        jsonb_path_query_array(p_value, '$.messages[*]') || jsonb_path_query_array(p_value, '$.statuses[*]')
      ) = 1
    )
  then
    return v_contact;
  end if;
  return null;
end
$$;

comment on function wa.find_contact is
'Which of the contacts of a webhook is the one that a message or a status names by number or BSUID: matched by name, never by position; null where none is. p_by_name is wa.index_contacts of several contacts, and null for a single one, which is also the one that a message means that names nobody; p_value is the value of the change that all of them came in.';
