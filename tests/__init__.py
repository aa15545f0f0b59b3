"""The project's own tests. They mirror the tree; every folder is a package, else `tests/tasks` would shadow `tasks`."""
