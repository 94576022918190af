insert into wa.settings (key, value, description) values
('notifications_ttl_days', '90', 'How long a finished notification is kept after it was queued.');

create policy notifications_maintenance on public.notifications to wa_maintenance using (true);

grant select, delete on public.notifications to wa_maintenance;
