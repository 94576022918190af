create table wa.rights (
  object text not null,
  held text not null,
  giving text,
  constraint rights_pkey primary key (object, held)
);

comment on table wa.rights is
'Who owns, may reach and may execute what, as it was when routines were last applied: what is otherwise now was changed by hand, or by a restore. wa-webhook migrate gives it back.';
comment on column wa.rights.object is 'Kind and name, such as table public.profiles.';
comment on column wa.rights.held is 'One thing about it: its owner, a setting, a policy, a privilege and whose.';
comment on column wa.rights.giving is 'The statement that brings it back. Null for routines, which are applied again.';

alter table wa.rights enable row level security;
create policy rights_migrate on wa.rights to current_user using (true) with check (true);
create policy rights_read on wa.rights for select to wa_runtime using (true);
grant select on wa.rights to wa_runtime;
