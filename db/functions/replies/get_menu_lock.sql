create or replace function wa.get_menu_lock()
returns bigint
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Any number does, as long as nothing else uses it: the bytes of 'wa_menus'.
  return 8602261686712169843;
end
$$;

comment on function wa.get_menu_lock is
'The key of the advisory lock that keeps an outdated menu out of wa.rendered_menus: shared by those who change what a menu is made of, exclusive for who keeps one.';
