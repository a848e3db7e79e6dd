"""The window: words and widgets. Qt; VTK is met in viewport.py alone."""
