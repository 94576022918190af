create table wa.service_windows (
  user_id uuid not null,
  phone_number_id text not null,
  last_inbound_at timestamptz not null,
  named_at timestamptz,
  constraint service_windows_pkey primary key (user_id, phone_number_id),
  constraint service_windows_user_id_fkey foreign key (user_id) references public.profiles (user_id)
) with (fillfactor = 50);

comment on table wa.service_windows is
'The 24-hour windows: when each user last wrote to each of our business numbers. Deleting a chat leaves it open.';
comment on column wa.service_windows.phone_number_id is 'Empty for what named no number.';
comment on column wa.service_windows.last_inbound_at is 'By Meta''s clock.';
comment on column wa.service_windows.named_at is
'When a message that said the user''s name was last sent to this number, by Meta''s clock. It stands here, since this row is written for every message, and the profile need not be.';

alter table wa.service_windows enable row level security;
create policy service_windows_runtime on wa.service_windows to wa_runtime using (true) with check (true);
create policy service_windows_privacy on wa.service_windows to wa_privacy using (true);

grant select, insert, update, delete on wa.service_windows to wa_runtime;
grant select, delete on wa.service_windows to wa_privacy;
