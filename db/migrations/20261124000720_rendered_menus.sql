create table wa.rendered_menus (
  body_key text not null,
  locale text not null,
  payload jsonb not null,
  constraint rendered_menus_pkey primary key (body_key, locale)
);

comment on table wa.rendered_menus is
'The first page of the home menu as it is sent, so that a greeting does not render it anew. Emptied by whatever changes a text, a menu item or a setting; safe to empty at any time.';
comment on column wa.rendered_menus.body_key is 'The text above the menu, of wa.texts.';
comment on column wa.rendered_menus.payload is 'The body of a Graph API list message.';

alter table wa.rendered_menus enable row level security;
create policy rendered_menus_runtime on wa.rendered_menus to wa_runtime using (true) with check (true);
grant select, insert, delete on wa.rendered_menus to wa_runtime;
