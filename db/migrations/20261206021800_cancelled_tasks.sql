insert into wa.task_error_classes (
  class, first_delay_seconds, delay_factor, max_delay_seconds, is_attempt, is_final, description
) values
('cancelled', 0, 1, 0, true, true, 'An operator cancelled it.')
on conflict (class) do nothing;

comment on column wa.tasks.status is
'queued, running, and finally done, failed, or cancelled: the conversation was reset, a step wants it no longer, or an operator cancelled it.';

update wa.alert_kinds
set next_step = 'Mend what error_message in wa.tasks tells of, then wa_task_retry: docs/build/tasks.md.'
where kind = 'task_failed';
