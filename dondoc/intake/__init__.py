"""What arrives from outside: files are checked by content before they are kept, form fields are read, never trusted."""
