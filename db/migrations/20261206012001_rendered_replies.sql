-- What a step answers with, built once: to wrap a menu anew takes as long as to look it up. Few rows, each made again when lost.
alter table wa.rendered_menus
-- squawk-ignore adding-field-with-default
add column replies jsonb not null generated always as (jsonb '[]' || payload) stored;

comment on column wa.rendered_menus.replies is 'The same as the only body of what a step answers with.';

-- Neither is compressed, as both together would be.
alter table wa.rendered_menus set (toast_tuple_target = 8160);
