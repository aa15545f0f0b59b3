"""The images that Docker sandboxes run in, one folder for each language, and how they are built."""
