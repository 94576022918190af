alter table wa.tasks validate constraint tasks_reached_is_known;
