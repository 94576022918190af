create or replace function wa.may_write(p_phone text, p_bsuid text)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select
      case
        when p_phone is null then p_bsuid is not null
        else setting.value = '[]' or exists (
          select from jsonb_array_elements_text(setting.value) as prefix
          where starts_with(p_phone, '+' || ltrim(prefix, '+'))
        )
      end
    from wa.settings as setting
    where setting.key = 'allowed_phone_prefixes'
  );
end
$$;

comment on function wa.may_write(text, text) is
'Whether a sender is valid: a number with an allowed prefix, or a BSUID alone. Nobody is turned away for hiding a number.';

revoke all on function wa.may_write(text, text) from public;
grant execute on function wa.may_write(text, text) to wa_runtime;
