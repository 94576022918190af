create or replace function wa.require_recipient(p_recipient text)
returns void
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  if wa.normalize_bsuid(p_recipient) is null and coalesce(p_recipient, '') !~ e'^\\+[1-9][0-9]{6,14}$' then
    raise exception using
      errcode = 'WA010',
      message = 'the recipient is neither a phone number nor a BSUID',
      detail = format('It is %s.', coalesce(wa.mask_recipient(p_recipient), 'null')),
      hint = 'Write a phone number with plus sign and country code, such as +34600111222, or a BSUID, such as ES.99887766.';
  end if;
end
$$;

comment on function wa.require_recipient is
'Raises WA010 unless messages can be sent to this.';
