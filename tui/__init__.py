"""The program: command line, app, panes, screens, keys, themes."""
