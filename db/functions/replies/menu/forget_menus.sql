create or replace function wa.forget_menus()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
-- Rows come with it off when pg_restore fills tables that an extension made, and the owner of this is no table's.
set row_security = on
as $$
begin
  perform pg_advisory_xact_lock_shared(hashtextextended('wa.rendered_menus', 0));
  -- Where tables are moved to another server one by one, it may not be there yet.
  if to_regclass('wa.rendered_menus') is not null then
    delete from wa.rendered_menus;
  end if;
  return null;
end
$$;

alter function wa.forget_menus owner to wa_runtime;

comment on function wa.forget_menus is
'Empties wa.rendered_menus, since something that menus are made of changed.';

create or replace trigger texts_forget_menus
after insert or update or delete or truncate on wa.texts
for each statement execute function wa.forget_menus();

create or replace trigger menu_items_forget_menus
after insert or update or delete or truncate on wa.menu_items
for each statement execute function wa.forget_menus();

create or replace trigger settings_forget_menus
after insert or update or delete or truncate on wa.settings
for each statement execute function wa.forget_menus();

create or replace trigger applied_files_forget_menus
after insert or update or delete or truncate on wa.applied_files
for each statement execute function wa.forget_menus();

comment on trigger texts_forget_menus on wa.texts is 'Menus show texts.';

comment on trigger menu_items_forget_menus on wa.menu_items is 'Menus show items.';

comment on trigger settings_forget_menus on wa.settings is 'A text without translation is shown in default_locale.';

comment on trigger applied_files_forget_menus on wa.applied_files is 'An upgrade may render them otherwise; every road writes here what it applied.';
