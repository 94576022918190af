insert into wa.queue_state (only_row) values (true);

insert into wa.retention_state (only_row) values (true);

-- The notifier's own number.
insert into wa.number_pace (phone_number_id) values ('');
