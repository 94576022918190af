create or replace function wa.get_setting(p_key text)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_value jsonb;
begin
  select setting.value into v_value
  from wa.settings as setting
  where setting.key = p_key;

  if v_value is null then
    raise exception using
      errcode = 'WA004',
      message = format('the setting %s is missing', p_key),
      hint = format('Insert its row again: insert into wa.settings (key, value, description) values (%L, ...).', p_key);
  end if;
  return v_value;
end
$$;

comment on function wa.get_setting is
'The value of a setting. Raises WA004 when its row is gone.';

grant execute on function wa.get_setting to wa_runtime, wa_basket_owner, wa_maintenance;
