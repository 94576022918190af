insert into wa.task_error_classes
(class, first_delay_seconds, delay_factor, max_delay_seconds, is_attempt, is_final, description)
values
('transient', 5, 2, 600, true, false, 'The work failed, and may succeed later.'),
('timeout', 5, 2, 600, true, false, 'The work took longer than its kind may.'),
('busy', 10, 2, 600, false, false, 'A service asked to wait: a rate limit, maintenance.'),
('unknown', 30, 2, 600, true, false, 'An error that no class is named for.'),
('worker_lost', 0, 1, 0, true, false, 'The worker did not report back within its lease.'),
('permanent', 0, 1, 0, true, true, 'The work cannot succeed as it was asked for.'),
('too_large', 0, 1, 0, true, true, 'The result is larger than a task may keep.'),
('deadline', 0, 1, 0, true, true, 'The task was not done by its deadline.');
